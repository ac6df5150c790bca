// Measures what kombi promises of its speed and prints every figure as a ratio to a floor measured or computed in the same run.
// Usage: npm run build && npm run bench [-- --json]
// A missed aim fails nothing, because a timing is no test; a measurement that cannot be made ends with status 1.
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { matrix, table } from './table.js';

const { values: options } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const measurements = [
  { name: 'ENET', load: () => import('./enet.js') },
  { name: 'ELM327', load: () => import('./elm327.js') },
  { name: 'backup', load: () => import('./backup.js') },
  { name: 'batch', load: () => import('./batch.js') },
  { name: 'archive', load: () => import('./archive.js') },
  { name: 'start-up', load: () => import('./start-up.js') },
];

if (!existsSync(new URL('../../dist/index.js', import.meta.url)) || !existsSync(new URL('../../dist/cli/main.js', import.meta.url))) {
  console.error('There is nothing to measure: run npm run build first.');
  process.exit(1);
}

const rows = [];
const failures = [];
for (const { name, load } of measurements) {
  try {
    const { measure } = await load();
    rows.push(...(await measure()));
  } catch (error) {
    failures.push({ name, message: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
  }
}

const machine = { node: process.version, platform: `${process.platform} ${process.arch}`, cores: availableParallelism() };
if (options.json) console.log(JSON.stringify({ machine, rows, failures }));
else {
  console.log(
    `Node ${machine.node}, ${machine.platform}, ${machine.cores} cores\n\n${table(rows.filter((row) => row.matrix === undefined))}`,
  );
  const cells = rows.filter((row) => row.matrix !== undefined);
  if (cells.length > 0) console.log(`\nAdapters, in virtual time, with the ratio to what their wires need\n${matrix(cells)}`);
  for (const { name, message } of failures) console.error(`\n${name} could not be measured: ${message}`);
}
