import { concatBytes } from '../../core/index.ts';
import type { NetworkedCar } from '../car-port.ts';
import { type Pace, TesterConnection, type Wire } from '../network/index.ts';
import { DOIP_FAULTS } from './faults.ts';
import { encodeFrame, HEADER_NEGATIVE, readFrame, TYPE, u16, VERSION, withLength } from './frame.ts';

/** The gateway's own address (bmw-diagnostics §2). */
export const GATEWAY = 0x0010;
/** What external testers may call themselves (ISO 13400-2); EdiabasLib is 0EF3, others 0E00 or 0E80. */
const isTester = (address: number) => address >= 0x0e00 && address <= 0x0fff;

const ACTIVATION = { unknownTester: 0x00, otherTester: 0x02, unsupportedType: 0x06, done: 0x10 } as const;
const NEGATIVE = { invalidSource: 0x02, unknownTarget: 0x03 } as const;
/** Default, and that for the emission laws. */
const ACTIVATION_TYPES: readonly number[] = [0x00, 0x01];
/** With the maker's four bytes at the end, and without. */
const ACTIVATION_LENGTHS: readonly number[] = [7, 11];
const ECHOED_BYTES = 5;

/** One tester's connection to the DoIP port. It carries messages once the tester has been let through. */
export class DoipConnection extends TesterConnection {
  #tester: number | undefined;
  /** Of what the tester sent last. */
  #version = VERSION;
  /** The beginning of a frame, in pieces until there are as many bytes as it needs. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #needed = 0;

  constructor(car: NetworkedCar, wire: Wire, pace: Pace) {
    super(car, wire, { pace, faults: DOIP_FAULTS });
  }

  protected override read(chunk: Uint8Array): void {
    this.#held.push(chunk.slice());
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < this.#needed) return;
    let bytes = concatBytes(...this.#held);
    while (this.listens) {
      const frame = readFrame(bytes);
      if ('needed' in frame) {
        this.#needed = frame.needed;
        break;
      }
      if ('negative' in frame) {
        this.send(this.#encode(TYPE.headerNegative, [frame.negative]));
        this.finish('fin');
        return;
      }
      this.#version = frame.version;
      this.#onFrame(frame.type, frame.body);
      bytes = bytes.subarray(frame.end);
    }
    this.#held = [bytes];
    this.#heldBytes = bytes.length;
  }

  protected override interjection(): Uint8Array {
    return this.#encode(TYPE.aliveCheck);
  }

  #encode(type: number, ...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
    return encodeFrame(this.#version, type, ...parts);
  }

  #onFrame(type: number, body: Uint8Array): void {
    if (type === TYPE.diagnostic) this.#onDiagnostic(body);
    else if (type === TYPE.routingActivation) this.#onActivation(body);
    else if (type !== TYPE.aliveAnswer) this.send(this.#encode(TYPE.headerNegative, [HEADER_NEGATIVE.type]));
  }

  #onActivation(body: Uint8Array): void {
    if (!ACTIVATION_LENGTHS.includes(body.length)) {
      this.send(this.#encode(TYPE.headerNegative, [HEADER_NEGATIVE.length]));
      this.finish('fin');
      return;
    }
    const tester = addressAt(body, 0);
    const code = this.#activationCode(tester, body[2] ?? 0);
    this.send(this.#encode(TYPE.routingActivationAnswer, u16(tester), u16(GATEWAY), [code, 0, 0, 0, 0]));
    if (code === ACTIVATION.done) this.#tester = tester;
    else this.finish('fin');
  }

  #activationCode(tester: number, type: number): number {
    const fault = this.car.faults.strike('doip-activation');
    if (fault !== undefined) return Number.parseInt(fault.value ?? '0', 16);
    if (!isTester(tester)) return ACTIVATION.unknownTester;
    if (this.#tester !== undefined && this.#tester !== tester) return ACTIVATION.otherTester;
    return ACTIVATION_TYPES.includes(type) ? ACTIVATION.done : ACTIVATION.unsupportedType;
  }

  #onDiagnostic(body: Uint8Array): void {
    if (body.length < 5) {
      this.send(this.#encode(TYPE.headerNegative, [HEADER_NEGATIVE.length]));
      this.finish('fin');
      return;
    }
    const [tester, target] = [addressAt(body, 0), addressAt(body, 2)];
    const uds = body.slice(4);
    const refusal = (code: number) => this.#encode(TYPE.negative, u16(target), u16(tester), [code], uds.subarray(0, ECHOED_BYTES));
    if (tester !== this.#tester) {
      this.send(refusal(NEGATIVE.invalidSource));
      this.finish('fin');
    } else if (target > 0xff) {
      this.send(refusal(NEGATIVE.unknownTarget));
    } else {
      this.carry({
        tester,
        target,
        uds,
        acknowledge: this.#encode(TYPE.acknowledge, u16(target), u16(tester), [0x00], uds.subarray(0, ECHOED_BYTES)),
        refusal,
        answer: (source, payload) => this.#encode(TYPE.diagnostic, u16(source), u16(tester), payload),
        claim: withLength,
        absent: () => ({ refusal: refusal(NEGATIVE.unknownTarget) }),
      });
    }
  }
}

function addressAt(body: Uint8Array, offset: number): number {
  return ((body[offset] ?? 0) << 8) | (body[offset + 1] ?? 0);
}
