import type { JournalSummary } from '../archive/index.ts';

/** A message that a job hid, and that no later one shows again. */
export interface HiddenSince {
  readonly vin: string;
  readonly id: number;
  readonly job: string;
  /** UTC, ISO 8601. */
  readonly time: string;
}

/** What jobs have hidden, by car and id. A dealer or another program may have shown it again since. */
export function hiddenSince(jobs: readonly JournalSummary[]): readonly HiddenSince[] {
  const hidden = new Map<string, HiddenSince>();
  for (const { begin, state } of jobs) {
    if (state !== 'COMMITTED') continue;
    const { vin, txid: job, time } = begin;
    for (const id of begin.hides ?? []) hidden.set(`${vin} ${id}`, { vin, id, job, time });
    for (const id of begin.shows ?? []) hidden.delete(`${vin} ${id}`);
  }
  return [...hidden.values()].sort((left, right) => left.vin.localeCompare(right.vin) || left.id - right.id);
}
