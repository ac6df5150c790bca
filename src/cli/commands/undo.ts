import { planUndo } from '../../job/index.ts';
import { runWritingCommand } from '../carry-out-plan.ts';
import type { CommandSpec } from '../command.ts';

export const undo: CommandSpec = {
  name: 'undo',
  summary: 'take the last job back, or one by its id',
  description: 'Puts back the bits that the job changed and no others. It is a job itself: plan, consent, backup, write, verify.',
  arguments: [{ syntax: '[job]', help: 'the id of the job, or its beginning; the last one on this car unless given' }],
  options: [{ flags: '--dry-run', help: 'show the plan and stop' }],
  examples: ['kombi undo --link enet:', 'kombi undo 3c9a --dry-run --link mock:f06-sos'],
  run: (context, input) => {
    const job = input.argument(0);
    return runWritingCommand(context, {
      plan: (car, archive) => planUndo(car, archive, job),
      dryRun: input.flag('dryRun'),
    });
  },
};
