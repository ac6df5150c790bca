import type { Archive } from '../archive/index.ts';
import { EXIT, formatEcuAddress, isKombiError, KombiError } from '../core/index.ts';
import { NegativeResponseError } from '../uds/index.ts';
import type { EcuIdentity } from '../vehicle/index.ts';
import type { ToolIdentity } from './backup-car.ts';
import { Car } from './car.ts';
import { clearingFailed } from './clear-faults-error.ts';
import { compareFaults, wasKept } from './compare-faults.ts';
import { assertSameCar, fence } from './kernel/fence.ts';
import type { CarLock } from './lock-car.ts';
import type { OnProgress } from './plan.ts';
import { readFaults, type StoredFault } from './read-faults.ts';
import { type FaultsOfEcu, saveFaults } from './saved-faults.ts';

export interface ClearFaultsOptions {
  /** As shown to whoever consented. A code that came since is not cleared unseen. */
  readonly ecus: readonly FaultsOfEcu[];
  readonly archive: Archive;
  readonly lock: CarLock;
  readonly tool: ToolIdentity;
  /** Leave to clear an E-series car, on little evidence. */
  readonly experimental?: boolean;
  /** Heeded between two ECUs. */
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** What clearing came to on one ECU. What counts is what the ECU says when it is read again, not how it answered. */
export interface ClearedEcu {
  readonly identity: EcuIdentity;
  readonly before: readonly StoredFault[];
  /** Undefined where it could not be read again, or was not asked at all. */
  readonly after: readonly StoredFault[] | undefined;
  /** `cleared`: every code is gone, or has come back since. `kept`: some are as before. `unknown`: asked, and not read again. */
  readonly outcome: 'cleared' | 'kept' | 'unknown' | 'not-asked';
  /** What the ECU or the link said against it. */
  readonly error: KombiError | undefined;
}

export interface ClearedFaults {
  /** The id of the backup that holds what was cleared. */
  readonly backup: string;
  readonly ecus: readonly ClearedEcu[];
}

/**
 * Clears the trouble codes of ECUs (`14 FFFFFF`), through the write kernel: all that they keep of them is durable in the
 * archive first, and each ECU is read again. A code that comes back at once is the car's fault, not a failure to clear.
 *
 * @throws {KombiError} exit 3 and untouched where nothing was cleared: `faults.changed` before anything was sent,
 *   `uds.negative-response` or `faults.not-cleared`; exit 11 and changed, `faults.partly-cleared`, where some was; exit 5 and
 *   unknown, `faults.unknown`, where an ECU could not be read again; `car.other`, `archive.*`, `signal.*`
 */
export async function clearFaults(car: Car, options: ClearFaultsOptions): Promise<ClearedFaults> {
  const { vin } = car.identity;
  const { ecus, archive, lock, tool, signal, onProgress } = options;
  assertClearable(car, options.experimental ?? false);
  if (lock.vin !== vin) throw new KombiError({ code: 'car.other', message: `The lock is for ${lock.vin}, this is ${vin}` });
  const same = new SameCar(car);
  await same.assert(ecus.map(({ identity }) => identity));
  const current: FaultsOfEcu[] = [];
  for (const shown of ecus) current.push(await readAgain(car, shown));
  const { id } = await saveFaults(car, archive, { ecus: current, tool, label: 'trouble codes before clearing' });
  const cleared: ClearedEcu[] = [];
  let lost = false;
  for (const [index, { identity, faults: before }] of current.entries()) {
    if (lost || signal?.aborted) {
      cleared.push({ identity, before, after: undefined, outcome: 'not-asked', error: undefined });
      continue;
    }
    onProgress?.({ step: 'clear', ecu: identity.address, done: index, total: current.length });
    const one = await clearOne(car, same, { identity, faults: before });
    cleared.push(one);
    // An ECU that is silent is its own matter; without the link, or at another car, nothing more is asked for.
    lost = one.after === undefined && (isKombiError(one.error, 'link') || isKombiError(one.error, 'car'));
  }
  if (cleared.some(({ outcome }) => outcome !== 'cleared')) throw clearingFailed(cleared, { backup: id, vin, signal });
  return { backup: id, ecus: cleared };
}

/** @throws {KombiError} `car.e-series` (exit 3) */
export function assertClearable(car: Car, experimental: boolean): void {
  if (car.identity.protocol !== 'kwp' || experimental) return;
  throw new KombiError({
    code: 'car.e-series',
    exit: EXIT.refused,
    message: 'Control units of the E-series are not cleared without --experimental',
    items: ['That `14 FF FF` clears one is published in descriptions of ECUs; no recording of a car shows it'],
    hint: 'Reading works: `kombi faults` lists what is stored.',
  });
}

/** Behind a link opened anew may be another car: what is read or cleared there is not this one's. */
class SameCar {
  readonly #car: Car;
  #identifiedAt = Number.NaN;

  constructor(car: Car) {
    this.#car = car;
  }

  async assert(ecus: readonly EcuIdentity[]): Promise<void> {
    while (this.#identifiedAt !== this.#car.client.reopened) {
      this.#identifiedAt = this.#car.client.reopened;
      await assertSameCar(this.#car, ecus);
    }
  }
}

/** What is there now is what will be saved; consent was given to what was shown. */
async function readAgain(car: Car, { identity, faults: shown }: FaultsOfEcu): Promise<FaultsOfEcu> {
  const { faults } = await readFaults(car, identity.address, { details: true, complete: true });
  const [added] = compareFaults(shown, faults).added;
  if (added === undefined) return { identity, faults };
  throw new KombiError({
    code: 'faults.changed',
    message: `${identity.name} ${formatEcuAddress(identity.address)} stores a trouble code that was not there before: ${added.code}`,
    hint: 'Look at the codes again, then clear them.',
  });
}

async function clearOne(car: Car, same: SameCar, { identity, faults: before }: FaultsOfEcu): Promise<ClearedEcu> {
  try {
    await same.assert([identity]);
  } catch (error) {
    if (!isKombiError(error)) throw error;
    return { identity, before, after: undefined, outcome: 'not-asked', error };
  }
  let refusal: KombiError | undefined;
  try {
    const token = { kind: 'clear-trouble-codes', vin: car.identity.vin, ecu: identity.address } as const;
    await Car.gateOf(car).withToken(token, (message) => car.client.request(identity.address, message));
  } catch (error) {
    if (!isKombiError(error) || isKombiError(error, 'kernel') || isKombiError(error, 'bug')) throw error;
    refusal = error;
  }
  let after: readonly StoredFault[];
  try {
    // After silence only what is read behind a fence tells: what was asked may still be at work.
    if (refusal !== undefined && !(refusal instanceof NegativeResponseError)) {
      await fence({ car, ecus: [identity], p2StarMs: undefined });
    }
    after = await readAfter(car, same, identity);
  } catch (error) {
    if (!isKombiError(error)) throw error;
    return { identity, before, after: undefined, outcome: 'unknown', error };
  }
  const kept = after.some((fault) => wasKept(fault, before, refusal === undefined));
  return { identity, before, after, outcome: kept ? 'kept' : 'cleared', error: refusal };
}

async function readAfter(car: Car, same: SameCar, identity: EcuIdentity): Promise<readonly StoredFault[]> {
  for (;;) {
    await same.assert([identity]);
    const { reopened } = car.client;
    const { faults } = await readFaults(car, identity.address, { details: true, complete: true, unstoppable: true });
    if (car.client.reopened === reopened) return faults;
  }
}
