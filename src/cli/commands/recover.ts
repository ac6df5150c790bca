import { EXIT, KombiError } from '../../core/index.ts';
import { type Car, lockOnly, recover as recoverJob } from '../../job/index.ts';
import type { CommandSpec } from '../command.ts';
import { assertConsentToForward, assertYes } from '../consent.ts';
import { plural } from '../format.ts';
import { openCarToWrite } from '../open-car.ts';

const DONE = {
  'nothing-open': 'No job is open on this car.',
  aborted: 'The job had written nothing; it is closed.',
  committed: 'The car holds the new bytes, verified after a reset; the job is closed as done.',
} as const;

export const recover: CommandSpec = {
  name: 'recover',
  summary: 'finish or put back an interrupted job',
  description:
    'Waits until the car is certainly quiet, reads what each block holds and puts the old bytes back where needed (exit 4). ' +
    'Consent came with the job, so --yes is enough; --forward, which completes the job instead, needs --accept with the id of its plan.',
  options: [{ flags: '--forward', help: 'complete the job instead of putting the old bytes back' }],
  examples: ['kombi recover --link enet:', 'kombi recover --yes --json --link enet:'],
  run: async (context, input) => {
    const forward = input.flag('forward');
    const car: Car = await openCarToWrite(context);
    const archive = await context.archive();
    const lock = await lockOnly(car, archive);
    context.defer(async () => lock[Symbol.asyncDispose]());
    const [open] = await archive.openJournals(car.identity.vin);
    if (open !== undefined) {
      if (forward) assertConsentToForward(context, open.begin?.planId ?? '');
      else await assertYes(context, `Finish the interrupted job ${open.txid} on ${car.identity.vin}?`);
    }
    const { state, job, blocks, vehicle } = await recoverJob(car, archive, {
      lock,
      forward,
      onProgress: (await context.progress()).tell,
      now: () => context.io.now(),
    });
    if (state !== 'rolled-back') return { result: { state, ...(job === undefined ? {} : { job }), blocks }, lines: [DONE[state]], vehicle };
    throw new KombiError({
      code: 'job.rolled-back',
      exit: EXIT.restored,
      vehicle,
      message: `Job ${job} was put back: ${plural(blocks, 'block')} hold their old bytes, verified after a reset; ${car.identity.vin} is as before`,
      hint: 'Run the job again when what stopped it is mended.',
    });
  },
};
