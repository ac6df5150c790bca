/** A lock taken. */
export interface HeldLock {
  release(): Promise<void>;
}

/** Somebody else holds it; the pid where it could be learned. */
export interface LockHeld {
  readonly heldBy: number | undefined;
}
