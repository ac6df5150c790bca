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

/**
 * How much the straight line through equally spaced measurements rises from the first to the last, in percent of where it
 * begins. A single one says little: what a process holds swings by a tenth with the garbage of the moment.
 */
export function trendPercent(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const covariance = values.reduce((sum, value, index) => sum + (index - middle) * value, 0);
  const variance = values.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
  const rise = (covariance / variance) * 2 * middle;
  return Math.round((rise / (mean - rise / 2)) * 1000) / 10;
}
