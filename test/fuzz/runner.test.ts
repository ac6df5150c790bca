import { describe, expect, it } from 'vitest';
import { KombiError } from '../../src/core/index.ts';
import { FuzzFailure, runTarget } from './run-target.ts';
import { bytesTarget } from './target.ts';

/** A parser that is right but for what `parse` does to one input in a few. */
function target(parse: (input: Uint8Array) => unknown, waits?: true) {
  return bytesTarget({ name: 'planted', errors: ['room'], samples: [new Uint8Array(8)], parse, ...(waits === undefined ? {} : { waits }) });
}

const run = (parse: (input: Uint8Array) => unknown, waits?: true) =>
  runTarget(target(parse, waits), { seed: 1, from: 0, count: 500, hangMs: 200 });

/** Once in some inputs, and never for the empty ones that a generator begins with. */
const seldom = (input: Uint8Array) => input.length > 3 && (input[3] ?? 0) % 7 === 3;

describe('the runner of hostile inputs', () => {
  it('counts values and refusals of the room', async () => {
    const tally = await run((input) => {
      if (seldom(input)) throw new KombiError({ code: 'room.no', message: 'no' });
    });
    expect(tally.inputs).toBe(500);
    expect(tally.refused).toBeGreaterThan(0);
    expect(tally.accepted + tally.refused).toBe(500);
  });

  it.each<[string, (input: Uint8Array) => unknown]>([
    ['throws a TypeError', (input) => seldom(input) && (undefined as unknown as { x: number }).x],
    ['throws the error of another room', (input) => seldom(input) && raise('bug.other', 'x')],
    ['throws a code that is none', (input) => seldom(input) && raise('room.Not A Code', 'x')],
    ['says nothing', (input) => seldom(input) && raise('room.no', '')],
    ['loops for ever', (input) => endless(seldom(input))],
    ['backtracks for ever', (input) => seldom(input) && /^(a+)+$/.test(`${'a'.repeat(60)}b`)],
    [
      'leaves something on a prototype',
      (input) => seldom(input) && Object.defineProperty(Object.prototype, 'polluted', { value: 1, configurable: true }),
    ],
  ])('notices one that %s, and names seed and input', async (_, parse) => {
    try {
      const failure: unknown = await run(parse).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(FuzzFailure);
      expect((failure as FuzzFailure).message).toMatch(/^planted, input \d+ of KOMBI_SEED=1, on hex [0-9a-f]*\n/);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted');
    }
  });

  it('notices one that keeps what it is given', async () => {
    const kept: Uint8Array[] = [];
    await expect(run(() => kept.push(new Uint8Array(100_000)))).rejects.toThrow(/left \d+ bytes in memory/);
  });

  it('notices a promise that is rejected as it should not be', async () => {
    const failing = run(async (input) => {
      if (seldom(input)) throw new RangeError('x');
    }, true);
    await expect(failing).rejects.toBeInstanceOf(FuzzFailure);
  });

  it('makes the same inputs of the same seed, from any index on', async () => {
    const seen: string[] = [];
    const again: string[] = [];
    await runTarget(
      target((input) => seen.push(Buffer.from(input).toString('hex'))),
      { seed: 7, from: 0, count: 300 },
    );
    await runTarget(
      target((input) => again.push(Buffer.from(input).toString('hex'))),
      { seed: 7, from: 200, count: 100 },
    );
    expect(again).toEqual(seen.slice(200));
    expect(new Set(seen).size).toBeGreaterThan(200);
  });
});

function raise(code: string, message: string): never {
  throw new KombiError({ code, message });
}

function endless(forever: boolean): void {
  while (forever);
}
