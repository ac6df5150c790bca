import type { CommandSpec } from '../../command.ts';
import { sim, simulate } from '../sim.ts';

const OF_PROFILES = ['--from', '--fault', '--state'];

export const replay: CommandSpec = {
  name: 'replay',
  summary: 'a recording as a car to talk to, for other programs: HSFZ, DoIP, ELM327 and a K+DCAN cable',
  description:
    'The same as kombi sim --from <file>: it answers what was recorded in whatever order it is asked, refuses what was not, and tells at the ' +
    'end how often. Where kombi itself is to get exactly the recorded session again, use --link replay:<file>, which refuses any other request.',
  arguments: [{ syntax: '<file>', help: 'what --trace records, or EdiabasLib .txt or .sim' }],
  options: (sim.options ?? []).filter(({ flags }) => !OF_PROFILES.some((flag) => flags.startsWith(flag))),
  examples: [
    'kombi trace replay session.trace --enet 6801',
    'kombi trace replay session.trace --elm327 pty',
    'kombi info --link replay:session.trace',
  ],
  run: async (context, input) => {
    await simulate(context, input.withOptions({ from: input.required(0) }), 'trace-replay');
    return undefined;
  },
};
