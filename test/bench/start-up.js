// How long a command takes from its start to its end, against the shortest that Node can do.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environment, medians, pinned, requirePinning } from './pinned.js';
import { atMost } from './table.js';

const ROUNDS = 21;
const KOMBI = fileURLToPath(new URL('../../bin/kombi.js', import.meta.url));

export async function measure() {
  requirePinning();
  const archive = mkdtempSync(join(tmpdir(), 'kombi-bench-'));
  const env = environment({ KOMBI_ARCHIVE: archive });
  const commands = {
    node: ['-e', '0'],
    version: [KOMBI, '--version'],
    read: [KOMBI, 'read', 'KOMBI:3301/CC_ACTIVIERUNG_5', '--link', 'mock:f06-sos'],
  };
  const kinds = Object.fromEntries(Object.entries(commands).map(([kind, args]) => [kind, () => runMs(args, env)]));
  try {
    // Files come into the system's cache, and Node's compile cache is filled where it has one.
    for (const run of Object.values(kinds)) run();
    const { node, version, read } = await medians(ROUNDS, kinds);
    const figure = { unit: 'ms', against: 'node -e 0', floor: node };
    return [
      atMost(1.5, { name: 'kombi --version', value: version, ...figure }),
      atMost(4, { name: 'kombi read, mock car', value: read, ...figure }),
    ];
  } finally {
    rmSync(archive, { recursive: true, force: true });
  }
}

function runMs(args, env) {
  const [command, all] = pinned(args);
  const startMs = performance.now();
  const { status, stderr, error } = spawnSync(command, all, { env, encoding: 'utf8' });
  const tookMs = performance.now() - startMs;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${error?.message ?? stderr}`);
  return tookMs;
}
