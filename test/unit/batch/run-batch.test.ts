import { describe, expect, it } from 'vitest';
import { EXIT, KombiError, VirtualClock } from '../../../src/core/index.ts';
import {
  type BatchCar,
  batchReport,
  type CarContext,
  type CarOutcome,
  type RunBatchOptions,
  runBatch,
} from '../../../src/job/batch/index.ts';

const DEADLINE_MS = 10_000;

function carsOf(count: number, link = (index: number) => `enet://${index}`): BatchCar[] {
  return Array.from({ length: count }, (_, index) => ({
    label: `car ${index}`,
    link: link(index),
    actions: ['backup'],
    edits: [],
    partial: false,
  }));
}

interface Fleet extends Partial<RunBatchOptions> {
  readonly cars?: readonly BatchCar[];
}

/** Runs cars that do nothing but take time, and tells in which order they began and ended. */
async function run(work: RunBatchOptions['work'], { cars = carsOf(3), ...options }: Fleet = {}) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const ended: string[] = [];
  const result = await runBatch(cars, {
    jobs: 2,
    deadlineMs: DEADLINE_MS,
    clock,
    work,
    events: { onBegin: ({ label }) => void log.push(label), onEnd: ({ label }) => void ended.push(label) },
    ...options,
  });
  return { ...result, clock, log, ended };
}

function takes(clock: { sleep(ms: number, signal: AbortSignal): Promise<void> }, ms: number) {
  return (_: BatchCar, { signal }: CarContext) => clock.sleep(ms, signal);
}

function refusal(): KombiError {
  return new KombiError({ code: 'car.other', message: 'Another car', hint: 'Look' });
}

describe('many cars', () => {
  it.each([1, 3, 7])('run %i at once and never more', async (jobs) => {
    const clock = new VirtualClock();
    let now = 0;
    let most = 0;
    const { outcomes } = await run(
      async (_, { signal }) => {
        now += 1;
        most = Math.max(most, now);
        await clock.sleep(5, signal);
        now -= 1;
      },
      { cars: carsOf(20), jobs, clock },
    );
    expect(most).toBe(jobs);
    expect(outcomes.map((outcome) => outcome?.ok)).toEqual(Array.from({ length: 20 }, () => true));
  });

  it('are told in the order of the manifest, whichever ends first', async () => {
    const clock = new VirtualClock();
    const { outcomes, ended } = await run((car, { signal }) => clock.sleep(car.label === 'car 0' ? 90 : 10, signal), { clock, jobs: 3 });
    expect(ended.at(-1)).toBe('car 0');
    expect(outcomes.map((outcome) => outcome?.label)).toEqual(['car 0', 'car 1', 'car 2']);
  });

  it('each end as they would alone: one that fails, throws at once, breaks or hangs stops no other', async () => {
    const clock = new VirtualClock();
    const broken: Record<string, RunBatchOptions['work']> = {
      'car 1': async () => {
        throw refusal();
      },
      'car 2': () => {
        throw new TypeError('x is not a function');
      },
      // Heeds no signal.
      'car 3': () => new Promise(() => {}),
      'car 4': (_, { signal }) => clock.sleep(10 * DEADLINE_MS, signal),
    };
    const { outcomes } = await run((car, context) => (broken[car.label] ?? takes(clock, 5))(car, context), { cars: carsOf(8), clock });
    expect(outcomes.map((outcome) => outcome?.exit)).toEqual([0, 3, 1, 8, 8, 0, 0, 0]);
    expect(outcomes.map((outcome) => outcome?.error?.code)).toEqual([
      undefined,
      'car.other',
      'bug.unexpected',
      'link.deadline',
      'link.deadline',
      undefined,
      undefined,
      undefined,
    ]);
    expect(outcomes[1]?.error).toEqual({ code: 'car.other', message: 'Another car', hint: 'Look' });
    expect(outcomes[2]?.error?.message).toContain('x is not a function');
  });

  it('keep what they had found before they failed', async () => {
    const { outcomes } = await run(async (_, { record }) => {
      record.findings.backup = { ecus: 1, blocks: 2, complete: true };
      throw refusal();
    });
    expect(outcomes[0]).toMatchObject({ ok: false, result: { backup: { blocks: 2 } } });
  });

  it('have a deadline of their own where they say so, while they run and not while they wait', async () => {
    const clock = new VirtualClock();
    const [first, second, third] = carsOf(3);
    const cars = [first, second, { ...third, deadlineMs: 50 }] as BatchCar[];
    const { outcomes } = await run(
      async (_, { signal, take }) => {
        await take('port COM3');
        await clock.sleep(40, signal);
      },
      { cars, clock, jobs: 3 },
    );
    expect(outcomes.map((outcome) => outcome?.ok)).toEqual([true, true, true]);
    const late = await run(takes(clock, 60), { cars, clock, jobs: 3 });
    expect(late.outcomes.map((outcome) => outcome?.error?.message)).toEqual([undefined, undefined, 'The car was not done after 50 ms']);
  });

  it('never use one device or one port at once, and do not keep others waiting for it', async () => {
    const clock = new VirtualClock();
    const inUse = new Set<string>();
    const { log } = await run(
      async ({ link }, { signal }) => {
        expect(inUse).not.toContain(link);
        inUse.add(link);
        await clock.sleep(10, signal);
        inUse.delete(link);
      },
      { cars: carsOf(6, (index) => (index < 3 ? 'elm327:COM3' : `enet://${index}`)), clock, deviceOf: ({ link }) => link },
    );
    expect(log).toEqual(['car 0', 'car 3', 'car 1', 'car 4', 'car 2', 'car 5']);
    let holders = 0;
    const { outcomes } = await run(
      async (_, { signal, take }) => {
        await take('port /dev/ttyUSB0');
        holders += 1;
        expect(holders).toBe(1);
        await clock.sleep(10, signal);
        holders -= 1;
      },
      { cars: carsOf(5), clock, jobs: 5 },
    );
    expect(outcomes.every((outcome) => outcome?.ok)).toBe(true);
  });

  it('give a port back when they are given up', async () => {
    const clock = new VirtualClock();
    const { outcomes } = await run(
      async ({ label }, { take }) => {
        await take('port COM3');
        if (label === 'car 0') await new Promise(() => {});
      },
      { clock, jobs: 3 },
    );
    expect(outcomes.map((outcome) => outcome?.exit)).toEqual([8, 0, 0]);
  });

  it('are told one after the other, and what fails there is thrown when all are done', async () => {
    const clock = new VirtualClock();
    let telling = 0;
    const told: string[] = [];
    const onEnd = async ({ label }: BatchCar) => {
      telling += 1;
      expect(telling).toBe(1);
      await clock.sleep(7);
      telling -= 1;
      told.push(label);
      if (label === 'car 1') throw new Error('the disk is full');
    };
    let worked = 0;
    const work = async () => {
      worked += 1;
    };
    await expect(run(work, { cars: carsOf(4), clock, events: { onEnd } })).rejects.toThrow('the disk is full');
    expect({ worked, told }).toEqual({ worked: 4, told: ['car 0', 'car 1'] });
  });
});

describe('a batch that is stopped', () => {
  const stop = () => new KombiError({ code: 'signal.interrupted', message: 'Stopped', exit: EXIT.interrupted });

  it('begins no more cars, and lets those under way come to their end', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const { outcomes, log } = await run(
      async ({ label }, { signal }) => {
        await clock.sleep(5);
        if (label === 'car 2') controller.abort(stop());
        // The first is saving and does not let itself be disturbed, the others give up.
        await (label === 'car 1' ? clock.sleep(5) : clock.sleep(5, signal));
      },
      { cars: carsOf(9), clock, jobs: 3, signal: controller.signal },
    );
    expect(log).toEqual(['car 0', 'car 1', 'car 2']);
    expect(outcomes.map((outcome) => outcome?.exit)).toEqual([130, 0, 130, ...Array.from({ length: 6 }, () => undefined)]);
    const report = batchReport(carsOf(9), outcomes, EXIT.interrupted);
    expect(report).toMatchObject({ succeeded: 1, failed: 0, notDone: 8 });
    expect(report.cars.map(({ exit }) => exit)).toEqual([130, 0, 130, 130, 130, 130, 130, 130, 130]);
    expect(report.cars[8]?.error).toMatchObject({ code: 'batch.not-begun' });
  });

  it('waits for none that does not heed it', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const { outcomes } = await run(
      async () => {
        controller.abort(stop());
        await new Promise(() => {});
      },
      { clock, jobs: 1, signal: controller.signal },
    );
    expect(outcomes[0]).toMatchObject({ exit: 130, error: { code: 'signal.interrupted' } });
    expect(outcomes[1]).toBeUndefined();
  });

  it('before it began does nothing', async () => {
    const { outcomes, log } = await run(async () => {}, { signal: AbortSignal.abort(stop()) });
    expect({ outcomes, log }).toEqual({ outcomes: [undefined, undefined, undefined], log: [] });
  });
});

describe('a report', () => {
  it('says of a car that was met twice which one it is, in the order of the manifest', () => {
    const outcome = (label: string, vin: string | null) =>
      ({ label, ok: true, exit: 0, vehicle: 'untouched', vin, result: {}, notes: [] }) as unknown as CarOutcome;
    const report = batchReport(carsOf(4), [
      outcome('car 0', null),
      outcome('car 1', 'WBATESTV1N0000001'),
      outcome('car 2', null),
      outcome('car 3', 'WBATESTV1N0000001'),
    ]);
    expect(report.cars.map(({ notes }) => notes)).toEqual([[], [], [], ['This is the same car as "car 1".']]);
  });
});
