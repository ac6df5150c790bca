import { KombiError } from '../../core/index.ts';
import type { CommandSpec, Outcome } from '../command.ts';
import type { Context } from '../context.ts';
import { createFile } from '../create-file.ts';
import { escapeText } from '../escape.ts';
import { candidatesOf, findAdapters } from '../find-links.ts';
import { table } from '../text.ts';

export const adapters: CommandSpec = {
  name: 'adapters',
  summary: 'serial ports and gateways in reach; what an adapter can really do',
  description:
    'Only looks: nothing is sent to a serial port. A gateway answers where the cable and its network address are right. With --probe, every serial ' +
    'port, or the adapter of --link, is asked what it can do: nothing that lasts is sent, to the car nothing but reads, and the settings are put back.',
  options: [
    { flags: '--probe', help: 'find out by behaviour whether an adapter may write, may only read, or is unusable, and why' },
    { flags: '--report <file>', help: 'with --probe: make a file to send in, with the raw answers and without VIN and serial number' },
  ],
  examples: [
    'kombi adapters',
    'kombi adapters --json',
    'kombi adapters --probe',
    'kombi adapters --probe --link elm327:COM3 --report adapter.json',
  ],
  run: async (context, input) => {
    const report = input.text('report');
    if (input.flag('probe')) return probe(context, report);
    if (report !== undefined) {
      throw new KombiError({ code: 'usage.option', message: '--report tells what was probed, and nothing is', hint: 'Add --probe.' });
    }
    return look(context);
  },
};

async function look({ width }: Context): Promise<Outcome> {
  const found = await findAdapters();
  const candidates = candidatesOf(found);
  const speaking = (wanted: string) => found.gateways.filter(({ protocol }) => protocol === wanted);
  return {
    result: { serial: found.ports, enet: speaking('hsfz'), doip: speaking('doip') },
    lines:
      candidates.length > 0
        ? table(
            candidates.map(({ link, what }) => [escapeText(link), escapeText(what)]),
            width,
          )
        : ['No gateway answers, and there is no serial port.'],
  };
}

async function probe(context: Context, report: string | undefined): Promise<Outcome> {
  const [{ noneOfUse, probeLinks }, { probeLines, verdictName }, { ownersEntry }] = await Promise.all([
    import('../adapter-probe/probe-links.ts'),
    import('../adapter-probe/probe-text.ts'),
    import('../adapter-probe/owners-entry.ts'),
  ]);
  const probed = await probeLinks(context);
  const style = await context.style();
  const lines = probed.length > 0 ? probed.flatMap((each) => probeLines(each, style, context.width)) : ['There is no serial port.'];
  if (report !== undefined) {
    const entry = ownersEntry(probed, { platform: context.io.platform, now: context.io.now() });
    await createFile(report, `${JSON.stringify(entry, undefined, 2)}\n`, '--report');
    lines.push(`${escapeText(report)} is made, without VIN and serial number. Look through it before you send it.`);
  }
  const error = noneOfUse(probed);
  return {
    result: {
      probed: probed.map(({ link, probe: found, failure }) =>
        found === undefined
          ? { link, verdict: 'no-adapter', why: failure?.message }
          : {
              link,
              name: found.findings.name,
              verdict: verdictName(found),
              proven: found.proven,
              why: found.why,
              lacks: found.lacks,
              probes: found.results,
            },
      ),
      ...(report === undefined ? {} : { report }),
    },
    lines,
    ...(error === undefined ? {} : { error }),
  };
}
