import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

describe('the package', () => {
  it('holds the program, its data and its papers, and nothing else', () => {
    const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'], {
      cwd: root,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    const [{ files }] = JSON.parse(packed) as [{ files: { path: string }[] }];
    const paths = files.map((file) => file.path);
    const wanted =
      /^(bin\/kombi\.js|dist\/.*\.(js|d\.ts)|dist\/cli\/LICENSES\.txt|dist\/catalog\/data\/\w+\.bin|dist\/mock\/profiles\.bin|dist\/man\/kombi\.1|src\/catalog\/data\/.*|fixtures\/vehicles\/.*|package\.json|(README|CHANGELOG|SECURITY)\.md|LICENSE)$/;
    expect(paths.filter((path) => !wanted.test(path))).toEqual([]);
    expect(paths).toEqual(expect.arrayContaining(['bin/kombi.js', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md', 'package.json']));
  });

  it('pins what it depends on to exact versions, and runs no install scripts', () => {
    const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
    const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
    expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$/.test(name))).toEqual([]);
  });
});
