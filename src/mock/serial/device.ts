/** Where the characters of a {@link SerialDevice} go. */
export interface SerialHost {
  /** Characters that have just finished leaving the device. */
  output(bytes: Uint8Array): void;
  /** The device has been pulled; nothing more will come. */
  unplugged(): void;
}

/** Something on a serial line: what the ends (mock port, TCP server, pty) serve. */
export interface SerialDevice {
  /** Its line rate at present; it may change during a session. */
  readonly baud: number;
  /** Characters as they leave the host, now; each takes its time on the line. */
  feed(bytes: Uint8Array): void;
  /** Makes `host` the one that gets the output; undefined lets it go nowhere. */
  connect(host: SerialHost | undefined): void;
  /** Its DSR, where it drives that line. */
  dataSetReady?(): boolean;
  /** Stops every timer. May be repeated. */
  close(): void;
}

/** What crossed the device so far. */
export interface SerialCounters {
  readonly charactersReceived: number;
  readonly charactersSent: number;
  readonly canFrames: number;
}
