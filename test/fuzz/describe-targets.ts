import { describe, expect, it } from 'vitest';
import { corpusOf } from './corpus.ts';
import { runInput, runTarget } from './run-target.ts';
import type { Target } from './target.ts';

/** Of each target; the long run takes a hundred times as many (test/fuzz/long-run.ts). */
const INPUTS = Number(process.env['KOMBI_FUZZ_INPUTS'] ?? 10_000);
const seed = Number(process.env['KOMBI_SEED'] ?? 20_261_120);
/** For what hangs; a busy machine may take long over ten thousand inputs. */
const TIMEOUT_MS = 180_000;

export function describeTargets(whence: string, targets: readonly Target[]): void {
  describe(`hostile input from ${whence} (KOMBI_SEED=${seed})`, () => {
    it.each(targets.map((target) => ({ name: target.name, target })))(
      '$name takes it or refuses it',
      async ({ target }) => {
        for (const [index, { input, was }] of corpusOf(target.name).entries())
          await runInput(target, input, `corpus entry ${index} (${was})`);
        expect(await runTarget(target, { seed, from: 0, count: INPUTS })).toMatchObject({ inputs: INPUTS });
      },
      TIMEOUT_MS,
    );
  });
}
