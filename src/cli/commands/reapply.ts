import { planReapply } from '../../job/index.ts';
import { runWritingCommand } from '../carry-out-plan.ts';
import type { CommandSpec } from '../command.ts';

export const reapply: CommandSpec = {
  name: 'reapply',
  summary: 'apply past jobs again, after a dealer update took them back',
  description:
    'All jobs on this car that were done and not taken back, or one by its id, as one new job: plan, consent, backup, write, verify. ' +
    'Where the coding data (CAFD) have changed, only what is provably still the same parameter is written.',
  arguments: [{ syntax: '[job]', help: 'the id of the job, or its beginning; all on this car unless given' }],
  options: [
    { flags: '--dry-run', help: 'show the plan and stop' },
    { flags: '--label <text>', help: 'a name for the job and its backup; "reapply" unless given' },
  ],
  examples: ['kombi reapply --dry-run --link enet:', 'kombi reapply 3c9a --link mock:f06-sos'],
  run: (context, input) => {
    const jobId = input.argument(0);
    const { experimental } = context.globals;
    return runWritingCommand(context, {
      plan: (car, archive) => planReapply(car, archive, { jobId, experimental }),
      dryRun: input.flag('dryRun'),
      label: input.text('label') ?? (jobId === undefined ? 'reapply' : `reapply ${jobId}`),
    });
  },
};
