import { FramePath } from './frame-path.ts';
import type { PathKind, Setting } from './message-path.ts';

/**
 * EdiabasLib's raw mode (third-party code, used on cars), with M0 and TPB for SPB, which would rewrite the protocol the
 * owner has stored. D goes first: it undoes what another program left. S0 comes early, because with spaces a block of frames would
 * not fit the buffer.
 */
export const RAW_OPENING: readonly Setting[] = [
  { command: 'ATD', what: 'defaults', neededTo: 'read' },
  { command: 'ATH1', what: 'headers', neededTo: 'read' },
  { command: 'ATS0', what: 'spaces off', neededTo: 'write' },
  { command: 'ATM0', what: 'protocol memory off', neededTo: 'read' },
  { command: 'ATSH6F1', what: 'request identifier', neededTo: 'read' },
  { command: 'ATPBC001', what: 'raw 11-bit CAN at 500 kbit/s, for extended addresses and flow control', neededTo: 'read' },
  { command: 'ATTPB', what: 'user protocol B', neededTo: 'read' },
];

export const FRAMES_SETTLING: readonly Setting[] = [
  { command: 'ATE0', what: 'echo off', neededTo: 'please' },
  { command: 'ATAL', what: 'long messages', neededTo: 'write' },
  { command: 'ATAT0', what: 'adaptive timing off', neededTo: 'write' },
  { command: 'ATSTFF', what: 'timeout', neededTo: 'write' },
  { command: 'ATCSM0', what: 'acknowledging while monitoring', neededTo: 'please' },
];

/**
 * R0 lets the chip prompt as soon as a frame has left; without it `slow` is the way. CTM5: five times the timeout, 5.1 s (2.1);
 * without it monitoring stands in.
 *
 * @see source: ddt4all (third-party code)
 */
export const RAW_PATH: PathKind = {
  rung: 'raw',
  opening: RAW_OPENING,
  settling: [
    ...FRAMES_SETTLING,
    { command: 'ATCTM5', what: 'five times the timeout', neededTo: 'please' },
    { command: 'ATR1', what: 'responses on and off', neededTo: 'go-this-way' },
  ],
  create: (ends) => new FramePath(ends, { on: 'ATR0', off: 'ATR1', saysNothing: true }),
};
