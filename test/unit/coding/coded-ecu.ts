import { loadCatalog } from '../../../src/catalog/index.ts';
import { type BlockChange, changeBlock, parseEdit, resolveEdit, revert } from '../../../src/coding/index.ts';
import { did, type EcuAddress, ecuAddress, toHex, VirtualClock } from '../../../src/core/index.ts';
import { type Car, loadProfile, startMockCar } from '../../../src/mock/index.ts';

/** Where such a unit sits: at an address that recipes may change. */
export const UNIT = ecuAddress(0x63);

const catalog = loadCatalog();
const BASE = loadProfile('f30-328i');
const TESTER = 0xf4;

/** Edits without their ECU, as a variant of a recipe has them: `3060.@1F.4=1`. */
export type BareEdits = readonly string[];

/** A mock F30 with one unit of these coding data, whose blocks are as long as the edits need, and hold something. */
export function carCodedBy(cafd: string, edits: BareEdits): Car {
  const lengths = new Map<number, number>();
  for (const edit of edits) {
    const { address } = parseEdit(`63:${edit}`);
    lengths.set(address.did, Math.max(lengths.get(address.did) ?? 0, (address.byte ?? 0) + 2));
  }
  const blocks = [...lengths].map(([block, length]) => [block, Uint8Array.from({ length }, (_, at) => (at * 73 + block) & 0xff)] as const);
  const unit = BASE.ecus.get(0x40);
  if (unit === undefined) throw new Error('the base car has no unit 40');
  const software = { ...unit.software, entries: [`CAFD_${cafd}_001_000_000`] };
  const profile = { ...BASE, ecus: new Map([...BASE.ecus, [UNIT as number, { ...unit, software, blocks: new Map(blocks) }]]) };
  return startMockCar({ profile, clock: new VirtualClock() });
}

/** Writes edits into the unit as one would over the wire, block by block, and reads each back. @returns what takes them back */
export function writeEdits(car: Car, cafd: string, edits: BareEdits): readonly BlockChange[] {
  return changesOf(car, cafd, edits).map((change) => {
    write(car, change);
    return revert(change);
  });
}

export function write(car: Car, { did: block, new: bytes }: BlockChange): void {
  ask(car, [0x10, 0x03]);
  const answer = ask(car, [0x2e, block >> 8, block & 0xff, ...bytes]);
  if (answer !== `6E${toHex(Uint8Array.of(block >> 8, block & 0xff))}`) throw new Error(`the unit answers ${answer}`);
  if (toHex(read(car, block)) !== toHex(bytes)) throw new Error('what was written does not read back');
}

export function read(car: Car, block: number): Uint8Array {
  return Uint8Array.from(Buffer.from(ask(car, [0x22, block >> 8, block & 0xff]).slice(6), 'hex'));
}

function changesOf(car: Car, cafd: string, edits: BareEdits): readonly BlockChange[] {
  const parsed = edits.map((edit) => parseEdit(`63:${edit}`));
  const cafds = [cafd];
  return [...new Set(parsed.map(({ address }) => address.did))].map((block) => {
    const bytes = read(car, block);
    const context = { catalog, cafds, vin: undefined, blockLength: bytes.length };
    const own = parsed.filter(({ address }) => address.did === block).map((edit) => resolveEdit(edit, context));
    return changeBlock({ ecu: UNIT as EcuAddress, did: did(block), bytes, edits: own, catalog, cafds });
  });
}

function ask(car: Car, payload: readonly number[]): string {
  let told = '';
  car.request({ tester: TESTER, target: UNIT, payload: Uint8Array.from(payload) }, (_, answer) => {
    told = toHex(answer);
  });
  return told;
}
