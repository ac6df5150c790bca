import { KombiError } from '../../core/index.ts';
import type { CommandSpec } from '../command.ts';
import { clearFaultsOf } from './faults/clear.ts';
import { explainCodes } from './faults/explain.ts';
import { readFaultsOf } from './faults/read.ts';
import { saveFaultsOf } from './faults/save.ts';
import { faultsSince } from './faults/since.ts';

export const faults: CommandSpec = {
  name: 'faults',
  summary: 'trouble codes, with what is known of each',
  description:
    'Meanings are known by ECU and code together, and only where somebody has published them. Of one ECU it shows snapshots, ' +
    'extended data and the info memory too. --clear saves all of that in the archive before anything is cleared, and reads again ' +
    'afterwards: a code that is back at once is a fault that the car still has, and ends 0. It ends 3 where nothing was cleared, ' +
    '11 where only some was, 5 where an ECU could not be read again. --explain needs no car.',
  arguments: [{ syntax: '[ecu]', help: 'one ECU, by name or address; all that answer unless given' }],
  options: [
    { flags: '--details', help: 'snapshots and extended data of every code, of all ECUs' },
    { flags: '--clear', help: 'save and clear them, and read again what is left' },
    { flags: '--save', help: 'put them into the archive, to compare with later; clears nothing' },
    { flags: '--since <backup>', help: 'compare with the trouble codes in a backup: gone, still there, new' },
    { flags: '--explain <code>', help: 'what is known of a code, and who says so', repeatable: true },
  ],
  examples: [
    'kombi faults --link enet:',
    'kombi faults ATM --link mock:f06-sos',
    'kombi faults ATM --clear --link enet:',
    'kombi faults --explain B7F655',
  ],
  run: async (context, input) => {
    const named = input.argument(0);
    const codes = input.list('explain');
    const since = input.text('since');
    const clears = input.flag('clear');
    const saves = input.flag('save');
    if ([clears, saves, codes.length > 0, since !== undefined].filter(Boolean).length > 1) {
      throw new KombiError({
        code: 'usage.option',
        message: '--clear, --save, --since and --explain are different things to do',
        hint: 'Give one of them.',
      });
    }
    const only = named === undefined ? undefined : await resolve(named, context);
    if (codes.length > 0) return await explainCodes(context, codes, only);
    if (clears) return await clearFaultsOf(context, only);
    if (saves) return await saveFaultsOf(context, only);
    if (since !== undefined) return await faultsSince(context, since, only);
    return await readFaultsOf(context, only, input.flag('details') || only !== undefined);
  },
};

async function resolve(named: string, context: Parameters<NonNullable<CommandSpec['run']>>[0]) {
  const { resolveEcu } = await import('../../coding/index.ts');
  return resolveEcu(named, await context.catalog());
}
