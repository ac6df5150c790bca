import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CommandSpec } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { manPage } from '../../src/cli/man-page.ts';
import { EXIT } from '../../src/core/index.ts';
import { useBench } from './support/bench.ts';

const bench = useBench();
const readme = new URL('../../README.md', import.meta.url);
const hasMan = spawnSync('man', ['--warnings', '--version']).status === 0 && spawnSync('groff', ['--version']).status === 0;

/** Every command with all its words. */
function names(spec: CommandSpec, before: string): string[] {
  const name = `${before} ${spec.name}`;
  return [name, ...(spec.commands ?? []).flatMap((child) => names(child, name))];
}

describe('the manual page', () => {
  it('is what the build writes, in ASCII', async () => {
    const page = await manPage();
    expect(await bench.run(['__man'])).toMatchObject({ exit: 0, stdout: page, stderr: '' });
    expect(page).toMatch(/^[\n -~]+$/);
  });

  it.skipIf(!hasMan)(
    'is read by man without a warning, and tells every command, option and exit status (needs man-db and groff)',
    async () => {
      const page = await manPage();
      const [environment = ''] = /^\*\*Environment\..*?\n\n/ms.exec(readFileSync(readme, 'utf8')) ?? [];
      expect(environment).toContain('KOMBI_LINK');
      const { stdout, stderr, status } = spawnSync('man', ['--warnings', '-l', '-'], {
        encoding: 'utf8',
        input: page,
        env: { ...process.env, MANWIDTH: '100', LC_ALL: 'C.UTF-8' },
      });
      expect([stderr, status]).toEqual(['', 0]);
      const text = stdout.replace(/.\u0008/g, '').replace(/\s+/g, ' ');
      const specs = await Promise.all(commands.map(({ load }) => load()));
      for (const name of specs.flatMap((spec) => names(spec, 'kombi'))) expect(text).toContain(`${name} `);
      for (const { options = [], examples = [] } of specs) {
        for (const { flags } of options) expect(text).toContain(flags);
        for (const example of examples) expect(text).toContain(example.replace(/\s+/g, ' '));
      }
      for (const status of Object.values(EXIT)) expect(text).toMatch(new RegExp(` ${status} `));
      for (const section of ['EXIT STATUS', 'ENVIRONMENT', 'FILES', 'EXAMPLES']) expect(text).toContain(` ${section} `);
      for (const [, name] of environment.matchAll(/`([A-Z_]+)`/g)) expect(text).toMatch(new RegExp(` ${name}[ ,]`));
      expect(text).toContain('~/.local/share/kombi/archive');
    },
  );
});
