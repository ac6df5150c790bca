import type { CanBus, CanFrame, CanNode } from '../can/index.ts';
import type { CarPort, FaultEvent } from '../car-port.ts';
import { eventOf } from '../fault-event.ts';
import type { ArbitraryMessage } from './at-command.ts';
import type { ChipState } from './chip-state.ts';
import { Exchange } from './exchange.ts';
import { frameText, messageText } from './frame-text.ts';
import { harmedLine } from './line-faults.ts';
import { PeriodicMessages } from './periodic-messages.ts';
import { type OpenProtocol, passesFilter, transmitId } from './protocol.ts';
import { type BusRequest, encodeMessage, encodeRequest, flowControlFor } from './request.ts';
import { Segmentation } from './segmentation.ts';

export interface BusSideOptions {
  readonly car: CarPort;
  readonly bus: CanBus;
  readonly state: ChipState;
  readonly print: (text: string) => void;
  /** Characters that the transmit buffer can take now. */
  readonly room: () => number;
  /** Loses all settings and says why. */
  readonly restart: (text: string) => void;
  readonly unplug: () => void;
}

/**
 * The chip on the bus: one request and its answers, or monitoring, until the prompt. It asks the fault board at each
 * request for `unplug` (value `sent`: after the frame has left), `lv-reset`, `can-error`, `act-alert`, `stopped` and
 * `stale-reply`, and at each line of the car for `buffer-full` and those of {@link harmedLine}.
 */
export class BusSide implements CanNode {
  readonly #options: BusSideOptions;
  readonly #segmentation: Segmentation;
  readonly periodic: PeriodicMessages;
  #requests = 0;
  #exchange: Exchange | undefined;
  #monitoring = false;
  #searching = false;
  #requestAt = 0;
  #lastSingleFrame: CanFrame | undefined;

  constructor(options: BusSideOptions) {
    this.#options = options;
    const { bus, car, state } = options;
    this.#segmentation = new Segmentation({
      clock: car.clock,
      settings: () => state.settings,
      send: (frame, sent) => bus.send(this, frame, sent),
      deliver: (id, message) => this.#show(messageText(id, message, state.settings), { ecu: id & 0xff }),
    });
    this.periodic = new PeriodicMessages(car.clock, (frame) => {
      if (state.acknowledged()) bus.send(this, frame);
    });
    bus.attach(this);
  }

  get busy(): boolean {
    return this.#exchange !== undefined;
  }

  close(): void {
    this.#end();
    this.periodic.clear();
    this.#options.bus.detach(this);
  }

  /** A character of the host came in. */
  interrupt(): void {
    this.#finish('STOPPED');
  }

  /** @param line hex digits, upper case */
  request(line: string): void {
    const { state } = this.#options;
    this.#send((protocol) => encodeRequest(line, state.settings, protocol, state.personality));
  }

  /** A whole message, of whatever length. */
  transmit(message: ArbitraryMessage): void {
    this.#send((protocol) => encodeMessage(message, this.#options.state.settings, protocol));
  }

  requestRemote(): void {
    const { settings } = this.#options.state;
    this.#send((protocol) => ({
      frame: { id: transmitId(settings, protocol), extended: protocol.wide, remote: true, data: new Uint8Array() },
      wanted: Number.POSITIVE_INFINITY,
    }));
  }

  monitor(): void {
    const { state } = this.#options;
    state.close();
    state.openProtocol();
    this.#monitoring = true;
    this.#begin({ wanted: Number.POSITIVE_INFINITY }).listen();
  }

  #send(encode: (protocol: OpenProtocol) => BusRequest | undefined): void {
    const { state, car, restart, unplug, print } = this.#options;
    const searching = state.protocol === '0';
    if (searching) state.protocol = '6';
    const protocol = state.openProtocol();
    const request = protocol === undefined ? undefined : encode(protocol);
    if (request === undefined) {
      if (searching) state.setProtocol('0', true);
      this.#finish(protocol !== undefined ? '?' : state.protocol < '3' ? 'NO DATA' : 'BUS INIT: ...ERROR');
      return;
    }
    this.#searching = searching;
    const event = busEvent(request.frame);
    const pulled = car.faults.strike('unplug', event);
    if (pulled !== undefined && pulled.value !== 'sent') {
      unplug();
      return;
    }
    this.#requests += 1;
    const { brownsOutAfter } = state.personality;
    const isBrownOut = brownsOutAfter !== undefined && this.#requests % brownsOutAfter === 0;
    if (isBrownOut || car.faults.strike('lv-reset', event) !== undefined) {
      restart('LV RESET');
      return;
    }
    if (searching) print(`SEARCHING...${state.eol}`);
    if (!state.acknowledged() || car.faults.strike('can-error', event) !== undefined) {
      this.#finish(searching ? this.#searchFailed() : 'CAN ERROR');
      return;
    }
    if (car.faults.strike('act-alert', event) !== undefined) print(`ACT ALERT${state.eol}`);
    const exchange = this.#begin(request);
    const sent = () => {
      if (pulled !== undefined) unplug();
      else if (this.#exchange === exchange) this.#sent(exchange, { event, wanted: request.wanted });
    };
    if (request.long === undefined) this.#options.bus.send(this, request.frame, sent);
    else {
      this.#segmentation.transmit(request.frame.id, request.long, (whole) => {
        if (whole) sent();
        else if (this.#exchange === exchange) this.#finish('FC RX TIMEOUT');
      });
    }
  }

  #sent(exchange: Exchange, { event, wanted }: { event: FaultEvent; wanted: number }): void {
    const { state, car, print } = this.#options;
    this.#requestAt = car.clock.now();
    if (car.faults.strike('stopped', event) !== undefined) {
      this.#finish('STOPPED');
    } else if (!state.settings.responses || wanted === 0) {
      this.#end();
      // R0 prints nothing when a frame went out, and elm327.md §3.3 counts one character for the prompt after it.
      print('>');
    } else {
      exchange.listen();
      const stale = this.#lastSingleFrame;
      if (stale !== undefined && car.faults.strike('stale-reply', event) !== undefined) this.receive(stale);
    }
  }

  receive(frame: CanFrame): void {
    const { state, bus } = this.#options;
    const exchange = this.#exchange;
    const protocol = state.open;
    if (exchange === undefined || protocol?.kbitPerS !== 500) return;
    if ((frame.extended ?? false) !== protocol.wide || !passesFilter(state.settings, frame.id, this.#monitoring)) return;
    if (this.#segmentation.takesFlowControl(frame) || !exchange.listening) return;
    if (protocol.isoTp && state.settings.stn.segmentReceived && !this.#monitoring) {
      this.#learn(frame);
      exchange.heard();
      this.#segmentation.receive(frame);
      return;
    }
    const text = frameText(frame, state.settings, protocol, state.eol);
    if (text === undefined) return;
    if (!this.#monitoring) {
      this.#learn(frame);
      const flowControl = flowControlFor(frame, state.settings, protocol);
      if (flowControl !== undefined) bus.send(this, flowControl);
    }
    this.#show(text, { ecu: frame.id & 0xff });
  }

  /** Prints a line of the car, as far as the buffer takes it. */
  #show(text: string, event: FaultEvent): void {
    const { state, car, print } = this.#options;
    const line = harmedLine(text, car.faults, event) + state.eol;
    const room = car.faults.strike('buffer-full', event) === undefined ? this.#options.room() : line.length >> 1;
    if (line.length > room) {
      this.#finish(`${line.slice(0, Math.max(0, room))}BUFFER FULL`);
      return;
    }
    print(line);
    this.#exchange?.printed();
  }

  /** What the chip remembers of an answer: its delay for adaptive timing, and that the protocol works, for M1. */
  #learn(frame: CanFrame): void {
    const { state, car } = this.#options;
    state.slowestMs = Math.max(state.slowestMs ?? 0, car.clock.now() - this.#requestAt);
    if (state.settings.memory && state.eeprom.protocol !== state.protocol) state.storeProtocol();
    if ((frame.data[1] ?? 0xff) >> 4 === 0) this.#lastSingleFrame = frame;
  }

  #begin({ wanted, timeoutMs }: Pick<BusRequest, 'wanted' | 'timeoutMs'>): Exchange {
    const { car, state, print } = this.#options;
    const exchange = new Exchange({
      clock: car.clock,
      timeoutMs: () => (this.#monitoring ? Number.POSITIVE_INFINITY : (timeoutMs ?? state.timeoutMs())),
      wanted,
      done: (answered) => {
        if (!answered) {
          this.#finish(this.#searching ? this.#searchFailed() : 'NO DATA');
          return;
        }
        this.#end();
        print(`${state.eol}>`);
      },
    });
    this.#exchange = exchange;
    return exchange;
  }

  #searchFailed(): string {
    this.#options.state.setProtocol('0', true);
    return 'UNABLE TO CONNECT';
  }

  #finish(text: string): void {
    const { state, print } = this.#options;
    this.#end();
    print(`${text}${state.eol}${state.eol}>`);
  }

  #end(): void {
    this.#exchange?.stop();
    this.#segmentation.abandon();
    this.#exchange = undefined;
    this.#monitoring = false;
    this.#searching = false;
  }
}

/** What faults of the adapter are asked about: the ECU and, where a message starts, its service, under BMW's addressing. */
function busEvent(frame: CanFrame): FaultEvent {
  const [ecu = 0, control = 0xff] = frame.data;
  if (control >> 4 === 0) return eventOf(ecu, frame.data.subarray(2));
  return control >> 4 === 1 ? eventOf(ecu, frame.data.subarray(3)) : { ecu };
}
