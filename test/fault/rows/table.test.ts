import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ROWS = 64;

/** Rows that are no business of a job under way: the file that proves each, and words of the test's name. */
const ELSEWHERE: Readonly<Record<number, readonly (readonly [file: string, words: string])[]>> = {
  9: [['unit/hsfz/enet-transport.test.ts', 'without a word from the gateway means that it is busy']],
  42: [['process/two.test.ts', 'lets exactly one write where all begin at the same moment']],
  43: [
    ['unit/archive/lock.test.ts', 'is free as soon as the holder is killed, with nothing left to clean up'],
    ['process/two.test.ts', 'does not take an owner that hangs for one that is gone'],
  ],
  45: [['process/sleep.test.ts', 'finishes the job over a link opened anew, wherever it slept']],
  46: [
    ['unit/archive/backup.test.ts', 'refuses every changed byte'],
    ['unit/archive/backup.test.ts', 'refuses every truncation'],
  ],
  47: [['contract/archive/store.test.ts', 'lists a newer backup and refuses to read it, exit 10']],
  49: [['contract/archive/store.test.ts', "it.each(['../../x'"]],
  50: [['contract/archive/store.test.ts', 'follows no link in the place of a backup or a journal']],
  51: [['unit/archive/backup.test.ts', 'says what is wrong with deep nesting and bad keys before it builds anything']],
  52: [['cli/terminal.test.ts', 'cannot act on the screen']],
  62: [['unit/elm327/scripted.test.ts', 'refuses a clone with the list of all that it lacks, and leaves the port']],
  64: [
    ['mock/hsfz/server.test.ts', 'answers on loopback, on ports of its own'],
    ['mock/hsfz/server.test.ts', 'keeps sixteen connections of all kinds, and closes what comes after'],
  ],
};

describe('the failure table', () => {
  const here = readdirSync(new URL('.', import.meta.url)).filter((name) => name !== 'table.test.ts');
  const text = here.map((name) => readFileSync(new URL(name, import.meta.url), 'utf8')).join('\n');
  const tested = new Set([...text.matchAll(/\brow(?: |\(\s*)(?<row>\d+)\b/g)].map((match) => Number(match.groups?.['row'])));

  it('has a test for every row', () => {
    const missing = Array.from({ length: ROWS }, (_, index) => index + 1).filter((row) => !tested.has(row) && !(row in ELSEWHERE));
    expect(missing).toEqual([]);
  });

  it.each(Object.entries(ELSEWHERE))('row %s is proved where it says', (_row, tests) => {
    for (const [file, words] of tests) expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).toContain(words);
  });
});
