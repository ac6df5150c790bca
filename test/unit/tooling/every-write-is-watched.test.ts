import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const TESTS = new URL('../../', import.meta.url);
/** What can make a program send a write, in this process. */
const WRITERS = /\b(?:execute|carryOut|clearFaults|recover|reapply)\b.*from '|Car\.open\(/;
/** What asserts on the wire that each write is covered on disk. */
const WATCHES = /\b(?:useBench|watchEveryWrite|Rig)\b|fault\/run-schedule|\.\/row\.ts|run-schedule\.ts/;

it('leaves no test that can write to a car without the watch on the wire', () => {
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.test.ts') && !file.startsWith('types'),
  );
  const unwatched = files.filter((file) => {
    const text = readFileSync(new URL(file, TESTS), 'utf8').replace(
      /import \{([^}]*)\}/g,
      (_, names: string) => `import {${names.replace(/\s+/g, ' ')}}`,
    );
    return WRITERS.test(text) && !WATCHES.test(text);
  });
  expect(files.length).toBeGreaterThan(50);
  expect(unwatched.filter((file) => !file.endsWith('every-write-is-watched.test.ts'))).toEqual([]);
});
