import { type BlockLayout, type CheckControlMask, type CodingData, layoutFits } from '../catalog/index.ts';
import { type EcuAddress, EXIT, formatDid, KombiError } from '../core/index.ts';
import { cafdsOf } from '../vehicle/index.ts';
import type { Car } from './car.ts';
import { readIfAllowed } from './read-if-allowed.ts';

const CLUSTER = 0x60 as EcuAddress;

/** The group that six owners changed: eight bytes of FF before, by their reports (sos-failure S0: owners). */
const OWNERS_GROUP = 5;
/** So many messages may be hidden in it already before it counts as something else (house figure). */
const MOST_HIDDEN = 8;
const BITS = 8;

const REPORT = '`kombi messages show 299 --report FILE` writes down what this cluster holds, without the VIN, for you to send.';

/** What owners and one article say of E-series clusters (sos-failure S0: owners; bmw-diagnostics §7.5: owners). */
const E_SERIES_REPORTS = [
  'Owners of an E82, of an E92 and of a 2008 650i convertible (E64) looked for block 3301 and found none',
  'On an E84 one owner saw four bytes a group where later cars have eight: which bit is which message is not established',
  'On an E93 M3 one owner switched TCM_ALIVE_MONITOR and TCM_ID_MONITOR to nicht_aktiv in NCS Expert; no byte of that is public',
];

/**
 * The layout of this car's Check Control masks: decided by what the cluster holds, never by the model's name.
 *
 * @throws {KombiError} exit 3: `coding.no-mask` where the cluster has none of the blocks that are known, or is one of the
 *   E-series; `coding.unknown-variant` where it has one and does not hold in it what the layout says
 */
export async function findMessageBlock(car: Car): Promise<BlockLayout> {
  if (car.identity.protocol === 'kwp') throw eSeriesMasks(car.identity.series);
  const cluster = await car.ecu(CLUSTER);
  const data: CodingData = { cafds: cafdsOf(cluster.svk), vin: car.identity.vin };
  const mismatches: string[] = [];
  for (const layout of car.catalog.checkControlLayouts(data)) {
    const bytes = await readIfAllowed(car, layout.ecu, layout.block);
    if (bytes === undefined) continue;
    const mismatch = mismatchOf(layout, bytes);
    if (mismatch === undefined) return layout;
    mismatches.push(mismatch);
  }
  const cafds = data.cafds.join(', ') || 'not told';
  if (mismatches.length > 0) {
    throw new KombiError({
      code: 'coding.unknown-variant',
      exit: EXIT.refused,
      message: `This cluster (CAFD ${cafds}) is an unknown variant: it has a block where Check Control masks were seen, and not the masks`,
      items: mismatches,
      hint: REPORT,
    });
  }
  throw new KombiError({
    code: 'coding.no-mask',
    exit: EXIT.refused,
    message: `This cluster (CAFD ${cafds}) has no block with Check Control masks that is known`,
    hint: `Owners found it in 3301 or 3001, and on some cars in neither. \`kombi blocks KOMBI\` shows what this one holds. ${REPORT}`,
  });
}

/** Why a block is not what a layout says of it; undefined where it may be. */
function mismatchOf(layout: BlockLayout, bytes: Uint8Array): string | undefined {
  const block = formatDid(layout.block);
  if (!layoutFits(layout, bytes.length)) return `Block ${block} has ${bytes.length} bytes, fewer than the masks of ${layout.name}`;
  // What is known of certain coding data needs no second look; a guess by the block's name does.
  const { mask } = layout;
  if (layout.cafds.length > 0 || mask === undefined || looksLikeMask(mask, bytes)) return undefined;
  return `Block ${block} does not hold FF where group ${OWNERS_GROUP} of the masks would lie, as the owners' cars do`;
}

function looksLikeMask(mask: CheckControlMask, bytes: Uint8Array): boolean {
  const offset = mask.firstOffset + (OWNERS_GROUP - 1) * mask.groupBytes;
  let shown = 0;
  for (const byte of bytes.subarray(offset, offset + mask.groupBytes)) {
    for (let bit = 0; bit < BITS; bit += 1) if (((byte >> bit) & 1) === mask.shownWhen) shown += 1;
  }
  return shown >= mask.groupBytes * BITS - MOST_HIDDEN;
}

function eSeriesMasks(series: string | undefined): KombiError {
  return new KombiError({
    code: 'coding.no-mask',
    exit: EXIT.refused,
    message: `Where an E-series cluster${series === undefined ? '' : ` (${series})`} keeps its Check Control masks is not known, so no message of it can be hidden`,
    items: E_SERIES_REPORTS,
    hint: `\`kombi backup create\` saves the coding for a program of that generation, such as NCS Expert. ${REPORT}`,
  });
}
