import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { type Reference, saysTheTruth, TWO_BLOCKS_OF_ONE, trace } from './support/kill.ts';
import { isBuilt, type Strike } from './support/program.ts';
import { reaches } from './support/reaches.ts';
import { inWorkshops, Workshop } from './support/workshop.ts';

const WORKERS = 4;
const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;
/** `2E` and `11 01` to the cluster, in HSFZ. */
const WRITE = /f4602e/;
const RESET = /f4601101/;
/** Longer than the profile's S3, so that the session has lapsed when the program wakes up. */
const ASLEEP_MS = 600;

async function reference(): Promise<Reference> {
  const workshop = await Workshop.open();
  try {
    return await trace(workshop, TWO_BLOCKS_OF_ONE, 'enet');
  } finally {
    await workshop.dispose();
  }
}

/** The exit statuses that are right for a job asked to stop at a barrier. */
function allowed({ barriers }: Reference, at: number, status: number): readonly number[] {
  const begun = barriers.findIndex((name) => name.includes('.reserve'));
  const written = barriers.findIndex((name) => WRITE.test(name));
  const last = barriers.findLastIndex((name) => WRITE.test(name));
  const reset = barriers.findIndex((name) => RESET.test(name));
  if (at <= begun) return [status];
  if (at < written) return [status, 4];
  if (at <= last) return [4];
  return at < reset ? [4, 0] : [0];
}

describe.skipIf(!isBuilt)('asked to stop (needs npm run build)', () => {
  it('ends its block, puts back what it wrote, and says so, wherever SIGINT or SIGTERM comes', { timeout: 120_000 }, async () => {
    const job = await reference();
    const points = job.barriers.flatMap((name, at) => (at % 3 === 0 || WRITE.test(name) || RESET.test(name) ? [at] : []));
    const wrong: string[] = [];
    await inWorkshops(points, { wires: ['enet'], workers: WORKERS }, async (workshop, at) => {
      const signal = at % 2 === 0 ? 'SIGINT' : 'SIGTERM';
      const ended = await workshop.run(job.words, { strike: { at, side: 'before', signal } });
      const name = `${signal} at ${at} (${job.barriers[at]?.slice(0, 60)})`;
      if (ended.passed.length <= at) wrong.push(`${name} was not reached`);
      if (!allowed(job, at, STATUS[signal]).includes(ended.exit ?? -1))
        wrong.push(`${name} ends ${ended.exit}: ${ended.line?.error?.message}`);
      wrong.push(...saysTheTruth(ended, workshop, job).map((violation) => `${name}: ${violation}`));
      if ((await workshop.archive().openJournals()).length > 0) wrong.push(`${name} leaves a journal open`);
    });
    expect(wrong).toEqual([]);
  });

  it('ends at the second signal at once, and the next recovery mends it', { timeout: 60_000 }, async () => {
    const job = await reference();
    const workshop = await Workshop.open();
    try {
      const at = job.barriers.findIndex((name) => WRITE.test(name)) + 1;
      const running = workshop.start(job.words, { strike: { at, side: 'before', signal: 'hold' } });
      await reaches(() => running.passed().length > at);
      running.child.kill('SIGINT');
      running.child.kill('SIGTERM');
      expect((await running.ended).exit).toBe(5);
      expect(await workshop.archive().openJournals()).toHaveLength(1);
      expect((await workshop.run(['recover', '--yes'])).exit).toBe(4);
      expect(workshop.state()).toEqual(job.old);
    } finally {
      await workshop.dispose();
    }
  });

  it('goes on, or puts back, or asks for recovery, when it was stopped like a laptop that sleeps', { timeout: 120_000 }, async () => {
    const job = await reference();
    const points = job.barriers.flatMap((name, at): Strike[] => {
      const stop = (side: Strike['side']): Strike => ({ at, side, signal: 'SIGSTOP' });
      if (WRITE.test(name) || RESET.test(name)) return [stop('before'), stop('after')];
      return WRITE.test(job.barriers[at + 1] ?? '') ? [stop('before')] : [];
    });
    const wrong: string[] = [];
    await inWorkshops(points, { wires: ['enet'], workers: WORKERS }, async (workshop, strike) => {
      const running = workshop.start(job.words, { strike });
      const name = `stopped ${strike.side} ${strike.at} (${job.barriers[strike.at]?.slice(0, 60)})`;
      await reaches(() => isStopped(running.child.pid ?? 0));
      await systemClock.sleep(ASLEEP_MS);
      running.child.kill('SIGCONT');
      const ended = await running.ended;
      wrong.push(...saysTheTruth(ended, workshop, job).map((violation) => `${name}: ${violation}`));
      const open = (await workshop.archive().openJournals()).length;
      if (open !== (ended.exit === 5 ? 1 : 0)) wrong.push(`${name} ends ${ended.exit} with ${open} journals open`);
      if (ended.exit === 5 && ![0, 4].includes((await workshop.run(['recover', '--yes'])).exit ?? -1)) wrong.push(`${name}: not recovered`);
    });
    expect(wrong).toEqual([]);
  });
});

function isStopped(pid: number): boolean {
  return /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}
