import type { Catalog, MetadataKind } from '../catalog/index.ts';
import { type Did, type EcuAddress, fromHex, printableAscii, readU32, type Vin } from '../core/index.ts';

/** `data` may be written; everything else says what the coding is, whose it is, or signs it. */
export type BlockKind = 'data' | MetadataKind;

/** What a block is, and in words what it holds; undefined of data. */
export interface KindOfBlock {
  readonly kind: BlockKind;
  readonly holds: string | undefined;
}

/** What tells metadata from data: whose blocks they are. */
export interface BlockOwner {
  readonly ecu: EcuAddress;
  /** The ids of its coding data: `7E570601`. */
  readonly cafds: readonly string[];
  readonly vin: Vin | undefined;
}

export interface BlockBytes {
  readonly did: Did;
  readonly bytes: Uint8Array;
}

/** Shape of a signature block: `00000020` and 128 bytes (recorded: every ECU of a G31 that has coding data). */
const SIGNATURE = { length: 132, head: 0x20 } as const;
/** An entry of the SVK: class 05, id, version. */
const CAFD_ID = { length: 8, processClass: 0x05 } as const;
const TLID_BYTES = 5;
const VIN_END = 7;
/**
 * The block of a G31's ATM: eight bytes and the VIN (recorded). A longer one is coding data with the VIN among them: 3004 of
 * its head unit has 50 bytes (recorded), and parameters that owners code (owners' FDL files).
 */
const MOST_VIN_BLOCK_BYTES = 25;
/** TLID and CAFD id stand one behind the other with no more than one identifier between them (recorded: 3010, 3012). */
const TLID_REACH = 2;

const HOLDS: Readonly<Record<Exclude<MetadataKind, 'metadata'>, string>> = {
  tlid: 'the TLID, which names the block of coding data',
  'cafd-id': 'the id of the coding data (CAFD)',
  signature: 'the signature of the coding data',
  vin: 'the VIN',
  'short-vin': 'the last seven characters of the VIN',
  'proof-stamp': 'the coding proof stamp',
};
const DATA: KindOfBlock = { kind: 'data', holds: undefined };

/**
 * What a block is: by its place, where the catalog knows that, else by its shape, because the places differ between ECUs.
 *
 * @param next the block that follows it on the ECU; it tells a TLID from five bytes of data
 * @see source: bmw-diagnostics §7.3, and the 24 ECUs of the recorded G31 (recorded)
 */
export function kindOfBlock(
  block: BlockBytes & { readonly next?: BlockBytes | undefined },
  owner: BlockOwner,
  catalog: Catalog,
): KindOfBlock {
  const { ecu, cafds } = owner;
  const known = catalog.protectedBlock({ ecu, block: block.did, cafds });
  if (known !== undefined && known.kind !== 'metadata') return { kind: known.kind, holds: known.holds };
  const shape = shapeOf(block, owner);
  if (shape !== undefined) return { kind: shape, holds: HOLDS[shape] };
  return known === undefined ? DATA : { kind: 'metadata', holds: known.holds };
}

/** {@link kindOfBlock} for all blocks that were read of one ECU, in ascending order. */
export function kindsOfBlocks(blocks: readonly BlockBytes[], owner: BlockOwner, catalog: Catalog): ReadonlyMap<Did, KindOfBlock> {
  return new Map(blocks.map((block, index) => [block.did, kindOfBlock({ ...block, next: blocks[index + 1] }, owner, catalog)]));
}

/** The identifiers behind a block in which to look for what tells that it is a TLID; none where it cannot be one. */
export function placesBehindTlid({ did, bytes }: BlockBytes): readonly Did[] {
  if (bytes.length !== TLID_BYTES) return [];
  return Array.from({ length: TLID_REACH }, (_, index) => (did + 1 + index) as Did);
}

/** Whether a block has the shape of a signature over coding data. */
export function isSignature(bytes: Uint8Array): boolean {
  return bytes.length === SIGNATURE.length && readU32(bytes, 0) === SIGNATURE.head;
}

type Shape = Exclude<MetadataKind, 'metadata' | 'proof-stamp'>;

function shapeOf({ did, bytes, next }: BlockBytes & { readonly next?: BlockBytes | undefined }, owner: BlockOwner): Shape | undefined {
  if (isSignature(bytes)) return 'signature';
  if (isCafdId(bytes, owner.cafds)) return 'cafd-id';
  if (bytes.length === TLID_BYTES && next !== undefined && next.did - did <= TLID_REACH && isCafdId(next.bytes, owner.cafds)) return 'tlid';
  if (owner.vin === undefined) return undefined;
  if (bytes.length > MOST_VIN_BLOCK_BYTES) return undefined;
  const text = printableAscii(bytes);
  if (text.includes(owner.vin)) return 'vin';
  return bytes.length === VIN_END && text === owner.vin.slice(-VIN_END) ? 'short-vin' : undefined;
}

function isCafdId(bytes: Uint8Array, cafds: readonly string[]): boolean {
  if (bytes.length !== CAFD_ID.length || bytes[0] !== CAFD_ID.processClass) return false;
  const id = readU32(bytes, 1);
  return cafds.some((cafd) => readU32(fromHex(cafd), 0) === id);
}
