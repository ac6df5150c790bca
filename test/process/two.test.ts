import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ONE_BIT } from './support/kill.ts';
import { isBuilt, type Running } from './support/program.ts';
import { reaches } from './support/reaches.ts';
import { Workshop } from './support/workshop.ts';

describe.skipIf(!isBuilt)('two programs at one car (needs npm run build)', { timeout: 60_000 }, () => {
  let workshop: Workshop;
  let job: readonly string[];
  let intent: number;
  beforeAll(async () => {
    workshop = await Workshop.open();
    job = await workshop.accepted(ONE_BIT.words);
    const { passed } = await workshop.run(job);
    // The last sync before the first write: the intent is on disk, and nothing has left yet.
    intent = passed.findIndex((name) => name.includes('f4602e')) - 1;
    expect(passed[intent]).toMatch(/^sync .*jsonl$/);
  });
  beforeEach(() => workshop.renew());
  afterAll(() => workshop.dispose());

  async function holdAtIntent(): Promise<Running> {
    const first = workshop.start(job, { strike: { at: intent, side: 'before', signal: 'hold' } });
    await reaches(() => first.passed().length > intent);
    return first;
  }

  it.each([
    ['the same archive', undefined],
    ['different archives', 'another'],
  ])('lets one of them write; the other ends 7 and names it: %s', async (_, other) => {
    const first = await holdAtIntent();
    const archive = other === undefined ? {} : { archive: join(workshop.folder, other) };
    for (const words of [job, ['recover', '--yes'], ['code', '60:3000.@04=5D:5C', '--dry-run']]) {
      const second = await workshop.run(words, archive);
      expect([second.exit, second.line?.vehicle, second.line?.error?.code]).toEqual([7, 'untouched', 'lock.held']);
      expect(second.line?.error?.message).toContain(`process ${first.child.pid}`);
    }
    expect(workshop.state()).toEqual(workshop.before);
    first.child.kill('SIGUSR2');
    expect((await first.ended).exit).toBe(0);
  });

  it('still lets others read', async () => {
    const first = await holdAtIntent();
    expect((await workshop.run(['read', '60:3301'])).exit).toBe(0);
    first.child.kill('SIGUSR2');
    expect((await first.ended).exit).toBe(0);
  });

  it('lets exactly one write where all begin at the same moment', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => workshop.run(job)));
    const exits = all.map(({ exit }) => exit);
    expect(all.filter(({ line }) => line?.vehicle === 'changed')).toHaveLength(1);
    // Who came after the end found nothing left to do, or another car than the one that the plan was made for.
    expect(exits.every((exit) => exit !== null && [0, 3, 7].includes(exit))).toBe(true);
    expect((await workshop.archive().listJournals()).map(({ state }) => state)).toEqual(['COMMITTED']);
  });

  it('gives the car free the moment its owner is killed', async () => {
    const first = await holdAtIntent();
    const held = await workshop.run(job);
    first.child.kill('SIGKILL');
    await first.ended;
    const next = await workshop.run(job);
    const recovered = await workshop.run(['recover', '--yes']);
    const again = await workshop.run(job);
    expect([held.exit, next.exit, recovered.exit, again.exit]).toEqual([7, 5, 4, 0]);
  });

  it('does not take an owner that hangs for one that is gone', async () => {
    const first = await holdAtIntent();
    first.child.kill('SIGSTOP');
    const second = await workshop.run(job);
    expect([second.exit, second.line?.error?.code]).toEqual([7, 'lock.held']);
    first.child.kill('SIGCONT');
    first.child.kill('SIGUSR2');
    expect((await first.ended).exit).toBe(0);
  });
});
