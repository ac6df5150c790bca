/** As many as Node reads at once, unless told otherwise. */
const AHEAD = 4;

/**
 * Reads many files one after the other while the next few are on their way, so that never more than these are held.
 * Each comes with its promise, in order; whoever leaves early leaves no rejection behind.
 */
export function* readAhead<T, R>(items: readonly T[], read: (item: T) => Promise<R>): Generator<readonly [T, Promise<R>]> {
  const begun: Promise<R>[] = [];
  let next = 0;
  for (const item of items) {
    for (const ahead of items.slice(next, next + AHEAD - begun.length)) {
      const promise = read(ahead);
      promise.catch(() => undefined);
      begun.push(promise);
      next += 1;
    }
    const promise = begun.shift();
    if (promise !== undefined) yield [item, promise];
  }
}
