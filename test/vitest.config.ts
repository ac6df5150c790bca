import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

export default defineConfig({
  // The build does the same (.config/build.js).
  define: { KOMBI_VERSION: JSON.stringify(version) },
  // The examples import what other projects import.
  resolve: { alias: { kombi: fileURLToPath(new URL('../src/index.ts', import.meta.url)) } },
  test: {
    include: ['test/**/*.test.ts'],
    env: { NO_COLOR: '1', FORCE_COLOR: '0', LC_ALL: 'C' },
    // serialport's native reads never complete inside worker threads.
    pool: 'forks',
    // One more than there are cores: some tests wait for real time and real processes. Left alone, vitest takes one less.
    maxWorkers: availableParallelism() + 1,
    // A file that puts back what it replaces needs no process of its own; loading the sources anew for each took as long as the tests.
    isolate: false,
    restoreMocks: true,
    // For what hangs, not for what is slow: a shared machine may be busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
