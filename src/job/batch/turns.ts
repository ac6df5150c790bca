/** Gives what can serve only one at a time to whoever asks, in the order in which they asked. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** @throws the signal's reason when it aborts before the turn has come */
  async take(key: string, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    const before = this.#last.get(key) ?? Promise.resolve();
    let end = () => {};
    const mine = new Promise<void>((resolve) => {
      end = resolve;
    });
    const done = before.then(() => mine);
    this.#last.set(key, done);
    void done.then(() => {
      if (this.#last.get(key) === done) this.#last.delete(key);
    });
    try {
      await abortable(before, signal);
    } catch (error) {
      end();
      throw error;
    }
    return { [Symbol.dispose]: end };
  }
}

/** The promise's end, or the signal's reason, whichever is first. */
function abortable<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
