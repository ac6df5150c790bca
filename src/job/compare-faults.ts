import { equalBytes } from '../core/index.ts';
import { dtcStates } from '../uds/index.ts';
import type { StoredFault } from './read-faults.ts';

/** What became of trouble codes between two readings of the same ECUs. */
export interface FaultComparison {
  /** There before, not now. */
  readonly gone: readonly StoredFault[];
  /** There before and now, as they are now. */
  readonly there: readonly StoredFault[];
  /** Not there before. */
  readonly added: readonly StoredFault[];
}

export function compareFaults(before: readonly StoredFault[], after: readonly StoredFault[]): FaultComparison {
  const isIn = (faults: readonly StoredFault[]) => (fault: StoredFault) => faults.some((other) => sameCode(other, fault));
  return {
    gone: before.filter((fault) => !isIn(after)(fault)),
    there: after.filter(isIn(before)),
    added: after.filter((fault) => !isIn(before)(fault)),
  };
}

/**
 * Whether a code that is there after clearing was never cleared: all that the ECU keeps of it is as it was. Where the ECU
 * said yes, one that fails now has come back, whatever is kept of it.
 */
export function wasKept(after: StoredFault, before: readonly StoredFault[], saidYes: boolean): boolean {
  const old = before.find((fault) => sameCode(fault, after));
  const failsNow = dtcStates(after.status, after.statusAvailability).includes('testFailed');
  if (old === undefined || (saidYes && failsNow)) return false;
  return (
    after.status === old.status &&
    sameBytes(after.details?.snapshots, old.details?.snapshots) &&
    sameBytes(after.details?.extendedData, old.details?.extendedData) &&
    sameBytes(after.details?.kwpRecord, old.details?.kwpRecord)
  );
}

function sameCode(left: StoredFault, right: StoredFault): boolean {
  return left.ecu === right.ecu && left.code === right.code;
}

function sameBytes(left: Uint8Array | undefined, right: Uint8Array | undefined): boolean {
  return left === undefined || right === undefined ? left === right : equalBytes(left, right);
}
