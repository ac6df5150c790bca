import { resolveEcu } from '../../coding/index.ts';
import { type EcuAddress, isKombiError, messageOf } from '../../core/index.ts';
import { type Car, type RelatedFault, readFaults } from '../../job/index.ts';
import type { EcuIdentity } from '../../vehicle/index.ts';
import type { CommandSpec } from '../command.ts';
import type { Context } from '../context.ts';
import { escapeText } from '../escape.ts';
import { ecuTitle, hexAddress } from '../format.ts';
import { openTheCar } from '../open-car.ts';
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
  examples: ['kombi faults --link enet:', 'kombi faults ATM --link mock:f06-sos'],
  run: async (context, input) => {
    const named = input.argument(0);
    const only = named === undefined ? undefined : resolveEcu(named, await context.catalog());
    const car = await openTheCar(context);
    const found = await readAll(context, car, only);
    const style = await context.style();
    const rows = found.map(({ identity, code, status, text }) => [
      ecuTitle(identity),
      style.mark(code),
      status & TEST_FAILED ? style.warning('present') : 'stored',
      text === undefined ? style.quiet('no public meaning known') : escapeText(text),
    ]);
    return {
      result: { faults: found.map(faultResult) },
      lines: found.length > 0 ? table(rows, context.width) : ['No trouble code is stored.'],
    };
  },
};

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
