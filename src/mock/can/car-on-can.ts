import type { CarPort, FaultEvent } from '../car-port.ts';
import { eventOf } from '../fault-event.ts';
import type { CanBus, CanNode } from './can-bus.ts';
import type { CanFrame } from './can-frame.ts';
import { type Admission, IsoTpReceiver } from './iso-tp-receiver.ts';
import { type FrameHarm, IsoTpSender } from './iso-tp-sender.ts';
import { createObdEngine, isObdRequestId } from './obd-engine.ts';

/** General rule of BMW's diagnostic CAN: identifier = 600 | source address. @see bmw-diagnostics.md §3.1 (recorded) */
const ID_BASE = 0x600;
const TESTER = 0xf1;
/** More FC.WAIT than any tester puts up with: `fc-wait` without a number. */
const ENDLESS_WAITS = 255;
const LONGEST_PAYLOAD = 0xfff;
const RESPONSE_TOO_LONG = 0x14;

interface Ecu {
  readonly receiver: IsoTpReceiver;
  readonly sender: IsoTpSender;
  /** What faults of its answers are asked about: the last whole request. */
  lastRequest: FaultEvent;
}

/**
 * The car's gateway as a node on the diagnostic CAN: it stands for every ECU. Faults it asks the board for, one event
 * each: `fc-wait:<n, hex>` and `fc-overflow` at a first frame of the tester, `cf-lost` and `wrong-sn` at a consecutive
 * frame towards it.
 */
export class CarOnCan implements CanNode {
  readonly #car: CarPort;
  readonly #bus: CanBus;
  readonly #ecus = new Map<number, Ecu>();
  readonly #engine: (frame: CanFrame) => void;

  constructor(car: CarPort, bus: CanBus) {
    this.#car = car;
    this.#bus = bus;
    this.#engine = createObdEngine(car, (frame, sent) => bus.send(this, frame, sent));
    bus.attach(this);
  }

  receive(frame: CanFrame): void {
    if (frame.extended || frame.remote) return;
    if (frame.id === ID_BASE + TESTER) this.#diagnostic(frame.data);
    else if (isObdRequestId(frame.id)) this.#engine(frame);
  }

  #diagnostic(data: Uint8Array): void {
    const target = data[0];
    const control = data[1];
    if (target === undefined || control === undefined) return;
    const bytes = data.subarray(1);
    if (this.#car.isFunctional(target)) {
      // ISO 15765-2: functional addressing is for single frames only.
      if (control >= 1 && control <= 6 && bytes.length > control) this.#request(target, bytes.slice(1, 1 + control));
      return;
    }
    if (!this.#car.ecuAddresses().includes(target)) return;
    const ecu = this.#ecu(target);
    if (control >> 4 === 3) ecu.sender.flowControl(bytes);
    else {
      if (control >> 4 > 0) this.#car.hears?.(target);
      ecu.receiver.accept(bytes);
    }
  }

  #request(target: number, payload: Uint8Array): void {
    const event = eventOf(target, payload);
    const functional = this.#car.isFunctional(target);
    if (!functional) this.#ecu(target).lastRequest = event;
    this.#car.request({ tester: TESTER, target, payload }, (source, answer) => {
      const ecu = this.#ecu(source);
      if (functional) ecu.lastRequest = { ...event, ecu: source };
      const fits = answer.length <= LONGEST_PAYLOAD;
      ecu.sender.transmit(fits ? answer : Uint8Array.of(0x7f, payload[0] ?? 0, RESPONSE_TOO_LONG));
    });
  }

  #ecu(address: number): Ecu {
    const known = this.#ecus.get(address);
    if (known !== undefined) return known;
    const { clock } = this.#car;
    const send = (bytes: Uint8Array, sent?: () => void) => {
      const data = new Uint8Array(bytes.length + 1);
      data[0] = TESTER;
      data.set(bytes, 1);
      this.#bus.send(this, { id: ID_BASE + address, data }, sent);
    };
    const ecu: Ecu = {
      receiver: new IsoTpReceiver({
        clock,
        room: 7,
        admit: (head) => this.#admit(address, head),
        flowControl: () => this.#car.canFlowControl(address),
        send,
        deliver: (payload) => this.#request(address, payload),
      }),
      sender: new IsoTpSender({ clock, room: 7, send, harm: () => this.#harm(ecu.lastRequest) }),
      lastRequest: { ecu: address },
    };
    this.#ecus.set(address, ecu);
    return ecu;
  }

  #admit(address: number, head: Uint8Array): Admission {
    const event = eventOf(address, head);
    if (this.#car.faults.strike('fc-overflow', event) !== undefined) return 'overflow';
    const wait = this.#car.faults.strike('fc-wait', event);
    if (wait === undefined) return { waits: 0 };
    return { waits: wait.value === undefined ? ENDLESS_WAITS : Number.parseInt(wait.value, 16) };
  }

  #harm(event: FaultEvent): FrameHarm | undefined {
    if (this.#car.faults.strike('cf-lost', event) !== undefined) return 'lost';
    return this.#car.faults.strike('wrong-sn', event) === undefined ? undefined : 'wrong-sequence';
  }
}
