import type { CommandSpec } from '../command.ts';
import { createFile } from '../create-file.ts';
import { escapeText } from '../escape.ts';
import { plural } from '../format.ts';
import { table } from '../text.ts';

const MOST_JOBS = 1000;
const JOBS = 10;

export const supportBundle: CommandSpec = {
  name: 'support-bundle',
  summary: 'what a maintainer needs, in one file without VIN and serial numbers',
  description:
    'Versions, what kombi doctor says, the adapters in reach, and what the last jobs did: ECU, block and outcome, no bytes. With --trace FILE it ' +
    'takes in that recording, redacted; nothing is recorded. Names of user and computer and the home folder are taken out too. Nothing is sent anywhere.',
  options: [
    { flags: '--output <file>', help: 'the file to make; unless given, kombi-support-<time>.json in this folder' },
    { flags: '--jobs <n>', help: `how many of the last jobs (${JOBS} unless given)` },
  ],
  examples: ['kombi support-bundle', 'kombi support-bundle --output bundle.json --trace session.trace'],
  run: async (context, input) => {
    const { gatherBundle } = await import('../support/bundle.ts');
    const jobs = input.integer('jobs', 1, MOST_JOBS) ?? JOBS;
    const bundle = await gatherBundle(context, { jobs, trace: context.globals.trace });
    const path = input.text('output') ?? `kombi-support-${bundle.time.replace(/[-:]|\.\d+/g, '')}.json`;
    await createFile(path, `${JSON.stringify(bundle, undefined, 2)}\n`);
    const holds = {
      checks: bundle.doctor.length,
      adapters: bundle.adapters.serial.length + bundle.adapters.gateways.length,
      jobs: 'unread' in bundle.jobs ? 0 : bundle.jobs.length,
      traceLines: bundle.trace?.length ?? 0,
    };
    const rows = [
      ['versions', `kombi ${bundle.kombi}, Node ${bundle.node}, ${bundle.system}`],
      ['doctor', plural(holds.checks, 'check')],
      ['adapters', `${holds.adapters} in reach`],
      ['jobs', 'unread' in bundle.jobs ? `not read: ${bundle.jobs.unread}` : `the last ${holds.jobs}`],
      ['trace', bundle.trace === undefined ? 'none (--trace FILE takes one in)' : plural(holds.traceLines, 'line')],
    ];
    return {
      result: { path, holds },
      lines: [
        `${escapeText(path)} holds`,
        ...table(
          rows.map((row) => row.map(escapeText)),
          context.width,
          { indent: 2 },
        ),
        'VIN, serial numbers, names and the home folder are taken out. Look through it before you send it.',
      ],
    };
  },
};
