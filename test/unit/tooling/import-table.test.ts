import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const checker = fileURLToPath(new URL('../../../.config/import-table.js', import.meta.url));
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function check(sources: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'kombi-imports-'));
  folders.push(folder);
  for (const [file, text] of Object.entries(sources)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const { status, stdout } = spawnSync(process.execPath, [checker, '.'], { cwd: folder, encoding: 'utf8' });
  return { status, lines: stdout.trimEnd().split('\n') };
}

describe('the import table', () => {
  it.each([
    ['a higher room', 'core/a.ts', `import { plan } from '../coding/index.ts';`, 'core/a.ts:1 core may not import coding, only nothing'],
    [
      'a codec in the mock',
      'mock/hsfz.ts',
      `import { x } from '../transport/enet/hsfz.ts';`,
      'mock/hsfz.ts:1 mock may not import transport',
    ],
    ['a dynamic import', 'uds/a.ts', `\nconst m = await import('../job/index.ts');`, 'uds/a.ts:2 uds may not import job'],
    ['a re-export', 'uds/a.ts', `export * from '../catalog/index.ts';`, 'uds/a.ts:1 uds may not import catalog'],
    ['an import for its effect', 'job/a.ts', `import '../mock/index.ts';`, 'job/a.ts:1 job may not import mock'],
    ['an import over many lines', 'uds/a.ts', `import {\n  a,\n  b,\n} from '../job/index.ts';`, 'uds/a.ts:1 uds may not import job'],
    [
      'a value where only types may cross',
      'uds/a.ts',
      `import { open } from '../transport/link.ts';`,
      'uds/a.ts:1 uds may import only types from transport',
    ],
    [
      'an inline type, which leaves the import',
      'job/a.ts',
      `import { type Link } from '../transport/link.ts';`,
      'job/a.ts:1 job may import only types from transport',
    ],
    [
      'a module of Node',
      'coding/a.ts',
      `import { readFile } from 'node:fs/promises';`,
      'coding/a.ts:1 coding may not touch node:fs/promises',
    ],
    [
      'a package',
      'transport/enet/a.ts',
      `const { SerialPort } = await import('serialport');`,
      'transport/enet/a.ts:1 transport may not touch serialport',
    ],
    [
      'the disk outside trace',
      'transport/link.ts',
      `import * as fs from 'node:fs';`,
      'transport/link.ts:1 transport may not touch node:fs',
    ],
    ['the program in the library', 'index.ts', `export { run } from './cli/main.ts';`, 'index.ts:1 index.ts may not import cli'],
    ['a path out of the sources', 'core/a.ts', `import x from '../../test/a.ts';`, 'core/a.ts:1 ../../test/a.ts lies outside the sources'],
    ['a room nobody knows', 'helpers/a.ts', `import { hex } from '../core/index.ts';`, 'helpers/a.ts:1 helpers/a.ts belongs to no room'],
    ['a computed import', 'cli/a.ts', `await import(name);`, 'cli/a.ts:1 import(name) is not a plain string'],
  ])('refuses %s', (_what, file, text, message) => {
    const { status, lines } = check({ [file]: text });
    expect(status).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(message);
  });

  it.each([
    ['its own room', 'uds/client.ts', `import { encode } from './codec.ts';`],
    ['a type where types may cross', 'uds/a.ts', `import type { Link } from '../transport/link.ts';`],
    ['the type of a module loaded later', 'job/a.ts', `let link: typeof import('../transport/link.ts');`],
    ['the disk in trace', 'transport/trace/a.ts', `import { openSync } from 'node:fs';`],
    ['both ends where they are joined', 'mock-link.ts', `import './mock/index.ts';\nimport './transport/index.ts';`],
    [
      'every room in the program',
      'cli/a.ts',
      `import './mock-link.ts';\nimport '../mock-link.ts';\nimport '../job/index.ts';\nimport 'node:fs';`,
    ],
    [
      'imports in comments and strings',
      'core/a.ts',
      `// import 'node:fs'\n/*\nimport '../job/index.ts';\n*/\nconst t = \`\nimport 'x';\n\`;\nconst s = "import('y')";`,
    ],
  ])('lets pass %s', (_what, file, text) => {
    expect(check({ [file]: text })).toEqual({ status: 0, lines: ['import table: 1 files keep to it'] });
  });

  it('names every offence, in the order of the files', () => {
    const { lines } = check({
      'uds/b.ts': `import '../job/a.ts';\nimport '../cli/a.ts';`,
      'core/z.ts': `import 'node:fs';`,
      'core/a.ts': '',
    });
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['core/z.ts:1', 'uds/b.ts:1', 'uds/b.ts:2']);
  });
});
