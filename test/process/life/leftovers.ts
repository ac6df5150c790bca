import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate as nextRound } from 'node:timers/promises';

/** What a program holds on to. */
export interface Holdings {
  readonly heapBytes: number;
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
  const { heapUsed, rss } = process.memoryUsage();
  return { heapBytes: heapUsed, rssBytes: rss, fileDescriptors: fileDescriptorsOf('self'), resources };
}

export function fileDescriptorsOf(process: number | 'self'): number {
  return readdirSync(`/proc/${process}/fd`).length;
}

export function rssBytesOf(process: number): number {
  const [, kib = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${process}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}

export function growthPercent(before: number, after: number): number {
  return Math.round((after / before - 1) * 1000) / 10;
}
