import { isKombiError, KombiError, toHex } from '../../core/index.ts';
import { NegativeResponseError, SERVICE } from '../../uds/index.ts';
import { type Holding, nameOf, type Operation } from './operation.ts';

export function changedSincePlan(operation: Operation, found: Uint8Array): KombiError {
  return new KombiError({
    code: 'plan.stale',
    message: `${nameOf(operation)} changed since the plan was made: it holds ${toHex(found)}`,
    hint: 'Plan again: the car holds other bytes now than those you agreed to replace.',
  });
}

export function notStored(operation: Operation, holds: Holding): KombiError {
  return new KombiError({
    code: 'job.not-stored',
    message: `${nameOf(operation)}: the ECU said yes and ${holds === 'old' ? 'stored nothing' : 'stored other bytes'}`,
    hint: 'This ECU does not take this coding. Nothing more can be tried from here.',
  });
}

/** Fenced and read: the silence is explained, the block is not new, and a write is never simply repeated. */
export function notConfirmed(operation: Operation, cause: KombiError): KombiError {
  return new KombiError({
    code: 'job.no-answer',
    message: `${nameOf(operation)}: the write was not answered (${cause.message}), and the block does not hold the new bytes`,
    ...(cause.hint === undefined ? {} : { hint: cause.hint }),
    cause,
  });
}

/** Earlier runs of the same job have used up the writes that a block may have (reliability, I7). */
export function triedEnough(operation: Operation): KombiError {
  return new KombiError({
    code: 'job.tried-enough',
    message: `${nameOf(operation)} was written as often as a job may, and does not hold the new bytes`,
    hint: 'Run `kombi recover` without --forward: it puts the old bytes back.',
  });
}

/** Whether an error leaves open what the ECU did: it lost its voice or the line was cut. */
export function isSilence(error: unknown): boolean {
  return (
    isKombiError(error, 'link') ||
    isKombiError(error, 'ecu') ||
    isKombiError(error, 'adapter') ||
    isKombiError(error, 'uds.pending-too-long')
  );
}

/** A reset that the ECU refused: what it holds cannot be proved to last. */
export function isRefusedReset(error: unknown): boolean {
  return error instanceof NegativeResponseError && error.service === SERVICE.ecuReset;
}
