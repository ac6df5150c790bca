import { afterEach, describe, expect, it, vi } from 'vitest';
import { sleepOn, systemClock, VirtualClock } from '../../../src/core/index.ts';

describe('the virtual clock', () => {
  it('jumps to the next timer, in order of time and then of making', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    clock.backgroundTimer(20, () => fired.push(`b@${clock.now()}`));
    clock.backgroundTimer(10, () => fired.push(`a@${clock.now()}`));
    clock.backgroundTimer(20, () => fired.push(`c@${clock.now()}`));
    await clock.sleep(20);
    expect(fired).toEqual(['a@10', 'b@20', 'c@20']);
    expect(clock.now()).toBe(20);
  });

  it('stands still while nobody waits, whatever else is due', async () => {
    const clock = new VirtualClock();
    let fired = false;
    clock.backgroundTimer(1, () => {
      fired = true;
    });
    for (let round = 0; round < 20; round += 1) await new Promise<void>((resolve) => setImmediate(resolve));
    expect(fired).toBe(false);
    expect(clock.now()).toBe(0);
  });

  it('fires no cancelled timer, and stops when its last waiter is gone', async () => {
    const clock = new VirtualClock();
    let fired = 0;
    const timer = clock.timer(1000, () => {
      fired += 1;
    });
    timer.cancel();
    timer.cancel();
    await clock.sleep(5);
    expect(fired).toBe(0);
    expect(clock.now()).toBe(5);
  });

  it('ends a sleep at once when its signal aborts, with its reason', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const sleep = clock.sleep(1000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
    await expect(clock.sleep(1, controller.signal)).rejects.toThrow('enough');
    expect(clock.now()).toBe(0);
  });
});

describe('the system clock', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('sets a timer anew that was taken back, for its whole time, and stops no other use of it', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const rung: string[] = [];
    const set = (name: string, delayMs = 100) => systemClock.timer(delayMs, () => rung.push(name));
    const first = set('first');
    vi.advanceTimersByTime(60);
    first.cancel();
    const second = set('second');
    const beside = set('beside');
    first.cancel();
    vi.advanceTimersByTime(99);
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(rung).toEqual(['second', 'beside']);
    second.cancel();
    beside.cancel();
    set('third');
    vi.advanceTimersByTime(100);
    expect(rung).toEqual(['second', 'beside', 'third']);
  });

  it('keeps nothing going for timers that were taken back, however many', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let rung = 0;
    for (let delayMs = 1; delayMs <= 100; delayMs += 1) systemClock.timer(delayMs, () => (rung += 1)).cancel();
    expect(vi.getTimerCount()).toBeLessThan(10);
    vi.advanceTimersByTime(1000);
    expect([rung, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('sleeps, never goes back, and can be called off', async () => {
    const before = systemClock.now();
    await systemClock.sleep(1);
    expect(systemClock.now()).toBeGreaterThan(before);
    const controller = new AbortController();
    const sleep = sleepOn(systemClock, 60_000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
  });
});
