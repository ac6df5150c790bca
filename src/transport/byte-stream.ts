/**
 * A duplex stream of bytes: a TCP socket, a serial port, or two ends in memory. Transports depend on this alone, so
 * nothing above can tell a cable from a socket from a test.
 */
export interface ByteStream {
  /** For people and errors: `/dev/ttyUSB0 at 38400 baud`, `127.0.0.1:6801`. */
  readonly description: string;
  /**
   * Resolves when the operating system has the bytes. The array must not be changed before that.
   *
   * @returns undefined where it has them already
   * @throws {KombiError} `link.closed`, by the promise, when the stream is closed or closes while writing
   */
  write(bytes: Uint8Array): Promise<void> | undefined;
  /** Sets the one consumer. A chunk is only valid during the call. */
  onData(consumer: (chunk: Uint8Array) => void): void;
  /** Called once, when the other end or the cable is gone; not after our own `close`. */
  onLost(listener: (error: Error) => void): void;
  /** Of a serial cable, where this side may choose it. Absent: a network, a radio link, or not known to be a cable. */
  readonly rate?: LineRate;
  /** Never throws; may be repeated. */
  close(): Promise<void>;
}

export interface LineRate {
  readonly baud: number;
  /** What is sent and received from now on; the other end must do the same. @throws {KombiError} `link.closed` */
  set(baud: number): Promise<void>;
}

/** @throws {KombiError} `link.*` when it cannot be opened */
export type OpenByteStream = (signal?: AbortSignal) => Promise<ByteStream>;
