import { EMERGENCY_CALL_MESSAGES } from '../../../catalog/index.ts';
import { type EcuAddress, EXIT, KombiError, type Vin } from '../../../core/index.ts';
import { type Car, readFaultsIfTold, readMessages } from '../../../job/index.ts';
import type { Context } from '../../context.ts';
import { openTheCar } from '../../open-car.ts';

const EMERGENCY_CALL_UNIT = 0x61 as EcuAddress;
const WATCHED: readonly number[] = Object.values(EMERGENCY_CALL_MESSAGES);

/** What a reset may change. Undefined: not told. */
export interface Look {
  readonly vin: Vin;
  /** Of the watched messages, the active ones. */
  readonly active: readonly number[] | undefined;
  /** Trouble codes of the emergency-call unit. */
  readonly codes: readonly string[] | undefined;
}

/** Opens the car, reads, and lets go of it: it may have to sleep now. */
export async function lookAtCar(context: Context): Promise<Look> {
  const car = await openTheCar(context);
  try {
    return {
      vin: car.identity.vin,
      active: await activeOf(car),
      codes: (await readFaultsIfTold(car, EMERGENCY_CALL_UNIT))?.map(({ code }) => code),
    };
  } finally {
    await car.dispose();
  }
}

/** @throws {KombiError} `car.changed` (exit 3) where it is another car */
export function compareLooks(before: Look, after: Look) {
  if (before.vin !== after.vin) {
    throw new KombiError({
      code: 'car.changed',
      exit: EXIT.refused,
      message: `This is another car now: ${after.vin} instead of ${before.vin}`,
    });
  }
  const lines = [
    ...(before.active === undefined || after.active === undefined ? ['The cluster does not tell its messages.'] : []),
    ...WATCHED.filter((id) => before.active?.includes(id) && after.active !== undefined).map((id) =>
      after.active?.includes(id)
        ? `Message ${id} is still among the active ones.`
        : `Message ${id} was among the active ones, and is not seen there now. Watch the next starts.`,
    ),
    ...(before.codes ?? []).map((code) =>
      after.codes?.includes(code) === false ? `${code} is gone.` : `${code} is still stored: this step did not mend it.`,
    ),
    ...(after.codes ?? []).filter((code) => !before.codes?.includes(code)).map((code) => `${code} is new.`),
  ];
  return {
    result: { before: told(before), after: told(after) },
    lines: lines.length > 0 ? lines : ['Nothing was active or stored before, and nothing is now.'],
  };
}

function told({ active, codes }: Look) {
  return { active: active ?? null, codes: codes ?? null };
}

async function activeOf(car: Car): Promise<readonly number[] | undefined> {
  const { active } = car.identity.protocol === 'uds' ? await readMessages(car) : { active: undefined };
  return active?.filter((id) => WATCHED.includes(id));
}
