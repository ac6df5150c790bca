import type { Journal } from '../../archive/index.ts';
import { EXIT, formatDid, formatEcuAddress, isKombiError, KombiError, messageOf } from '../../core/index.ts';
import { NegativeResponseError, SERVICE } from '../../uds/index.ts';
import { isRefusedReset, isSilence } from './deviations.ts';
import { holdingOf, nameOf, sha256 } from './operation.ts';
import { StuckError, type Transaction } from './transaction.ts';
import { isStateCondition, MAX_WRITES } from './write-block.ts';

/** Refusals that an ECU gives before it touches anything (ISO 14229-1); after them a block read as old is old. */
const REFUSED_BEFORE_TOUCHING: ReadonlySet<number> = new Set([
  0x10, 0x11, 0x12, 0x13, 0x21, 0x24, 0x31, 0x33, 0x35, 0x36, 0x37, 0x7e, 0x7f,
]);

export interface SettleOptions {
  readonly transaction: Transaction;
  readonly journal: Journal;
  readonly vin: string;
  readonly now: () => Date;
}

type EndState = 'COMMITTED' | 'ROLLED_BACK' | 'ABORTED' | 'STUCK';

/** Closes the journal with what was seen. */
export async function end(options: SettleOptions, state: EndState, observed: readonly Uint8Array[] = []): Promise<void> {
  await options.journal.append({ type: 'END', state, observed: observed.map(sha256), time: options.now().toISOString() }, { sync: true });
}

/**
 * Resets the written ECUs and reads every touched block again, out of their permanent memory.
 *
 * @throws {KombiError} `job.not-persistent` where one does not hold what it should
 */
export async function verifyAfterReset(transaction: Transaction, wanted: 'old' | 'new'): Promise<readonly Uint8Array[]> {
  await transaction.resetAll();
  const observed: Uint8Array[] = [];
  for (const index of transaction.touched()) {
    const operation = transaction.operations[index];
    if (operation === undefined) continue;
    const bytes = await transaction.read(index, { afterReset: true });
    observed.push(bytes);
    if (holdingOf(operation, bytes) !== wanted) {
      throw new KombiError({
        code: 'job.not-persistent',
        message: `${nameOf(operation)} did not keep the ${wanted} bytes over a reset`,
        hint: 'The ECU accepted the write and did not store it.',
      });
    }
  }
  return observed;
}

/**
 * Ends a failed transaction as well as it can be ended, and gives the error that tells how it ended.
 *
 * Nothing written: ABORTED, exit 3. Written: everything touched is put back and verified over a reset, exit 4; where
 * the car cannot be heard, the journal stays open, exit 5; where it does not take its old bytes, STUCK, exit 6.
 */
export async function settle(options: SettleOptions, failure: unknown): Promise<KombiError> {
  const { transaction, vin } = options;
  const cause = asKombiError(failure);
  try {
    if (transaction.touched().length === 0) {
      await end(options, 'ABORTED');
      return untouched(cause, vin);
    }
    if (isRefusedReset(cause.cause ?? cause)) return suspended(options, cause);
    if (isSilence(cause)) await transaction.fence();
    if (isRefusedBeforeTouching(cause) && (await allOld(transaction))) {
      await end(options, 'ABORTED');
      return untouched(cause, vin);
    }
    await rollBack(options);
    return restored(cause, vin, transaction.touched().length);
  } catch (error) {
    return failedToSettle(options, cause, error);
  }
}

/** Puts every touched block back, last first, and proves over a reset that it stays. */
export async function rollBack(options: SettleOptions): Promise<void> {
  const { transaction } = options;
  for (let round = 0; ; round += 1) {
    for (const index of transaction.touched().toReversed()) await transaction.back(index);
    try {
      await end(options, 'ROLLED_BACK', await verifyAfterReset(transaction, 'old'));
      return;
    } catch (error) {
      // `back` counts its writes over all rounds, so an ECU that never keeps its old bytes ends as stuck.
      if (!isKombiError(error, 'job.not-persistent') || round >= MAX_WRITES.back) throw error;
    }
  }
}

export async function failedToSettle(options: SettleOptions, cause: KombiError, error: unknown): Promise<KombiError> {
  if (error instanceof StuckError || isKombiError(error, 'coding.cafd-lost')) {
    await end(options, 'STUCK').catch(() => undefined);
    return new KombiError({
      code: 'job.stuck',
      exit: EXIT.stuck,
      vehicle: 'unknown',
      message: `${cause === error ? '' : `${sentence(cause.message)} `}${sentence(error.message)} Do not drive until checked. Old bytes: ${options.journal.path}.`,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
  return suspended(options, cause, error);
}

async function allOld(transaction: Transaction): Promise<boolean> {
  for (const index of transaction.touched()) {
    const operation = transaction.operations[index];
    if (operation === undefined || holdingOf(operation, await transaction.read(index)) !== 'old') return false;
  }
  return true;
}

/** A refused read says nothing of the write before it, which may have been accepted. */
function isRefusedBeforeTouching(error: KombiError): boolean {
  const refusal = error instanceof NegativeResponseError ? error : error.cause;
  if (!(refusal instanceof NegativeResponseError) || refusal.service !== SERVICE.writeDataByIdentifier) return false;
  return isStateCondition(refusal.nrc) || REFUSED_BEFORE_TOUCHING.has(refusal.nrc);
}

function asKombiError(error: unknown): KombiError {
  if (error instanceof KombiError) return error;
  return new KombiError({ code: 'bug.job', exit: EXIT.bug, message: messageOf(error), cause: error });
}

/** State U: whatever failed, no block holds anything else than before. A lost link is exit 3 here, not 8: this was a job. */
export function untouched(cause: KombiError, vin: string): KombiError {
  return new KombiError({
    code: cause.code,
    exit: cause.exit === EXIT.linkFailed || cause.exit === EXIT.archiveDamaged ? EXIT.refused : cause.exit,
    vehicle: 'untouched',
    message: `${sentence(cause.message)} Nothing was written to ${vin}.`,
    ...(cause.hint === undefined ? {} : { hint: cause.hint }),
    cause,
  });
}

/** State V/4. */
export function restored(cause: KombiError, vin: string, blocks: number): KombiError {
  return new KombiError({
    code: cause.code,
    exit: EXIT.restored,
    vehicle: 'restored',
    message: `${sentence(cause.message)} ${blocks} ${blocks === 1 ? 'block' : 'blocks'} put back and verified; ${vin} is as before.`,
    ...(cause.hint === undefined ? {} : { hint: cause.hint }),
    cause,
  });
}

/** State P/5. */
function suspended(options: SettleOptions, cause: KombiError, further?: unknown): KombiError {
  const blocks = options.transaction
    .touched()
    .map((index) => options.transaction.operations[index])
    .filter((operation) => operation !== undefined)
    .map((operation) => `${formatEcuAddress(operation.ecu)}:${formatDid(operation.did)}`);
  const also = further === undefined || further === cause || messageOf(further) === cause.message ? '' : ` ${sentence(messageOf(further))}`;
  return new KombiError({
    code: 'job.recovery-needed',
    exit: EXIT.recoveryNeeded,
    vehicle: 'unknown',
    message: `${sentence(cause.message)}${also} ${blocks.join(', ')} may be old or new. Old bytes: ${options.journal.path}.`,
    hint: 'Connect to the car again and run `kombi recover`. Do not drive before that.',
    cause: further ?? cause,
  });
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
