import type { CommandSpec } from '../command.ts';
import { convert } from './trace/convert.ts';
import { replay } from './trace/replay.ts';
import { show } from './trace/show.ts';

export const trace: CommandSpec = {
  name: 'trace',
  summary: 'recorded sessions: show, convert and replay them',
  description:
    '--trace FILE records what any command says to a car. --link replay:FILE plays it to the same command again, strictly: ' +
    'any other request than the one that was recorded is an error.',
  examples: [
    'kombi trace show session.trace',
    'kombi trace convert session.trace session.pcapng --redact',
    'kombi info --link replay:session.trace',
  ],
  commands: [show, convert, replay],
};
