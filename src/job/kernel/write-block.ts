import type { Journal } from '../../archive/index.ts';
import { isKombiError, KombiError, messageOf, type Vin } from '../../core/index.ts';
import { describeNrc, NegativeResponseError, NRC, type UdsClient } from '../../uds/index.ts';
import type { Gate } from './gate.ts';
import { nameOf, type Operation } from './operation.ts';

export type Direction = 'forward' | 'back';

/** At most so many writes of one block, counted over the whole journal (reliability, I7). */
export const MAX_WRITES: Readonly<Record<Direction, number>> = { forward: 2, back: 3 };

/**
 * How one `2E` ended, as far as its answer tells. None of them proves what the block holds: only reading does.
 */
export type WriteOutcome = { readonly kind: 'positive' } | Refusal | { readonly kind: 'unknown'; readonly error: KombiError };

export interface Refusal {
  readonly kind: 'refused';
  readonly nrc: number;
  readonly error: NegativeResponseError;
}

export interface WriteBlockOptions {
  readonly gate: Gate;
  readonly client: UdsClient;
  readonly journal: Journal;
  readonly vin: Vin;
  readonly operation: Operation;
  /** Its index in the journal's BEGIN. */
  readonly index: number;
  readonly direction: Direction;
  /** From 1. */
  readonly attempt: number;
}

/**
 * Writes one block once. The intent is durable before the first byte leaves; a failing disk therefore prevents the
 * write and throws. Everything after that is an outcome, not an error.
 */
export async function writeBlock(options: WriteBlockOptions): Promise<WriteOutcome> {
  const { gate, client, journal, operation, index, direction, attempt } = options;
  await journal.append({ type: 'INTENT', op: index, attempt, dir: direction }, { sync: true });
  const bytes = direction === 'forward' ? operation.new : operation.old;
  const outcome = await gate.withToken(
    { kind: 'write-block', vin: options.vin, ecu: operation.ecu, block: operation.did, bytes },
    (message) => send(client, operation, message),
  );
  // A hint for the reader of the journal; recovery never relies on it, so it is not synced and may fail.
  const told = outcome.kind === 'refused' ? (`nrc:${hex(outcome.nrc)}` as const) : outcome.kind;
  await journal.append({ type: 'RESULT', op: index, outcome: told }, { sync: false }).catch(() => undefined);
  return outcome;
}

async function send(client: UdsClient, operation: Operation, message: Uint8Array): Promise<WriteOutcome> {
  try {
    await client.request(operation.ecu, message);
    return { kind: 'positive' };
  } catch (error) {
    if (error instanceof NegativeResponseError) return { kind: 'refused', nrc: error.nrc, error };
    if (isKombiError(error)) return { kind: 'unknown', error };
    return { kind: 'unknown', error: new KombiError({ code: 'link.failed', message: messageOf(error), cause: error }) };
  }
}

/** Refusals for the state that the car is in: engine, speed, temperature, voltage (ISO 14229-1: 22 and 81 to 93). */
export function isStateCondition(nrc: number): boolean {
  return nrc === NRC.conditionsNotCorrect || (nrc >= 0x81 && nrc <= 0x93);
}

/** Why the ECU said no, and what helps. */
export function refusal(operation: Operation, error: NegativeResponseError): KombiError {
  const { meaning, advice } = describeNrc(error.nrc);
  return new KombiError({
    code: 'uds.negative-response',
    message: `${nameOf(operation)}: the ECU refused the write with ${hex(error.nrc)} (${meaning})`,
    ...(advice === undefined ? {} : { hint: advice }),
    cause: error,
  });
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}
