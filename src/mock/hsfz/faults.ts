import type { Fault, FaultBoard, FaultEvent } from '../car-port.ts';
import { type FaultKind, HEX_BYTE, MILLISECONDS } from '../fault-kind.ts';

/** How one request is carried over the wire. Faults change it before it begins. */
export interface Carriage {
  /** A control word in place of the acknowledge. */
  error?: number;
  acknowledge: boolean;
  deliver: boolean;
  answer: boolean;
  /** What the gateway says of its own between acknowledge and answer. */
  between?: 'alive' | 'announcement';
  lateMs: number;
  alter?: (frame: Uint8Array) => Uint8Array;
  /** From the answer on, nothing more is said or heard. */
  deafAfter: boolean;
  ending?: 'fin' | 'rst';
  /** Keeps the acknowledge until it can leave with the first answer. */
  joined: boolean;
  /** One byte at a time. */
  dribbled: boolean;
}

interface HsfzFaultKind extends FaultKind {
  apply(carriage: Carriage, fault: Fault): void;
}

/** The faults of the gateway. Each counts the diagnostic messages that reach it from a tester. */
export const HSFZ_FAULTS: Readonly<Record<string, HsfzFaultKind>> = {
  disconnect: {
    does: 'closes the connection (FIN) before the request is delivered',
    apply: (carriage) => Object.assign(carriage, { acknowledge: false, deliver: false, ending: 'fin' }),
  },
  'disconnect-after': {
    does: 'delivers the request, says nothing and closes the connection (FIN)',
    apply: (carriage) => Object.assign(carriage, { acknowledge: false, answer: false, ending: 'fin' }),
  },
  rst: {
    does: 'breaks the connection (RST) before the request is delivered',
    apply: (carriage) => Object.assign(carriage, { acknowledge: false, deliver: false, ending: 'rst' }),
  },
  'rst-after': {
    does: 'delivers the request, says nothing and breaks the connection (RST)',
    apply: (carriage) => Object.assign(carriage, { acknowledge: false, answer: false, ending: 'rst' }),
  },
  truncate: {
    does: 'sends half of the answer frame, then nothing on this connection any more',
    apply: (carriage) => Object.assign(carriage, { alter: (frame: Uint8Array) => frame.subarray(0, frame.length >> 1), deafAfter: true }),
  },
  late: {
    value: MILLISECONDS,
    does: 'acknowledges at once and passes the answers on so many milliseconds late',
    apply: (carriage, fault) => Object.assign(carriage, { lateMs: Number(fault.value) }),
  },
  'ack-only': {
    does: 'acknowledges, and does not deliver',
    apply: (carriage) => Object.assign(carriage, { deliver: false }),
  },
  'no-ack': {
    does: 'delivers and passes the answers on, without an acknowledge',
    apply: (carriage) => Object.assign(carriage, { acknowledge: false }),
  },
  'hsfz-error': {
    value: HEX_BYTE,
    does: 'answers with this control word (40 to 45, FF) in place of the acknowledge, and does not deliver',
    apply: (carriage, fault) =>
      Object.assign(carriage, { error: Number.parseInt(fault.value ?? '43', 16), acknowledge: false, deliver: false }),
  },
  'hsfz-error-after': {
    value: HEX_BYTE,
    does: 'delivers, and answers with this control word in place of everything else',
    apply: (carriage, fault) =>
      Object.assign(carriage, { error: Number.parseInt(fault.value ?? '43', 16), acknowledge: false, answer: false }),
  },
  length: {
    value: { form: 'up to eight hex digits', pattern: /^[0-9A-Fa-f]{1,8}$/ },
    does: 'writes this into the length field of the answer frame',
    apply: (carriage, fault) =>
      Object.assign(carriage, { alter: (frame: Uint8Array) => withLength(frame, Number.parseInt(fault.value ?? '0', 16)) }),
  },
  alive: {
    does: 'asks whether the tester is alive between acknowledge and answer',
    apply: (carriage) => Object.assign(carriage, { between: 'alive' }),
  },
  announce: {
    does: 'announces itself (32 bytes, DIAGADR10BMWVIN…) between acknowledge and answer',
    apply: (carriage) => Object.assign(carriage, { between: 'announcement' }),
  },
  coalesce: {
    does: 'keeps the acknowledge until it can leave in one piece with the first answer',
    apply: (carriage) => Object.assign(carriage, { joined: true }),
  },
  dribble: {
    does: 'sends acknowledge and answers byte by byte',
    apply: (carriage) => Object.assign(carriage, { dribbled: true }),
  },
};

/** The faults of a connection as a whole; each counts the connections to the diagnostic port. */
export const HSFZ_CONNECTION_FAULTS: Readonly<Record<'busy' | 'silent', FaultKind>> = {
  busy: { does: 'closes the connection at once, as where another tester is connected' },
  silent: { does: 'accepts the connection and never says anything' },
};

const ENTRIES = Object.entries(HSFZ_FAULTS);

const UNHARMED: Readonly<Carriage> = {
  acknowledge: true,
  deliver: true,
  answer: true,
  lateMs: 0,
  deafAfter: false,
  joined: false,
  dribbled: false,
};

export function carriageOf(faults: FaultBoard, event: FaultEvent): Readonly<Carriage> {
  if (faults.struck().length === 0) return UNHARMED;
  const carriage: Carriage = { ...UNHARMED };
  for (const [kind, { apply }] of ENTRIES) {
    const fault = faults.strike(kind, event);
    if (fault !== undefined) apply(carriage, fault);
  }
  return carriage;
}

function withLength(frame: Uint8Array, length: number): Uint8Array {
  const lie = new Uint8Array(frame);
  new DataView(lie.buffer).setUint32(0, length);
  return lie;
}
