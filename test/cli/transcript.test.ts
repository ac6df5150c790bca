import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { useBench } from './support/bench.ts';

const bench = useBench();
const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const [, TRANSCRIPT = ''] = /<!-- transcript: npm run screens -->\n```\n(.*?)```\n/s.exec(README) ?? [];

/** What differs in each run made equal; the plan's id is a hash and does not. */
function fixed(text: string): readonly string[] {
  return text
    .replace(/(?<!Plan )\b[0-9a-f]{16}\b/g, '<id>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
    .split('\n');
}

it('the transcript in the README is what its commands print today (else: npm run build && npm run screens)', async () => {
  bench.files = { backups: 2, journals: ['COMMITTED', 'COMMITTED'] };
  const commands = [...TRANSCRIPT.matchAll(/^\$ kombi (.+)$/gm)].map(([, words = '']) => words);
  expect(commands).toEqual(['messages hide 299', 'undo', 'history']);
  let printed = '';
  for (const words of commands) {
    const run = await bench.on(bench.link(), words.split(' '), { answers: ['D000001'], columns: 80 });
    expect(run.exit).toBe(0);
    printed += `$ kombi ${words}\n${run.stdout}`;
  }
  // The question stands on the terminal, in the midst of what is printed.
  const question = /^Write to this car\? .*\n/gm;
  expect(TRANSCRIPT.match(question)).toHaveLength(2);
  expect(fixed(TRANSCRIPT.replace(question, ''))).toEqual(fixed(printed));
});
