import { KombiError, toHex } from '../../core/index.ts';
import { HsfzControl } from './hsfz-control.ts';

interface ErrorWord {
  readonly code: string;
  readonly meaning: string;
  readonly hint: string;
}

const TRY_AGAIN = 'Wait a few seconds and try again; if it stays, switch the ignition off and on.';
const REPORT = 'This gateway wants something else than the ones known: please report the car with a trace.';

/** The gateway's words for "no" (bmw-diagnostics §1.1: third-party code; 40 recorded). */
const ERROR_WORDS: ReadonlyMap<number, ErrorWord> = new Map([
  [
    HsfzControl.incorrectTesterAddress,
    {
      code: 'link.hsfz-tester-address',
      meaning: 'it does not accept our tester address',
      hint: 'Try another one: add ?tester=F5 to the link.',
    },
  ],
  [HsfzControl.incorrectControlWord, { code: 'link.hsfz-control-word', meaning: 'it does not know the control word', hint: REPORT }],
  [HsfzControl.incorrectFormat, { code: 'link.hsfz-format', meaning: 'it does not understand the frame', hint: REPORT }],
  [
    HsfzControl.incorrectDestination,
    {
      code: 'ecu.absent',
      meaning: 'the car has no ECU at that address',
      hint: 'Check the address. An ECU that is asleep or in a reset may also be missing: switch the ignition on and try again.',
    },
  ],
  [HsfzControl.messageTooLarge, { code: 'link.hsfz-too-large', meaning: 'the message is too large for it', hint: REPORT }],
  [HsfzControl.notReady, { code: 'link.hsfz-not-ready', meaning: 'its diagnostic application is not ready', hint: TRY_AGAIN }],
  [HsfzControl.outOfMemory, { code: 'link.hsfz-out-of-memory', meaning: 'it is out of memory', hint: TRY_AGAIN }],
]);

/** The error that a control word stands for; undefined where the word is none of refusal. */
export function gatewayError(control: number, body: Uint8Array): KombiError | undefined {
  const word = ERROR_WORDS.get(control);
  if (word === undefined) return undefined;
  const target = body[1];
  const absent = control === HsfzControl.incorrectDestination && target !== undefined;
  const told = body.length === 0 ? '' : ` (${toHex(body.subarray(0, 8), ' ')})`;
  return new KombiError({
    code: word.code,
    message: absent
      ? `There is no ECU ${toHex(Uint8Array.of(target))} in this car, says the gateway`
      : `The gateway refused with ${toHex(Uint8Array.of(control))}: ${word.meaning}${told}`,
    hint: word.hint,
  });
}
