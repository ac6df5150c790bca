import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kombi-launcher-'));
  for (const part of ['package.json', 'bin', '.config']) cpSync(join(root, part), join(folder, part), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(...args: string[]) {
  return spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
}

describe('bin/kombi.js', () => {
  it('says what to do when nothing is built, in one line and without a stack', () => {
    const { status, stdout, stderr } = run('bin/kombi.js', '--version');
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^kombi is not built: run `npm ci && npm run build` .*\n$/);
  });

  it('hands the arguments to the program and keeps its exit status', () => {
    mkdirSync(join(folder, 'dist/cli'), { recursive: true });
    writeFileSync(
      join(folder, 'dist/cli/main.js'),
      'export async function run(argv) { console.log(argv.slice(2).join()); process.exitCode = 3; }',
    );
    expect(run('bin/kombi.js', 'read', '60:3301')).toMatchObject({ status: 3, stdout: 'read,60:3301\n', stderr: '' });
  });
});

describe('.config/build.js without the development tools', () => {
  it('leaves an installation alone, as `npm ci --omit=dev` asks', () => {
    const { status, stdout } = run('.config/build.js', '--if-possible');
    expect(status).toBe(0);
    expect(stdout).toContain('not built, the development tools are not installed (typescript, esbuild)');
  });

  it('fails when the build was asked for, and leaves the program that is there', () => {
    mkdirSync(join(folder, 'dist/cli'), { recursive: true });
    writeFileSync(join(folder, 'dist/cli/main.js'), 'export async function run() {}');
    expect(run('.config/build.js').status).not.toBe(0);
    expect(run('bin/kombi.js').status).toBe(0);
  });
});
