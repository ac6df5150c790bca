import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commands } from '../../../src/cli/commands/index.ts';
import { exitRows } from '../../../src/cli/exit-meanings.ts';
import { EXIT } from '../../../src/core/index.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const readme = read('README.md');

function fenced(language: string): string {
  return new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'ms').exec(readme)?.[1] ?? '';
}

describe('the README', () => {
  it('opens with the two commands', () => {
    expect(readme.split('\n').slice(2, 5).join('\n')).toMatch(/^```\nnpm ci && npm run demo .*\nnpm ci && npm test /);
  });

  it.each([
    ['yaml', 'test/examples/ci.yml'],
    ['ts', 'test/examples/mock-car.test.ts'],
  ])('shows the %s example as it is tested, in whole or in parts', (language, file) => {
    const parts = fenced(language).split('// …\n');
    expect(parts.join('').length).toBeGreaterThan(300);
    for (const part of parts) expect(read(file)).toContain(part);
  });

  it('names every exit status and every command', () => {
    const exitTable = readme.slice(readme.indexOf('**Exit statuses.**'), readme.indexOf('**JSON.**'));
    for (const status of Object.values(EXIT)) expect(readme).toMatch(new RegExp(`^\\| (\\d+, )?${status}(, \\d+)? \\| `, 'm'));
    for (const [, meaning] of exitRows()) expect(exitTable).toContain(meaning.replace(/Ctrl-C|SIGTERM/, 'Ctrl-C or SIGTERM'));
    for (const { name } of commands) expect(readme).toContain(`\`kombi ${name}`);
  });

  it('links to files that are there', () => {
    const targets = [...readme.matchAll(/\]\(([^):#]+)\)/g)].map((match) => match[1]);
    expect(targets.length).toBeGreaterThan(5);
    expect(targets.filter((target) => !existsSync(`${root}${target}`))).toEqual([]);
  });

  it('shows the pictures that `npm run screens` takes, and no other', () => {
    const shown = [...readme.matchAll(/\]\(fixtures\/screens\/([\w-]+\.svg)\)/g)].map(([, file]) => file);
    expect(new Set(shown)).toEqual(new Set(readdirSync(`${root}fixtures/screens`)));
  });

  it('names only sources that are there', () => {
    const files = [...readme.matchAll(/`((?:src|test|fixtures|\.config|\.ci)\/[\w./-]+)`/g)].map((match) => match[1]);
    expect(files.length).toBeGreaterThan(15);
    expect(files.filter((file) => !existsSync(`${root}${file}`))).toEqual([]);
  });
});
