import { EXIT, KombiError, type Vin } from '../../core/index.ts';
import { type Asking, cafdsOf, type EcuIdentity, readVin, wayToAsk } from '../../vehicle/index.ts';
import type { Car } from '../car.ts';
import { sha256 } from './operation.ts';

const MARGIN_MS = 1000;
const LOST_CAFD = 'FFFFFFFF';
const NOTHING = new Uint8Array();

export interface FenceOptions {
  readonly car: Car;
  readonly ecus: readonly EcuIdentity[];
  /** From the sessions' own answers; undefined where this process began none. */
  readonly p2StarMs: number | undefined;
}

/**
 * After any unknown outcome: let everything in flight die and every session lapse, then prove that this is still the
 * same car and the same ECUs. Only what is read after a fence tells what a block holds.
 *
 * @throws {KombiError} `link.*` or `ecu.*` where nothing answers; `car.other` where somebody else does
 */
export async function fence(options: FenceOptions): Promise<void> {
  const { car } = options;
  const timings = options.ecus.map((ecu) => car.catalog.timing({ cafds: cafdsOf(ecu.svk), vin: car.identity.vin }));
  const p2StarMs = options.p2StarMs ?? Math.max(...timings.map((timing) => timing.p2StarMs));
  const s3Ms = Math.max(...timings.map((timing) => timing.s3Ms));
  await car.transport.close();
  await car.client.clock.sleep(Math.max(p2StarMs, s3Ms) + MARGIN_MS);
  await car.client.reopen();
  await assertSameCar(car, options.ecus);
}

/** @throws {KombiError} `car.other` (exit 3) or `coding.cafd-lost`, naming what differs */
export async function assertSameCar(car: Car, ecus: readonly EcuIdentity[]): Promise<void> {
  const { vin } = (await wayToAsk(car.identity.protocol).readVin(car.client)) ?? (await readVin(car.client));
  if (vin !== car.identity.vin) throw otherCar(car.identity.vin, `the VIN is ${vin}`);
  for (const expected of ecus) {
    const found = await wayToAsk(car.identity.protocol).readEcu(expected.address, unstoppable(car));
    const difference = differenceBetween(expected, found);
    if (difference === undefined) continue;
    if (hasLostCafd(found) && expected.serial === found.serial) throw cafdLost(found);
    throw otherCar(car.identity.vin, `${expected.name}: ${difference}`);
  }
}

/** Without the car's signal: who stops a job must not stop what puts the car in order again. */
export function unstoppable({ client, catalog }: Car): Asking {
  return { client, catalog };
}

/** The hash of an ECU's SVK, by which a journal knows its software again. */
export function svkShaOf({ svk }: EcuIdentity): string {
  return sha256(svk?.raw ?? NOTHING);
}

/** What tells two ECUs apart, in words; undefined where nothing does. */
function differenceBetween(expected: EcuIdentity, found: EcuIdentity): string | undefined {
  if (expected.serial !== found.serial) return `serial ${found.serial ?? 'not told'} instead of ${expected.serial ?? 'not told'}`;
  if (svkShaOf(expected) === svkShaOf(found)) return undefined;
  return found.svk === undefined ? 'its SVK (software versions) is not told' : 'its SVK (software versions) changed';
}

/**
 * Whether an SVK names no coding description any more: `cafd_ffffffff-255_255_255` after a failed coding (reliability:
 * "Documented car failures"). An ECU that does not tell its SVK has not lost anything by that.
 */
export function hasLostCafd({ svk }: EcuIdentity): boolean {
  return svk !== undefined && cafdsOf(svk).every((id) => id === LOST_CAFD);
}

export function cafdLost(ecu: EcuIdentity): KombiError {
  return new KombiError({
    code: 'coding.cafd-lost',
    message: `${ecu.name} has lost its coding description (CAFD): block restore is impossible`,
    hint: 'The ECU needs its CAFD injected anew (E-Sys or a dealer), then its old bytes.',
  });
}

function otherCar(vin: Vin, difference: string): KombiError {
  return new KombiError({
    code: 'car.other',
    exit: EXIT.refused,
    message: `This is not the car or the ECU that the job is for (${vin}): ${difference}`,
    hint: 'Connect to the car that the job was begun on.',
  });
}
