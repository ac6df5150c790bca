import { type Archive, acquireLock, type KeepReason, type PrunePlan, vinLockName } from '../../../archive/index.ts';
import type { CommandSpec } from '../../command.ts';
import { escapeText } from '../../escape.ts';
import { plural, toTheSecond } from '../../format.ts';
import { table } from '../../text.ts';

const REASONS: Readonly<Record<KeepReason, string>> = {
  first: 'the first',
  recent: 'the last ten',
  monthly: 'the last of a month',
  journal: 'a job needs it',
  unjudged: 'damaged or newer',
};

export const prune: CommandSpec = {
  name: 'prune',
  summary: 'put old backups into the trash of the archive; shows which, unless --yes is given',
  description:
    'Of each car the first backup stays, the last ten, the last of each month, whatever a job refers to, and what is damaged or newer; imported backups ' +
    'are counted by themselves. The others move to trash/ in the archive and can be moved back. Nothing is ever deleted.',
  options: [{ flags: '--vin <vin>', help: 'only of this car' }],
  examples: ['kombi backup prune', 'kombi backup prune --vin WBA6C92010D000001 --yes'],
  run: async (context, input) => {
    const archive = await context.archive();
    const plans = await archive.planPrune(input.text('vin')?.toUpperCase());
    const dryRun = !context.globals.yes;
    const done: PrunePlan[] = [];
    for (const plan of plans) done.push(dryRun || plan.moved.length === 0 ? plan : await pruneLocked(archive, plan.vin));
    const moved = done.flatMap((plan) => plan.moved);
    const style = await context.style();
    const lines = table(
      moved.map(({ backup }) => [style.mark(backup.id), toTheSecond(backup.time), escapeText(backup.vin), escapeText(backup.label ?? '')]),
      context.width,
    );
    return {
      result: {
        dryRun,
        moved: moved.map(({ backup: { id, vin, time, path }, trash }) => ({ id, vin, time, path, trash })),
        kept: done.flatMap(({ kept }) => kept.map(({ backup: { id, vin, time }, keep }) => ({ id, vin, time, reasons: keep }))),
      },
      lines: [
        ...lines,
        ...done.filter((plan) => plan.moved.length > 0).map((plan) => keptLine(plan, dryRun)),
        ...(moved.length === 0
          ? ['Nothing to put away.']
          : dryRun
            ? [style.quiet('Nothing was moved. To move them: kombi backup prune --yes')]
            : [`${plural(moved.length, 'backup')} moved to ${escapeText(`${archive.directory}/trash`)}`]),
      ],
    };
  },
};

/** No job may begin on the car meanwhile: what it relies on is decided by its journals. */
async function pruneLocked(archive: Archive, vin: string): Promise<PrunePlan> {
  const lock = await acquireLock([vinLockName(archive.directory, vin)]);
  try {
    return await archive.prune(vin);
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

function keptLine({ vin, kept, moved }: PrunePlan, dryRun: boolean): string {
  const counts = new Map<KeepReason, number>();
  for (const reason of kept.flatMap(({ keep }) => keep)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const why = [...counts].map(([reason, count]) => `${REASONS[reason]}: ${count}`).join(', ');
  return `${escapeText(vin)}  ${moved.length} ${dryRun ? 'would move' : 'moved'}, ${kept.length} stay${why === '' ? '' : ` (${why})`}`;
}
