import type { Holdings } from './leftovers.ts';

/** The first half is no measure: V8 compiles and recompiles for thousands of jobs, and no object of ours is in what it adds. */
const WARM_UP = 0.5;
/** Below, a trend is all warming up. */
const MIN_JOBS_FOR_TREND = 1000;
/** A listener or a map's entry left behind by each job is more. */
const MAX_HELD_BYTES_PER_JOB = 100;
const MAX_RSS_GROWTH_PERCENT = 2;

/** What a program held more at the end of its jobs than when it was warm. */
export interface Growth {
  readonly jobs: number;
  readonly warmUpJobs: number;
  readonly heldBytesPerJob: number;
  readonly heldGrowthPercent: number;
  readonly rssGrowthPercent: number;
  /** So many more are open. */
  readonly fileDescriptors: number;
  readonly resources: Holdings['resources'];
  readonly violations: readonly string[];
}

/**
 * Judges what a program held while it did its jobs, measured at equal distances.
 *
 * @throws where nothing was measured
 */
export function growthOf(measured: readonly Holdings[], jobs: number): Growth {
  const warm = measured.slice(Math.floor(measured.length * WARM_UP));
  const [first, last] = [warm[0], warm.at(-1)];
  if (first === undefined || last === undefined) throw new Error(`${jobs} jobs are too few to see a trend`);
  const held = trendOf(warm.map(({ heldBytes }) => heldBytes));
  const heldBytesPerJob = Math.round(held.rise / (((warm.length - 1) * jobs) / measured.length));
  const rssGrowthPercent = trendOf(warm.map(({ rssBytes }) => rssBytes)).percent;
  const fileDescriptors = last.fileDescriptors - first.fileDescriptors;
  const violations: string[] = [];
  if (jobs >= MIN_JOBS_FOR_TREND) {
    if (heldBytesPerJob > MAX_HELD_BYTES_PER_JOB) violations.push(`each job left ${heldBytesPerJob} bytes behind`);
    if (rssGrowthPercent > MAX_RSS_GROWTH_PERCENT) violations.push(`memory grew by ${rssGrowthPercent} %`);
  }
  if (fileDescriptors > 0) violations.push(`${fileDescriptors} more files are open`);
  if (JSON.stringify(last.resources) !== JSON.stringify(first.resources)) {
    violations.push(`handles and timers: ${JSON.stringify(first.resources)} became ${JSON.stringify(last.resources)}`);
  }
  return {
    jobs,
    warmUpJobs: jobs * WARM_UP,
    heldBytesPerJob,
    heldGrowthPercent: held.percent,
    rssGrowthPercent,
    fileDescriptors,
    resources: last.resources,
    violations,
  };
}

/**
 * How much the straight line through equally spaced measurements rises from the first to the last, and how much that is in
 * percent of where it begins. A single one says little: what a process holds swings with the garbage of the moment.
 */
export function trendOf(values: readonly number[]): { readonly rise: number; readonly percent: number } {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const covariance = values.reduce((sum, value, index) => sum + (index - middle) * value, 0);
  const variance = values.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
  const rise = (covariance / variance) * 2 * middle;
  return { rise, percent: Math.round((rise / (mean - rise / 2)) * 1000) / 10 };
}
