import { KombiError } from '../../core/index.ts';
import type { CommandSpec } from '../command.ts';
import { checkLines } from '../doctor/check-lines.ts';
import { examine } from '../doctor/examine.ts';
import { plural } from '../format.ts';

export const doctor: CommandSpec = {
  name: 'doctor',
  summary: 'this computer: ports, permissions, drivers, network, disk, Node',
  description:
    'Looks at what kombi needs and says how to mend what is wrong. Opens no serial port and changes nothing; it only tries whether a file can be made where the archive is.',
  options: [
    { flags: '--fix', help: 'set the latency timer of FTDI ports to 1 ms, where you may; it lasts until the adapter is unplugged' },
  ],
  examples: ['kombi doctor', 'sudo kombi doctor --fix', 'kombi doctor --json'],
  run: async (context, input) => {
    const facts = await context.io.platformFacts();
    const directory = await context.archiveDirectory();
    let checks = await examine(facts, directory);
    const fixes = input.flag('fix') ? checks.flatMap(({ fix }) => fix ?? []) : [];
    if (fixes.length > 0) {
      // Where it may not be written, the second look says so.
      for (const { path, text } of fixes) await facts.writeText(path, text).catch(() => undefined);
      checks = await examine(facts, directory);
    }
    const problems = checks.filter(({ state }) => state === 'problem').length;
    const style = await context.style();
    return {
      result: { platform: facts.platform, checks: checks.map(({ fix: _fix, ...check }) => check), problems },
      lines: checks.flatMap((check) => checkLines(check, style, context.width)),
      ...(problems === 0 ? {} : { error: problemError(problems) }),
    };
  },
};

function problemError(problems: number): KombiError {
  return new KombiError({
    code: 'doctor.problem',
    message: `${plural(problems, 'problem')} on this computer`,
    hint: 'The lines that begin with "problem" say how to mend it.',
  });
}
