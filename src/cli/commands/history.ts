import type { JournalSummary } from '../../archive/index.ts';
import type { CommandSpec } from '../command.ts';
import type { Context } from '../context.ts';
import { escapeText } from '../escape.ts';
import { plural, toTheSecond } from '../format.ts';
import { messageLabel } from '../messages-text.ts';
import { openTheCar } from '../open-car.ts';
import { table, wrap } from '../text.ts';

const RESULTS: Readonly<Record<JournalSummary['state'], string>> = {
  COMMITTED: 'done and verified',
  ROLLED_BACK: 'failed, put back and verified',
  ABORTED: 'stopped before anything was written',
  STUCK: 'a block is in a third state',
  OPEN: 'interrupted: run kombi recover',
};

export const history: CommandSpec = {
  name: 'history',
  summary: 'every job: when, what, bytes, result',
  description: 'From the journals in the archive: of all cars, of --vin, or with --link of the car that it leads to.',
  options: [{ flags: '--vin <vin>', help: 'only of this car' }],
  examples: ['kombi history', 'kombi history --link enet: --json'],
  run: async (context, input) => {
    const archive = await context.archive();
    // An exported KOMBI_LINK must not make a look into the archive depend on a car being there.
    const vin = context.globals.link === undefined ? input.text('vin')?.toUpperCase() : (await openTheCar(context)).identity.vin;
    const jobs = await archive.listJournals(vin);
    const style = await context.style();
    const hidden = await hiddenMessages(context, jobs);
    return {
      result: { jobs: jobs.map(jobResult), hidden },
      lines:
        jobs.length > 0
          ? [...jobs.flatMap((job) => jobLines(job, context, style.mark)), ...hiddenLines(hidden, context)]
          : [`No jobs in ${escapeText(archive.directory)}`],
    };
  },
};

type Hidden = Awaited<ReturnType<typeof hiddenMessages>>;

async function hiddenMessages(context: Context, jobs: readonly JournalSummary[]) {
  const { hiddenSince } = await import('../../job/hidden-since.ts');
  const hidden = hiddenSince(jobs);
  const catalog = hidden.length === 0 ? undefined : await context.catalog();
  return hidden.map(({ vin, id, job, time }) => ({
    vin,
    message: id,
    label: messageLabel(catalog?.message(id), context),
    since: time,
    job,
  }));
}

/** A hidden message stays a defect: whoever hid it should look again, and be told how. */
function hiddenLines(hidden: Hidden, { width }: Context): readonly string[] {
  if (hidden.length === 0) return [];
  const rows = hidden.map(({ vin, message, label, since }) => [
    escapeText(vin),
    String(message),
    toTheSecond(since).slice(0, 'YYYY-MM-DD'.length),
    escapeText(label),
  ]);
  return [
    '',
    'Hidden by these jobs, since:',
    ...table(rows, width, { indent: 2 }),
    ...wrap('Check again after some drives what the car raises: kombi messages active', { width }),
  ];
}

function jobResult({ begin, state, path }: JournalSummary) {
  const { txid, vin, kind, label, undoes, planId, backup, time, ops, hides, shows } = begin;
  return {
    job: txid,
    time,
    vin,
    kind,
    state: state.toLowerCase().replace('_', '-'),
    plan: planId,
    backup,
    ...(label === undefined ? {} : { label }),
    ...(undoes === undefined ? {} : { undoes }),
    ...(hides === undefined ? {} : { hides }),
    ...(shows === undefined ? {} : { shows }),
    blocks: ops.map((op) => ({ ecu: op.ecu, did: op.did, old: op.old, new: op.new })),
    journal: path,
  };
}

function jobLines({ begin, state }: JournalSummary, { width }: Context, mark: (text: string) => string): string[] {
  const what = `${begin.kind}${begin.undoes === undefined ? '' : ` of ${escapeText(begin.undoes)}`}${begin.label === undefined ? '' : `, ${escapeText(begin.label)}`}`;
  const lines = [
    ...wrap(`${toTheSecond(begin.time)}  ${mark(begin.txid)}  ${escapeText(begin.vin)}`, { width }),
    ...wrap(`${what}: ${RESULTS[state]}`, { width, indent: 2 }),
  ];
  for (const { ecu, did, old, new: next } of begin.ops) {
    lines.push(...wrap(`${ecu}:${did}  ${changedBytes(old, next)}`, { width, indent: 4 }));
  }
  return lines;
}

const SHOWN = 8;

function changedBytes(old: string, next: string): string {
  const changes: string[] = [];
  for (let at = 0; at < old.length; at += 2) {
    const [before, after] = [old.slice(at, at + 2), next.slice(at, at + 2)];
    if (before !== after) changes.push(`@${(at / 2).toString(16).toUpperCase().padStart(2, '0')} ${before}→${after}`);
  }
  const more = changes.length > SHOWN ? [`and ${plural(changes.length - SHOWN, 'byte')} more`] : [];
  return [...changes.slice(0, SHOWN), ...more].join('  ');
}
