import { loadCatalog } from '../../../src/catalog/index.ts';
import { type BlockChange, type ChangeBlockOptions, changeBlock, parseEdit, resolveEdit } from '../../../src/coding/index.ts';
import type { Vin } from '../../../src/core/index.ts';

export const catalog = loadCatalog();

/** The cluster of the mock F06: what its layouts say is synthetic, so that edits need no `experimental`. */
export const F06 = { cafds: ['7E570601'], vin: 'WBA6C92010D000001' as Vin };
/** A cluster of which the catalog knows nothing but the owners' reports. */
export const UNKNOWN = { cafds: ['00000069'], vin: 'WBATESTV1N0000001' as Vin };

export const MASK_BYTES = 320;

export function allShown(): Uint8Array {
  return new Uint8Array(MASK_BYTES).fill(0xff);
}

export interface ChangeOptions extends Pick<ChangeBlockOptions, 'experimental'> {
  readonly bytes?: Uint8Array;
  readonly car?: typeof F06;
}

/** All edits name the same block. */
export function change(edits: readonly string[], { bytes = allShown(), car = F06, experimental }: ChangeOptions = {}): BlockChange {
  const resolved = edits.map((text) => resolveEdit(parseEdit(text), { catalog, ...car, blockLength: bytes.length }));
  const [first] = resolved;
  if (first === undefined) throw new Error('no edit');
  const { ecu, did } = first.target;
  return changeBlock({ ecu, did, bytes, edits: resolved, catalog, cafds: car.cafds, experimental });
}
