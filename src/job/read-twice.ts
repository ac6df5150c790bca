import type { Catalog } from '../catalog/index.ts';
import { type Did, type EcuAddress, equalBytes, formatDid, formatEcuAddress, KombiError } from '../core/index.ts';
import { NegativeResponseError, NRC, type UdsClient } from '../uds/index.ts';

export interface BlockAddress {
  readonly ecu: EcuAddress;
  readonly did: Did;
}

const MAX_READINGS = 4;

/**
 * Reads a block twice; a misread must become neither a backup nor the base of a write (reliability, row 35).
 *
 * @throws {KombiError} `block.unstable` (exit 3) when the readings differ
 */
export async function readTwice(client: UdsClient, block: BlockAddress, signal?: AbortSignal): Promise<Uint8Array> {
  const first = await readBlock(client, block, signal);
  const second = await readBlock(client, block, signal);
  if (!equalBytes(first, second)) throw unstable(block);
  return second;
}

/**
 * The value that two consecutive readings agree on, of four at most: after a write, a misread must not be mistaken
 * for what the ECU holds.
 *
 * @throws {KombiError} `block.unstable` when no two consecutive readings agree
 */
export async function readSettled(client: UdsClient, block: BlockAddress, signal?: AbortSignal): Promise<Uint8Array> {
  let before = await readBlock(client, block, signal);
  for (let reading = 2; reading <= MAX_READINGS; reading += 1) {
    const now = await readBlock(client, block, signal);
    if (equalBytes(before, now)) return now;
    before = now;
  }
  throw unstable(block);
}

function readBlock(client: UdsClient, block: BlockAddress, signal?: AbortSignal): Promise<Uint8Array> {
  return client.readDid(block.ecu, block.did, signal === undefined ? {} : { signal });
}

/**
 * A refusal with 31, said in words an owner understands; any other error as it is.
 *
 * @param catalog knows the ECU's name, and where else Check Control masks may lie
 */
export function explainAbsence(error: unknown, catalog: Catalog, block: BlockAddress): unknown {
  if (!(error instanceof NegativeResponseError) || error.nrc !== NRC.requestOutOfRange) return error;
  const ecuName = catalog.ecuName(block.ecu);
  return new KombiError({
    code: 'block.absent',
    message: `${ecuName} has no block ${formatDid(block.did)}: it answers 31 (requestOutOfRange)`,
    hint: `\`kombi blocks ${ecuName}\` shows what it holds. Which blocks there are depends on the car's coding data, not on the model's name.${masksElsewhere(catalog, block)}`,
    cause: error,
  });
}

/** Of a block that holds Check Control masks on some cars: where others have them. */
function masksElsewhere(catalog: Catalog, block: BlockAddress): string {
  const blocks = new Set(catalog.checkControlLayouts().flatMap((layout) => (layout.ecu === block.ecu ? layout.block : [])));
  if (!blocks.delete(block.did) || blocks.size === 0) return '';
  const others = [...blocks].map(formatDid).join(' or ');
  return ` On some cars the masks lie in ${others}; \`kombi messages hide <id>\` finds the block.`;
}

function unstable(block: BlockAddress): KombiError {
  return new KombiError({
    code: 'block.unstable',
    message: `${formatEcuAddress(block.ecu)}:${formatDid(block.did)} reads differently each time`,
    hint: 'The adapter or the cable loses bytes, or the ECU changes this block itself. Try again, then with another adapter or a slower baud rate.',
  });
}
