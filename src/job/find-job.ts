import type { JournalSummary } from '../archive/index.ts';
import { KombiError } from '../core/index.ts';
import type { Car } from './car.ts';

/**
 * The one job of a car whose id begins so.
 *
 * @throws {KombiError} `usage.job` where there is none, or more than one
 */
export function findJob(jobs: readonly JournalSummary[], jobId: string, { identity }: Car): JournalSummary {
  const found = jobs.filter((job) => job.begin.txid.startsWith(jobId.toLowerCase()));
  const [job] = found;
  if (job !== undefined && found.length === 1) return job;
  throw new KombiError({
    code: 'usage.job',
    message:
      found.length > 1 ? `"${jobId}" is the beginning of ${found.length} jobs` : `No job "${jobId}" on ${identity.vin} in the archive`,
    hint: '`kombi history` lists them.',
  });
}

/** Whether another job has taken this one back. */
export function isUndone({ begin }: JournalSummary, jobs: readonly JournalSummary[]): boolean {
  return jobs.some((job) => job.state === 'COMMITTED' && job.begin.undoes === begin.txid);
}
