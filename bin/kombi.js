#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';

const program = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(program)) {
  module.enableCompileCache?.(); // Node 22.1 and later
  const { run } = await import(program.href);
  await run(process.argv);
} else {
  process.stderr.write('kombi is not built: run `npm ci && npm run build` in its folder, or install the published package.\n');
  process.exitCode = 1;
}
