import { resolveEcu } from '../../coding/index.ts';
import { type EcuAddress, isKombiError, messageOf } from '../../core/index.ts';
import { type Car, clearFaults, lockCar, type RelatedFault, readFaults } from '../../job/index.ts';
import type { EcuIdentity } from '../../vehicle/index.ts';
import type { CommandSpec, Outcome } from '../command.ts';
import { assertYes } from '../consent.ts';
import type { Context } from '../context.ts';
import { escapeText } from '../escape.ts';
import { ecuTitle, hexAddress, plural } from '../format.ts';
import { openCarToWrite, openTheCar } from '../open-car.ts';
import { table } from '../text.ts';

/** Bit 0 of a status byte: the test fails right now (ISO 14229-1 D.2). */
const TEST_FAILED = 0x01;

interface EcuFault extends RelatedFault {
  readonly identity: EcuIdentity;
}

export const faults: CommandSpec = {
  name: 'faults',
  summary: 'trouble codes, with what is known of each',
  description: 'Meanings are known by ECU and code together, and only where somebody has published them.',
  arguments: [{ syntax: '[ecu]', help: 'one ECU, by name or address; all that answer unless given' }],
  options: [{ flags: '--clear', help: 'clear them, and read again what is left' }],
  examples: ['kombi faults --link enet:', 'kombi faults ATM --link mock:f06-sos', 'kombi faults ATM --clear --link enet:'],
  run: async (context, input) => {
    const named = input.argument(0);
    const only = named === undefined ? undefined : resolveEcu(named, await context.catalog());
    if (input.flag('clear')) return await clear(context, only);
    const found = await readAll(context, await openTheCar(context), only);
    return { result: { faults: found.map(faultResult) }, lines: await faultLines(context, found) };
  },
};

/** Clears what is stored, ECU by ECU. What a code knew of when and how it came is gone with it, so somebody must say yes. */
async function clear(context: Context, only: EcuAddress | undefined): Promise<Outcome> {
  const car = await openCarToWrite(context);
  const lock = await lockCar(car, await context.archive());
  context.defer(async () => lock[Symbol.asyncDispose]());
  const before = await readAll(context, car, only);
  if (before.length === 0) return { result: { faults: [], before: [] }, lines: ['No trouble code is stored.'] };
  if (!context.globals.json) await context.say((await faultLines(context, before)).join('\n'));
  await assertYes(context, `Clear ${plural(before.length, 'trouble code')}? What they tell of when and how they came is lost.`);
  const after: EcuFault[] = [];
  for (const identity of new Set(before.map((fault) => fault.identity))) {
    const cleared = await clearFaults(car, identity.address, { lock });
    after.push(...cleared.after.map((fault) => ({ ...fault, identity })));
  }
  const left =
    after.length === 0
      ? ['Cleared; none has come back so far.']
      : ['Cleared; these are there again:', ...(await faultLines(context, after))];
  return { result: { faults: after.map(faultResult), before: before.map(faultResult) }, lines: left, vehicle: 'changed' };
}

async function faultLines(context: Context, faults: readonly EcuFault[]): Promise<readonly string[]> {
  if (faults.length === 0) return ['No trouble code is stored.'];
  const style = await context.style();
  const rows = faults.map(({ identity, code, status, text }) => [
    ecuTitle(identity),
    style.mark(code),
    status & TEST_FAILED ? style.warning('present') : 'stored',
    text === undefined ? style.quiet('no public meaning known') : escapeText(text),
  ]);
  return table(rows, context.width);
}

function faultResult({ identity, code, status, text }: EcuFault) {
  return {
    ecu: hexAddress(identity.address),
    name: identity.name,
    code,
    status: hexAddress(status as EcuAddress),
    present: (status & TEST_FAILED) !== 0,
    ...(text === undefined ? {} : { text }),
  };
}

/** Of many ECUs, one that refuses is told and passed over; asked for alone, its refusal is the answer. */
async function readAll(context: Context, car: Car, only: EcuAddress | undefined): Promise<readonly EcuFault[]> {
  const found: EcuFault[] = [];
  for (const identity of only === undefined ? await car.ecus() : [await car.ecu(only)]) {
    try {
      for (const fault of await readFaults(car, identity.address)) found.push({ ...fault, identity });
    } catch (error) {
      if (only !== undefined || !(isKombiError(error, 'uds') || isKombiError(error, 'ecu'))) throw error;
      await context.say(`${ecuTitle(identity)} does not tell its trouble codes: ${escapeText(messageOf(error))}`);
    }
  }
  return found;
}
