import { KombiError } from '../../core/index.ts';

interface ChipText {
  readonly text: string;
  readonly code: string;
  readonly meaning: string;
  readonly hint: string;
}

const AGAIN = 'Nothing of this message is used. Read again; if it comes back, try another adapter.';
const WIRING = 'Switch the ignition on, check the plug and the cable to pins 6 and 14, then try again.';
const RESTART = 'Its settings are lost. Open the link again.';

/**
 * What the chip prints when something is wrong. In order: the first that occurs in a line counts, for `BUFFER FULL` and
 * `<DATA ERROR` may stand behind half a frame.
 *
 * @see source: ELM327 data sheet v2.0, OBDLink FRPM (published)
 */
const TEXTS: readonly ChipText[] = [
  { text: 'BUFFER FULL', code: 'buffer-full', meaning: 'its buffer ran over and frames are lost', hint: AGAIN },
  { text: 'OUT OF MEMORY', code: 'buffer-full', meaning: 'its memory is exhausted', hint: AGAIN },
  { text: 'UART RX OVERFLOW', code: 'buffer-full', meaning: 'it was sent bytes faster than it reads them', hint: AGAIN },
  { text: 'RX ERROR', code: 'data-error', meaning: 'a frame was received damaged', hint: AGAIN },
  { text: 'DATA ERROR', code: 'data-error', meaning: 'an answer was unusable', hint: AGAIN },
  { text: 'CAN ERROR', code: 'can-error', meaning: 'nobody on the bus acknowledged: no car, no ignition, or bad wiring', hint: WIRING },
  { text: 'BUS BUSY', code: 'bus-error', meaning: 'the bus never became free', hint: WIRING },
  { text: 'BUS ERROR', code: 'bus-error', meaning: 'the signal on the bus is invalid', hint: WIRING },
  { text: 'FB ERROR', code: 'bus-error', meaning: 'its own signal does not reach the bus', hint: WIRING },
  { text: 'BUS INIT', code: 'no-protocol', meaning: 'it tried another protocol than CAN', hint: RESTART },
  { text: 'UNABLE TO CONNECT', code: 'no-protocol', meaning: 'it searched for a protocol and found none', hint: RESTART },
  { text: 'SEARCHING', code: 'no-protocol', meaning: 'it is searching for a protocol', hint: RESTART },
  { text: 'FC RX TIMEOUT', code: 'no-flow-control', meaning: 'the ECU sent no flow control', hint: AGAIN },
  { text: 'STOPPED', code: 'stopped', meaning: 'the request was interrupted and may or may not have gone', hint: 'Open the link again.' },
  { text: 'LV RESET', code: 'reset', meaning: 'it restarted because its supply voltage broke down', hint: RESTART },
  { text: 'ACT ALERT', code: 'reset', meaning: 'it is about to sleep for want of activity', hint: RESTART },
  { text: 'LP ALERT', code: 'reset', meaning: 'it is about to sleep', hint: RESTART },
  { text: 'ELM327', code: 'reset', meaning: 'it restarted by itself', hint: RESTART },
  {
    text: 'ERR',
    code: 'reset',
    meaning: 'it failed inside and reset itself',
    hint: 'Unplug the adapter for ten seconds, then open the link again.',
  },
];

/** The error that a line of the chip stands for; undefined for frames, `OK`, `NO DATA`, echoes and unknown text. */
export function chipError(line: string): KombiError | undefined {
  if (line === '?') return rejected();
  const found = TEXTS.find(({ text }) => line.includes(text));
  if (found === undefined) return undefined;
  return new KombiError({
    code: `link.elm327.${found.code}`,
    message: `The adapter says "${found.text}": ${found.meaning}`,
    hint: found.hint,
  });
}

export function rejected(): KombiError {
  return new KombiError({
    code: 'link.elm327.rejected',
    message: 'The adapter did not understand a request ("?")',
    hint: 'Open the link again; if it comes back, the adapter is not fit for BMW CAN.',
  });
}
