let open = 0;

/** Counts a job as open until disposed: from the begin of its journal to its end. */
export function countAsOpen(): Disposable {
  open += 1;
  return {
    [Symbol.dispose]: () => {
      open -= 1;
    },
  };
}

/** Whether a job of this process is open. A process that ends now leaves something to recover, whatever ends it. */
export function isJobOpen(): boolean {
  return open > 0;
}
