import { EXIT, formatEcuAddress, isKombiError, KombiError } from '../core/index.ts';
import type { ClearedEcu } from './clear-faults.ts';
import { compareFaults } from './compare-faults.ts';

export interface FailedClearing {
  readonly backup: string;
  readonly vin: string;
  readonly signal: AbortSignal | undefined;
}

/** The error of a clearing that did not succeed everywhere: what state each ECU is in, and the exit status that is true of the car. */
export function clearingFailed(ecus: readonly ClearedEcu[], { backup, vin, signal }: FailedClearing): KombiError {
  const saved = `What was stored is in backup ${backup}.`;
  const items = ecus.map(itemOf);
  const changed = ecus.some(hasChanged);
  const [only] = ecus.length === 1 ? ecus : [];
  if (ecus.some(({ outcome }) => outcome === 'unknown')) {
    return new KombiError({
      code: 'faults.unknown',
      exit: EXIT.recoveryNeeded,
      vehicle: 'unknown',
      message: `Whether the trouble codes of ${vin} were cleared is not known everywhere. Its coding was not touched.`,
      items,
      hint: `Connect again and look: \`kombi faults\` shows what is stored. ${saved}`,
      cause: ecus.find(({ error }) => error !== undefined)?.error,
    });
  }
  if (signal?.aborted && isKombiError(signal.reason) && ecus.some(({ outcome }) => outcome === 'not-asked')) {
    return changed
      ? new KombiError({
          code: signal.reason.code,
          exit: signal.reason.exit,
          vehicle: 'changed',
          message: 'Stopped between two ECUs; their trouble codes now:',
          items,
          hint: saved,
        })
      : signal.reason;
  }
  if (changed) {
    return new KombiError({
      code: 'faults.partly-cleared',
      exit: EXIT.batchPartial,
      vehicle: 'changed',
      message: `Not all trouble codes of ${vin} were cleared`,
      items,
      hint: `Ignition on, engine off; then try again with what is left. ${saved}`,
    });
  }
  if (only?.error !== undefined && isKombiError(only.error, 'uds.negative-response')) return only.error;
  return new KombiError({
    code: 'faults.not-cleared',
    message: 'No trouble code was cleared',
    items,
    hint: 'Ignition on, engine off; then try again.',
    cause: ecus.find(({ error }) => error !== undefined)?.error,
  });
}

function hasChanged({ before, after, outcome }: ClearedEcu): boolean {
  return outcome === 'cleared' || (after !== undefined && compareFaults(before, after).gone.length > 0);
}

/** `ATM 61: B7F341 cleared`. */
function itemOf(ecu: ClearedEcu): string {
  const { identity, before, after, outcome, error } = ecu;
  const address = formatEcuAddress(identity.address);
  const title = identity.name === address ? address : `${identity.name} ${address}`;
  const why = error === undefined ? '' : `. ${error.message}`;
  const lied = error === undefined ? ', though it said that it cleared them' : '';
  const { gone, there } = compareFaults(before, after ?? []);
  const codes = (faults: readonly { readonly code: string }[]) => faults.map(({ code }) => code).join(', ');
  switch (outcome) {
    case 'cleared':
      return `${title}: cleared${there.length === 0 ? '' : `; back at once: ${codes(there)}`}`;
    case 'kept':
      return `${title}: ${gone.length === 0 ? 'as before' : `gone: ${codes(gone)}`}; still there: ${codes(there)}${lied}${why}`;
    case 'unknown':
      return `${title}: asked to clear, and not read again${why}`;
    case 'not-asked':
      return `${title}: not asked${why}`;
  }
}
