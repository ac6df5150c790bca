import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonOf, useBench } from './support/bench.ts';

const bench = useBench();
const WORDS = ['code', '60:3301.@25.3=0', '--require-offsite', '--json'];

/** A program that does as its one line says with the backup, `$1`. */
function program(line: string): { env: Record<string, string> } {
  const path = join(bench.folder, 'take away');
  writeFileSync(path, `#!/bin/sh\n${line}\n`, { mode: 0o700 });
  return { env: { KOMBI_OFFSITE: path } };
}

describe.skipIf(process.platform === 'win32')('--require-offsite (its programs here are scripts, which Windows does not start)', () => {
  it('writes when the backup has arrived', async () => {
    bench.car = ['ecus.60.blocks.3301.@25.3 1→0'];
    bench.files = { backups: 1, journals: ['COMMITTED'] };
    const copy = join(bench.folder, 'copy.json');
    const run = await bench.on(bench.link(), WORDS, { answers: ['D000001'], ...program(`echo sent; cp "$1" '${copy}'`) });
    expect(run.exit).toBe(0);
    expect(jsonOf(run).vehicle).toBe('changed');
    expect(readFileSync(copy)).toEqual(readFileSync(bench.backupPaths()[0] ?? ''));
  });

  it.each([
    ['fails', 'exit 4', 'it ended with 4'],
    ['is killed', 'kill -9 $$', 'it ended with SIGKILL'],
  ])('writes nothing and asks nobody where the program %s', async (_, line, why) => {
    bench.files = { backups: 1, journals: [] };
    const run = await bench.on(bench.link(), WORDS, { answers: [], ...program(line) });
    expect(run.exit).toBe(3);
    expect(jsonOf(run)).toMatchObject({ vehicle: 'untouched', error: { code: 'offsite.failed', message: expect.stringContaining(why) } });
    expect(run.questions).toEqual([]);
  });

  it('writes nothing where the program is not there', async () => {
    bench.files = { backups: 1, journals: [] };
    const run = await bench.on(bench.link(), WORDS, { answers: [], env: { KOMBI_OFFSITE: join(bench.folder, 'none') } });
    expect(jsonOf(run).error).toMatchObject({ code: 'offsite.failed', message: expect.stringContaining('ENOENT') });
  });

  it('is refused before the car is opened where no program is named, and not needed for a dry run', async () => {
    const run = await bench.on(bench.link(), WORDS, { answers: [] });
    expect(run.exit).toBe(2);
    expect(jsonOf(run).error.code).toBe('usage.offsite');
    expect(existsSync(bench.archive)).toBe(false);
    expect((await bench.on(bench.link(), [...WORDS, '--dry-run'])).exit).toBe(0);
  });
});
