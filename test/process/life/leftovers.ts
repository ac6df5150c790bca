import { readdirSync } from 'node:fs';
import { setImmediate as nextRound } from 'node:timers/promises';

/** What a program holds on to. */
export interface Holdings {
  /** Objects and V8's own code on its heap, and what lies outside it for them, such as the bytes of buffers. */
  readonly heldBytes: number;
  readonly rssBytes: number;
  readonly fileDescriptors: number;
  /** Handles and requests that keep the event loop alive, timers among them, by kind. */
  readonly resources: Readonly<Record<string, number>>;
}

/** More than anything takes to run out by itself. */
const MAX_ROUNDS = 1000;

/** Of this process, after all garbage is gone. Needs `node --expose-gc`. */
export async function holdings(): Promise<Holdings> {
  for (let round = 0; round < MAX_ROUNDS && process.getActiveResourcesInfo().includes('Immediate'); round += 1) await nextRound();
  // Twice: what the first finds may be all that held something else.
  globalThis.gc?.();
  await nextRound();
  globalThis.gc?.();
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heldBytes: heapUsed + external, rssBytes: rss, fileDescriptors: readdirSync('/proc/self/fd').length, resources };
}

/** What was meant to go again, as a violation each. */
export function leftInArchive(folder: string): readonly string[] {
  const left = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(tmp|reserve)$/.test(name));
  return left.map((name) => `left lying in the archive: ${name}`);
}
