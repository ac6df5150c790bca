/**
 * One question to one address and everything that came back, as a recording holds it. Payloads are UDS or KWP2000
 * messages, without framing and without checksum.
 */
export interface Exchange {
  /** The address that was asked: an ECU, or all of them at once. */
  readonly target: number;
  /** True where every ECU was asked at once. */
  readonly functional: boolean;
  readonly request: Uint8Array;
  /** In the order in which they came, `7F xx 78` included. */
  readonly answers: readonly RecordedAnswer[];
}

export interface RecordedAnswer {
  /** The address that answered. */
  readonly source: number;
  readonly payload: Uint8Array;
}
