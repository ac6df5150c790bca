import type { Fault, FaultBoard } from '../car-port.ts';
import { eventOf } from '../fault-event.ts';
import { type FaultKind, MILLISECONDS } from '../fault-kind.ts';

/** How one request is carried over the wire. Faults change it before it begins. */
export interface Carriage {
  /** A word of refusal, in the protocol's own numbers, in place of the acknowledge. */
  error?: number;
  acknowledge: boolean;
  deliver: boolean;
  answer: boolean;
  /** What the gateway says of its own between acknowledge and answer. */
  between?: 'alive' | 'announcement';
  lateMs: number;
  /** Only the first half of an answer frame leaves. */
  halved: boolean;
  /** What the length field of an answer frame claims. */
  claimedLength?: number;
  /** From the answer on, nothing more is said or heard. */
  deafAfter: boolean;
  ending?: 'fin' | 'rst';
  /** Keeps the acknowledge until it can leave with the first answer. */
  joined: boolean;
  /** One byte at a time. */
  dribbled: boolean;
}

export interface CarriageFault extends FaultKind {
  apply(carriage: Carriage, fault: Fault): void;
}

export type CarriageFaults = Readonly<Record<string, CarriageFault>>;

/** The faults of any gateway. Each counts the diagnostic messages that reach it from a tester. */
export const NETWORK_FAULTS: CarriageFaults = {
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
    apply: (carriage) => Object.assign(carriage, { halved: true, deafAfter: true }),
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
  length: {
    value: { form: 'up to eight hex digits', pattern: /^[0-9A-Fa-f]{1,8}$/ },
    does: 'writes this into the length field of the answer frame',
    apply: (carriage, fault) => Object.assign(carriage, { claimedLength: Number.parseInt(fault.value ?? '0', 16) }),
  },
  alive: {
    does: 'asks whether the tester is alive between acknowledge and answer',
    apply: (carriage) => Object.assign(carriage, { between: 'alive' }),
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
export const CONNECTION_FAULTS: Readonly<Record<'busy' | 'silent', FaultKind>> = {
  busy: { does: 'closes the connection at once, as where another tester is connected' },
  silent: { does: 'accepts the connection and never says anything' },
};

const UNHARMED: Readonly<Carriage> = {
  acknowledge: true,
  deliver: true,
  answer: true,
  lateMs: 0,
  halved: false,
  deafAfter: false,
  joined: false,
  dribbled: false,
};

/** A request, and for whom it is. */
interface Addressed {
  readonly target: number;
  readonly uds: Uint8Array;
}

/** @param kinds those of one protocol, the common ones included */
export function carriageOf(faults: FaultBoard, { target, uds }: Addressed, kinds: CarriageFaults): Readonly<Carriage> {
  if (faults.struck().length === 0) return UNHARMED;
  const event = eventOf(target, uds);
  const carriage: Carriage = { ...UNHARMED };
  for (const [kind, { apply }] of Object.entries(kinds)) {
    const fault = faults.strike(kind, event);
    if (fault !== undefined) apply(carriage, fault);
  }
  return carriage;
}

/** A refusal in place of the acknowledge, and without delivery. */
export function refuseInstead(carriage: Carriage, { value }: Fault): void {
  Object.assign(carriage, { error: Number.parseInt(value ?? '0', 16), acknowledge: false, deliver: false });
}

/** Delivery, and a refusal in place of everything else. */
export function refuseAfter(carriage: Carriage, { value }: Fault): void {
  Object.assign(carriage, { error: Number.parseInt(value ?? '0', 16), acknowledge: false, answer: false });
}
