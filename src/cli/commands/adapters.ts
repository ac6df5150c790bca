import type { CommandSpec } from '../command.ts';
import { escapeText } from '../escape.ts';
import { candidatesOf, findAdapters } from '../find-links.ts';
import { table } from '../text.ts';

export const adapters: CommandSpec = {
  name: 'adapters',
  summary: 'serial ports and gateways in reach',
  description: 'Only looks: nothing is sent to a serial port. A gateway answers where the cable and its network address are right.',
  examples: ['kombi adapters', 'kombi adapters --json'],
  run: async (context) => {
    const found = await findAdapters();
    const candidates = candidatesOf(found);
    const speaking = (wanted: string) => found.gateways.filter(({ protocol }) => protocol === wanted);
    return {
      result: { serial: found.ports, enet: speaking('hsfz'), doip: speaking('doip') },
      lines:
        candidates.length > 0
          ? table(
              candidates.map(({ link, what }) => [escapeText(link), escapeText(what)]),
              context.width,
            )
          : ['No gateway answers, and there is no serial port.'],
    };
  },
};
