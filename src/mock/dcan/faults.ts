import { type FaultKind, MILLISECONDS } from '../fault-kind.ts';

/**
 * The faults of a K+DCAN cable, beside `drop-byte`, `garbage` and `unplug` of any adapter. Each counts the requests it is
 * given, those of answers the telegrams that it passes on.
 */
export const CABLE_FAULTS: Readonly<Record<string, FaultKind>> = {
  'echo-lost': { does: 'the request is passed on and not repeated to the tester' },
  'echo-wrong': { does: 'a byte of the repeated request is another one' },
  'bad-sum': { does: 'the checksum of an answer is wrong' },
  latency: { value: MILLISECONDS, does: 'whatever the cable says is kept back so long, as by an FTDI latency timer' },
};
