import { EXIT, KombiError } from '../core/index.ts';
import type { Car } from './car.ts';
import type { PlanNote } from './plan.ts';

/** House figure: below it nothing is written (reliability, row 30). */
export const REFUSE_BELOW_VOLTS = 12.0;
/** BMW asks for it when programming; below it the plan advises a charger (reliability, row 30). */
export const ADVISE_BELOW_VOLTS = 13.0;
/** Falling below it stops a running job at the edge of a block (reliability, row 30). */
export const STOP_BELOW_VOLTS = 11.8;

/** Voltage and ignition, as the ECU that knows them says; undefined and `unknown` where none does. */
export interface Conditions {
  readonly voltage: number | undefined;
  readonly ignition: 'on' | 'off' | 'unknown';
}

export async function readConditions(car: Car): Promise<Conditions> {
  return { voltage: await car.voltage(), ignition: await car.ignition() };
}

/** @throws {KombiError} `car.voltage-low`, `car.ignition-off` (exit 3) where this car must not be written to now */
export function assertFitToWrite(conditions: Conditions): void {
  const { voltage, ignition } = conditions;
  if (voltage !== undefined && voltage < REFUSE_BELOW_VOLTS) {
    throw new KombiError({
      code: 'car.voltage-low',
      exit: EXIT.refused,
      message: `The car stands at ${voltage.toFixed(1)} V; below ${REFUSE_BELOW_VOLTS.toFixed(1)} V nothing is written`,
      hint: 'Connect a charger, or let the engine charge the battery, then switch the engine off and the ignition on.',
    });
  }
  if (ignition === 'off') {
    throw new KombiError({
      code: 'car.ignition-off',
      exit: EXIT.refused,
      message: 'The ignition is off',
      hint: 'Switch the ignition on (engine off), wait ten seconds and try again.',
    });
  }
}

/** What the person who consents should know of the car's condition. */
export function conditionNotes(conditions: Conditions): readonly PlanNote[] {
  const { voltage, ignition } = conditions;
  const notes: PlanNote[] = [];
  if (voltage === undefined) {
    notes.push({ code: 'voltage-unknown', text: 'No ECU tells the voltage: unknown. Connect a charger if in doubt.' });
  } else if (voltage < ADVISE_BELOW_VOLTS) {
    notes.push({
      code: 'voltage-low',
      text: `${voltage.toFixed(1)} V: BMW asks for ${ADVISE_BELOW_VOLTS.toFixed(1)} V when programming. Connect a charger.`,
    });
  }
  if (ignition === 'unknown') {
    notes.push({
      code: 'ignition-unknown',
      text: 'Nobody tells whether the ignition is on: unknown. It has to be on, with the engine off.',
    });
  }
  return notes;
}
