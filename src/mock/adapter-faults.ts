import type { FaultKind, FaultValue } from './fault-kind.ts';

const WAITS: FaultValue = { form: 'hex number of waits', pattern: /^[0-9A-Fa-f]{1,3}$/, optional: true };

/**
 * The faults of the adapter and of the CAN behind it, which only an ELM327 link can have; `drop-byte`, `garbage` and
 * `unplug` a K+DCAN cable too. Those of the chip count the
 * requests it puts on the bus (`echo-on`: command lines; `data-error`, `drop-byte`, `nul`, `garbage`, `buffer-full`: the
 * lines it prints), those of the CAN the multi-frame messages to an ECU or the frames from it.
 */
export const ADAPTER_FAULTS: Readonly<Record<string, FaultKind>> = {
  'buffer-full': { does: 'half of a line, then BUFFER FULL' },
  'data-error': { does: 'a line ends in <DATA ERROR' },
  'drop-byte': { does: 'a character is missing in a line' },
  nul: { does: 'a NUL stands in a line' },
  garbage: { does: 'characters of a bad contact stand in front of a line' },
  'echo-on': { does: 'the command is echoed although echo is off' },
  stopped: { does: 'the request goes out, and STOPPED comes in place of the answer' },
  'can-error': { does: 'CAN ERROR in place of the request' },
  'lv-reset': { does: 'LV RESET in place of the request: all settings are lost' },
  'act-alert': { does: 'ACT ALERT in front of the answer' },
  'stale-reply': { does: 'the single frame received last comes once more in front of the answer' },
  unplug: {
    value: { form: 'sent', pattern: /^sent$/, optional: true },
    does: 'the adapter goes away before the request, or, sent, when the request is on the bus',
  },
  'cf-lost': { does: 'a frame of a long answer is lost' },
  'wrong-sn': { does: 'a frame of a long answer has a wrong sequence number' },
  'fc-wait': { value: WAITS, does: 'the ECU asks the tester to wait so many times (without a number, for ever)' },
  'fc-overflow': { does: 'the ECU refuses a long request as too long' },
};
