import type { NetworkedCar } from '../car-port.ts';
import { NRC, negative } from '../ecu/nrc.ts';
import { type Pace, TesterConnection, type Wire } from '../network/index.ts';
import { HSFZ_FAULTS } from './faults.ts';
import { CONTROL, encodeFrame, encodeMessage, FrameReader, withLength } from './frame.ts';
import { announcement } from './identification.ts';

/**
 * How the gateway answers for an ECU that is not there: control word 43, an acknowledge and silence, or NRC 25. Which
 * of them a real gateway picks is unknown (bmw-diagnostics §1.2); clients know all three.
 */
export type AbsentTarget = '0043' | 'silence' | 'nrc25';

export interface DiagnosticConnectionOptions extends Pace {
  readonly absent: AbsentTarget;
}

/** E-Sys, EdiabasLib, gallia and scapy use F4; F5 was seen with one tool (bmw-diagnostics §1.5). */
const TESTERS: readonly number[] = [0xf4, 0xf5];
const ECHOED_BYTES = 5;

/** One tester's connection to the diagnostic port. */
export class DiagnosticConnection extends TesterConnection {
  readonly #absent: AbsentTarget;
  readonly #reader: FrameReader;
  #tester = 0xf4;

  constructor(car: NetworkedCar, wire: Wire, { absent, ...pace }: DiagnosticConnectionOptions) {
    super(car, wire, { pace, faults: HSFZ_FAULTS });
    this.#absent = absent;
    this.#reader = new FrameReader({ frame: (control, body) => this.#onFrame(control, body), hopeless: (why) => this.#onHopeless(why) });
  }

  protected override read(chunk: Uint8Array): void {
    this.#reader.feed(chunk);
  }

  protected override interjection(what: 'alive' | 'announcement'): Uint8Array {
    return encodeFrame(CONTROL.aliveCheck, what === 'alive' ? [this.#tester, 0x00] : announcement(this.car.vin));
  }

  #onFrame(control: number, body: Uint8Array): boolean {
    if (control === CONTROL.diagnostic) this.#onDiagnostic(body);
    else if (control !== CONTROL.aliveCheck && control !== CONTROL.aliveAnswer) this.send(encodeFrame(CONTROL.incorrectControlWord, []));
    return this.listens;
  }

  #onHopeless(why: 'format' | 'length'): void {
    this.send(encodeFrame(why === 'length' ? CONTROL.messageTooLarge : CONTROL.incorrectFormat, []));
    this.finish('fin');
  }

  #onDiagnostic(body: Uint8Array): void {
    const [tester, target] = body;
    if (tester === undefined || target === undefined || body.length < 3) {
      this.send(encodeFrame(CONTROL.incorrectFormat, []));
      return;
    }
    if (!TESTERS.includes(tester)) {
      this.send(encodeFrame(CONTROL.incorrectTesterAddress, [this.#tester, tester]));
      return;
    }
    this.#tester = tester;
    const uds = body.subarray(2);
    this.carry({
      tester,
      target,
      uds,
      acknowledge: encodeMessage(CONTROL.acknowledge, tester, target, uds.subarray(0, ECHOED_BYTES)),
      refusal: (control) => encodeFrame(control, [tester, target]),
      answer: (source, payload) => encodeMessage(CONTROL.diagnostic, source, tester, payload),
      claim: withLength,
      absent: () => {
        if (this.#absent === '0043') return { refusal: encodeFrame(CONTROL.incorrectDestination, [tester, target]) };
        return this.#absent === 'nrc25' ? { payload: negative(uds[0] ?? 0, NRC.noResponseFromSubnet) } : {};
      },
    });
  }
}
