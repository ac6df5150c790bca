import { EXIT, KombiError, toHex } from '../../core/index.ts';

const TRY_AGAIN = 'Wait a few seconds and try again; if it stays, switch the ignition off and on.';
const REPORT = 'This gateway wants something else than the ones known: please report the car with a trace.';
const TESTERS = 'Close other diagnostic programs, on other computers too, wait ten seconds and try again.';

interface Word {
  readonly code: string;
  readonly meaning: string;
  readonly hint: string;
  readonly exit?: typeof EXIT.locked;
}

/** Why a connection is not let through. @see source: ISO 13400-2, routing activation response codes (published) */
const ACTIVATION: ReadonlyMap<number, Word> = new Map<number, Word>([
  [0x00, { code: 'link.doip-tester-address', meaning: 'it does not know our tester address', hint: REPORT }],
  [0x01, { code: 'link.busy', meaning: 'it serves as many testers as it can', hint: TESTERS, exit: EXIT.locked }],
  [0x02, { code: 'link.doip-activation', meaning: "this connection is another tester's", hint: TRY_AGAIN }],
  [0x03, { code: 'link.busy', meaning: 'another tester with our address is connected', hint: TESTERS, exit: EXIT.locked }],
  [0x04, { code: 'link.doip-activation', meaning: 'it wants a proof of who is asking', hint: REPORT }],
  [0x05, { code: 'link.doip-activation', meaning: 'it has refused after asking back', hint: REPORT }],
  [0x06, { code: 'link.doip-activation', meaning: 'it does not know this kind of activation', hint: REPORT }],
]);

/** A connection over TLS is wanted. */
const NEEDS_TLS = 0x07;

/** Why a message is not passed on. @see source: ISO 13400-2, diagnostic message negative acknowledge codes (published) */
const MESSAGE: ReadonlyMap<number, Word> = new Map<number, Word>([
  [0x02, { code: 'link.doip-tester-address', meaning: 'the tester address is not the one of this connection', hint: TRY_AGAIN }],
  [0x04, { code: 'link.doip-too-large', meaning: 'the message is too large for it', hint: REPORT }],
  [0x05, { code: 'link.doip-out-of-memory', meaning: 'it is out of memory', hint: TRY_AGAIN }],
  [0x07, { code: 'link.doip-network', meaning: 'it does not know the network of that ECU', hint: REPORT }],
  [0x08, { code: 'link.doip-bus', meaning: 'the bus behind it has failed', hint: TRY_AGAIN }],
]);
/** Unknown target; target unreachable. An absent target gets 03 (bmw-diagnostics §12). */
const NOBODY_THERE: readonly number[] = [0x03, 0x06];

/** What a gateway says where it lets nobody through. */
export function activationError(code: number | undefined): KombiError {
  if (code === NEEDS_TLS) return certificateError();
  return refused('connection', code, ACTIVATION.get(code ?? -1) ?? { code: 'link.doip-activation', meaning: 'no', hint: REPORT });
}

/** What a gateway says of a message that it does not pass on. */
export function messageError(target: number, code: number | undefined): KombiError {
  if (code !== undefined && NOBODY_THERE.includes(code)) {
    return new KombiError({
      code: 'ecu.absent',
      message: `There is no ECU ${toHex(Uint8Array.of(target))} in this car, says the gateway`,
      hint: 'Check the address. An ECU that is asleep or in a reset may also be missing: switch the ignition on and try again.',
    });
  }
  return refused('request', code, MESSAGE.get(code ?? -1) ?? { code: 'link.doip-refused', meaning: 'no', hint: REPORT });
}

/** A frame that the gateway could not even read: nothing after it can be trusted. */
export function headerError(code: number | undefined): KombiError {
  return refused('frame', code, { code: 'link.doip-header', meaning: 'it does not understand it', hint: REPORT });
}

/**
 * The newest cars take diagnosis over TLS, and coding after service 29, both with a certificate that BMW gives out
 * (bmw-diagnostics §2).
 */
export function certificateError(cause?: unknown): KombiError {
  return new KombiError({
    code: 'adapter.needs-certificate',
    exit: EXIT.refused,
    message: 'This car talks to testers over TLS only, with a certificate that BMW gives out',
    hint: 'kombi has none and cannot get one: cars of this generation can be neither read nor coded with it.',
    cause,
  });
}

function refused(what: string, code: number | undefined, { code: name, meaning, hint, exit }: Word): KombiError {
  const told = code === undefined ? 'no code' : toHex(Uint8Array.of(code));
  return new KombiError({
    code: name,
    message: `The gateway refused the ${what} with ${told}: ${meaning}`,
    hint,
    ...(exit === undefined ? {} : { exit }),
  });
}
