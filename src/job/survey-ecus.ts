import { type EcuIdentity, type FoundEcu, findEcus, wayToAsk } from '../vehicle/index.ts';
import type { Car } from './car.ts';
import type { OnProgress } from './plan.ts';

/** An ECU of a car, whether it answers or not. */
export interface SurveyedEcu extends FoundEcu {
  /** From the catalog; the address in hex where it knows none. */
  readonly name: string;
  /** Undefined where it stays silent: it is listed and never answers, or fell silent when it was asked who it is. */
  readonly identity: EcuIdentity | undefined;
}

/**
 * Finds every ECU of a car and asks each who it is. One that stays silent is told as such and never stops the others.
 * After each loss of the link the car is identified again before anything that was read counts.
 *
 * @throws {KombiError} `car.changed` (exit 3), `link.*`
 */
export async function surveyEcus(car: Car, onProgress?: OnProgress): Promise<readonly SurveyedEcu[]> {
  const found = await findEcus({
    client: car.client,
    catalog: car.catalog,
    signal: car.signal,
    way: wayToAsk(car.identity.protocol),
    onProgress: (progress) => onProgress?.({ step: 'find', ...progress }),
  });
  await car.assertSame();
  const ecus: SurveyedEcu[] = [];
  for (const [done, ecu] of found.entries()) {
    onProgress?.({ step: 'identify', ecu: ecu.address, done, total: found.length });
    ecus.push({
      ...ecu,
      name: car.catalog.ecuName(ecu.address),
      identity: ecu.answers ? await car.ecuIfItAnswers(ecu.address) : undefined,
    });
    await car.assertSame();
  }
  return ecus;
}
