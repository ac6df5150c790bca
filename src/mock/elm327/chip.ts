import type { Timer } from '../../core/index.ts';
import type { CarPort } from '../car-port.ts';
import { type CanBus, type CanFrame, type CanNode, requestEvent } from '../can/index.ts';
import type { Action, AtCommand } from './at-command.ts';
import { CAN_COMMANDS } from './at-can.ts';
import { GENERAL_COMMANDS } from './at-general.ts';
import { ChipState } from './chip-state.ts';
import type { SerialCounters, SerialDevice, SerialHost } from './device.ts';
import { Exchange } from './exchange.ts';
import { frameText } from './frame-text.ts';
import { harmedLine } from './line-faults.ts';
import type { Personality } from './personality.ts';
import { passesFilter, transmitId } from './protocol.ts';
import { type BusRequest, encodeRequest, flowControlFor, isAtLeast } from './request.ts';
import { UartReceiver, UartTransmitter } from './uart.ts';

const COMMANDS: readonly AtCommand[] = [...GENERAL_COMMANDS, ...CAN_COMMANDS];

const CR = 0x0d;
const SPACE = 0x20;
/** An unfinished line is given up after this long (elm327.md §1, primary document). */
const INCOMPLETE_LINE_MS = 20_000;
/** ATZ with its lamp test (elm327.md §1, primary document); WS spares the test, how long it takes is a hypothesis. */
const RESET_MS = 1000;
const WARM_RESET_MS = 100;
const SLEEP_AFTER_MS = 1000;
/** No command is longer; what follows is dropped and the line answered `?`. */
const LONGEST_LINE = 256;

export interface ChipOptions {
  readonly car: CarPort;
  readonly bus: CanBus;
  readonly personality: Personality;
  readonly baud: number;
}

type Mode =
  | { readonly kind: 'ready' }
  /** Restarting or writing its EEPROM: characters are lost. */
  | { readonly kind: 'deaf'; readonly timer: Timer }
  | { readonly kind: 'asleep' }
  /** BRD: waiting for the CR that confirms the new rate. */
  | { readonly kind: 'baud-trial'; readonly timer: Timer; readonly oldBaud: number }
  | { readonly kind: 'on-bus'; readonly exchange: Exchange; readonly monitoring: boolean; readonly searching: boolean };

const READY: Mode = { kind: 'ready' };

/**
 * An ELM327: characters in, characters out, a CAN bus behind. It asks the fault board, at each request for the bus, for
 * `unplug` (value `sent`: after the frame has left), `lv-reset`, `can-error`, `act-alert`, `stopped` and `stale-reply`;
 * at each line of the car for `buffer-full`, `data-error`, `drop-byte`, `garbage` and `nul`; at each command, while E0
 * holds, for `echo-on`.
 */
export class Elm327Chip implements SerialDevice, CanNode {
  readonly state: ChipState;
  readonly #car: CarPort;
  readonly #bus: CanBus;
  readonly #baud: number;
  readonly #receiver: UartReceiver;
  readonly #transmitter: UartTransmitter;
  #host: SerialHost | undefined;
  #mode: Mode = READY;
  #line = '';
  #lastLine = '';
  #lineTimer: Timer | undefined;
  #sleepTimer: Timer | undefined;
  #requestAt = 0;
  #lastSingleFrame: CanFrame | undefined;

  constructor(options: ChipOptions) {
    const { car, bus, personality, baud } = options;
    this.#car = car;
    this.#bus = bus;
    this.#baud = baud;
    this.state = new ChipState({ car, personality, quietMs: () => bus.quietMs });
    this.#receiver = new UartReceiver({
      clock: car.clock,
      baud,
      urgent: () => this.#mode.kind === 'on-bus',
      take: (bytes, firstAt) => this.#take(bytes, firstAt),
    });
    this.#transmitter = new UartTransmitter({
      clock: car.clock,
      capacity: personality.transmitBuffer,
      baud,
      deliver: (bytes) => this.#host?.output(bytes),
    });
    bus.attach(this);
  }

  get baud(): number {
    return this.#transmitter.baud;
  }

  get counters(): SerialCounters {
    return { charactersReceived: this.#receiver.received, charactersSent: this.#transmitter.sent, canFrames: this.#bus.frames };
  }

  connect(host: SerialHost | undefined): void {
    this.#host = host;
  }

  feed(bytes: Uint8Array): void {
    this.#receiver.feed(bytes);
  }

  close(): void {
    this.#bus.detach(this);
    this.#receiver.clear();
    this.#transmitter.clear();
    this.#lineTimer?.cancel();
    this.#sleepTimer?.cancel();
    this.#leave();
  }

  #leave(): void {
    if (this.#mode.kind === 'on-bus') this.#mode.exchange.stop();
    else if ('timer' in this.#mode) this.#mode.timer.cancel();
    this.#mode = READY;
  }

  // --- from the host

  #take(bytes: Uint8Array, firstAt: number): void {
    this.#sleepTimer?.cancel();
    switch (this.#mode.kind) {
      case 'deaf':
        return;
      case 'asleep':
        this.#restart(true);
        return;
      case 'baud-trial':
        if (bytes.includes(CR)) {
          this.#leave();
          this.#answer('OK');
        }
        return;
      case 'on-bus':
        this.#leave();
        this.#answer('STOPPED');
        return;
      case 'ready':
        this.#collect(bytes, firstAt);
    }
  }

  #collect(bytes: Uint8Array, firstAt: number): void {
    this.#lineTimer?.cancel();
    let echo = '';
    let complete = false;
    for (const byte of bytes) {
      if (byte === 0) continue;
      complete = byte === CR;
      echo += complete ? this.state.eol : String.fromCharCode(byte);
      if (byte > SPACE && this.#line.length < LONGEST_LINE) this.#line += String.fromCharCode(byte);
    }
    if (this.state.settings.echo || (complete && this.#car.faults.strike('echo-on') !== undefined)) {
      this.#transmitter.send(echo, firstAt);
    }
    if (complete) {
      const line = this.#line.toUpperCase() || this.#lastLine;
      this.#line = '';
      this.#lastLine = line;
      this.#execute(line);
    } else if (this.#line !== '') {
      this.#lineTimer = this.#car.clock.backgroundTimer(INCOMPLETE_LINE_MS, () => {
        this.#line = '';
        this.#answer('?');
      });
    }
  }

  #execute(line: string): void {
    if (line.startsWith('AT')) this.#command(line.slice(2));
    else if (/^[0-9A-F]+$/.test(line)) this.#request(line);
    else this.#answer('?');
  }

  #command(text: string): void {
    const { personality } = this.state;
    for (const { name, since, form, run } of COMMANDS) {
      if (!isAtLeast(personality.firmware, since) || personality.lacks.includes(name)) continue;
      const match = form.exec(text);
      if (match === null) continue;
      if (personality.ignores?.includes(name)) break;
      const outcome = run(this.state, ...match.slice(1).map((group) => group ?? ''));
      if (typeof outcome === 'string') this.#answer(outcome);
      else this.#act(outcome);
      return;
    }
    this.#answer(personality.agreesToAll ? 'OK' : '?');
  }

  #act(action: Action): void {
    switch (action.kind) {
      case 'reset':
        this.#restart(action.warm);
        return;
      case 'monitor':
        this.state.close();
        this.state.openProtocol();
        this.#startExchange({ monitoring: true, searching: false, wanted: Number.POSITIVE_INFINITY }).listen();
        return;
      case 'remote-frame':
        this.#onBus((protocol) => ({
          frame: { id: transmitId(this.state.settings, protocol), extended: protocol.wide, remote: true, data: new Uint8Array() },
          wanted: Number.POSITIVE_INFINITY,
        }));
        return;
      case 'sleep':
        this.#answer('OK');
        this.#sleepTimer = this.#car.clock.backgroundTimer(SLEEP_AFTER_MS, () => {
          this.#mode = { kind: 'asleep' };
        });
        return;
      case 'after':
        this.#deafFor(action.delayMs, () => this.#answer(action.text));
        return;
      case 'try-baud':
        this.#tryBaud(action.baud);
    }
  }

  // --- to the host

  #answer(text: string): void {
    this.#transmitter.send(text + this.state.eol);
    this.#prompt();
  }

  #prompt(): void {
    this.#transmitter.send(`${this.state.eol}>`);
  }

  #deafFor(delayMs: number, then: () => void): void {
    this.#leave();
    const timer = this.#car.clock.backgroundTimer(delayMs, () => {
      this.#mode = READY;
      then();
    });
    this.#mode = { kind: 'deaf', timer };
  }

  #restart(warm: boolean, text = this.state.personality.banner): void {
    this.state.restoreDefaults();
    this.#lastLine = '';
    this.#deafFor(warm ? WARM_RESET_MS : RESET_MS, () => {
      if (!warm) this.#setBaud(this.#baud);
      this.#transmitter.send(this.state.eol + this.state.eol);
      this.#answer(text);
    });
  }

  #setBaud(baud: number): void {
    this.#transmitter.baud = baud;
    this.#receiver.baud = baud;
  }

  /** The BRD handshake of elm327.md §6: OK at the old rate, the banner at the new one, a CR of the host or back again. */
  #tryBaud(baud: number): void {
    const oldBaud = this.baud;
    const { clock } = this.#car;
    this.#transmitter.send(`OK${this.state.eol}`);
    this.#deafFor(this.#transmitter.backlogMs + this.state.baudTimeoutMs, () => {
      this.#setBaud(baud);
      this.#transmitter.send(this.state.personality.banner + this.state.eol);
      const timer = clock.backgroundTimer(this.#transmitter.backlogMs + this.state.baudTimeoutMs, () => {
        this.#mode = READY;
        this.#setBaud(oldBaud);
        this.#prompt();
      });
      this.#mode = { kind: 'baud-trial', timer, oldBaud };
    });
  }

  // --- to and from the bus

  #request(line: string): void {
    this.#onBus((protocol) => encodeRequest(line, this.state.settings, protocol, this.state.personality.firmware));
  }

  #onBus(encode: (protocol: NonNullable<ChipState['open']>) => BusRequest | undefined): void {
    const { state } = this;
    const searching = state.protocol === '0';
    if (searching) state.protocol = '6';
    const protocol = state.openProtocol();
    if (protocol === undefined) {
      this.#answer(state.protocol < '3' ? 'NO DATA' : 'BUS INIT: ...ERROR');
      return;
    }
    const request = encode(protocol);
    if (request === undefined) {
      if (searching) state.setProtocol('0', true);
      this.#answer('?');
      return;
    }
    const event = busEvent(request.frame);
    const strike = (kind: string) => this.#car.faults.strike(kind, event);
    const unplug = strike('unplug');
    if (unplug !== undefined && unplug.value !== 'sent') {
      this.#unplug();
      return;
    }
    if (strike('lv-reset') !== undefined) {
      this.#restart(false, 'LV RESET');
      return;
    }
    if (searching) this.#transmitter.send(`SEARCHING...${state.eol}`);
    if (!state.acknowledged() || strike('can-error') !== undefined) {
      if (searching) state.setProtocol('0', true);
      this.#answer(searching ? 'UNABLE TO CONNECT' : 'CAN ERROR');
      return;
    }
    if (strike('act-alert') !== undefined) this.#transmitter.send(`ACT ALERT${state.eol}`);
    const stopped = strike('stopped');
    const stale = this.#lastSingleFrame === undefined || strike('stale-reply') === undefined ? undefined : this.#lastSingleFrame;
    const exchange = this.#startExchange({ monitoring: false, searching, wanted: request.wanted });
    this.#bus.send(this, request.frame, () => {
      if (unplug !== undefined) {
        this.#unplug();
        return;
      }
      if (this.#mode.kind !== 'on-bus' || this.#mode.exchange !== exchange) return;
      this.#requestAt = this.#car.clock.now();
      if (stopped !== undefined) {
        this.#leave();
        this.#answer('STOPPED');
      } else if (!state.settings.responses) {
        this.#leave();
        // A frame that went out says nothing: elm327.md §3.3 counts the prompt character alone (primary document on R0: no output).
        this.#transmitter.send('>');
      } else {
        exchange.listen();
        if (stale !== undefined) this.receive(stale);
      }
    });
  }

  #startExchange(options: { monitoring: boolean; searching: boolean; wanted: number }): Exchange {
    const { monitoring, searching, wanted } = options;
    const exchange = new Exchange({
      clock: this.#car.clock,
      timeoutMs: () => (monitoring ? Number.POSITIVE_INFINITY : this.state.timeoutMs()),
      wanted,
      done: (outcome) => {
        this.#leave();
        if (outcome !== 'nothing') this.#prompt();
        else if (!searching) this.#answer('NO DATA');
        else {
          this.state.setProtocol('0', true);
          this.#answer('UNABLE TO CONNECT');
        }
      },
    });
    this.#mode = { kind: 'on-bus', exchange, monitoring, searching };
    return exchange;
  }

  receive(frame: CanFrame): void {
    const { state } = this;
    const mode = this.#mode;
    const protocol = state.open;
    if (mode.kind !== 'on-bus' || !mode.exchange.listening || protocol?.kbitPerS !== 500) return;
    if ((frame.extended ?? false) !== protocol.wide || !passesFilter(state.settings, frame.id, mode.monitoring)) return;
    const text = frameText(frame, state.settings, protocol, state.eol);
    if (text === undefined) return;
    if (!mode.monitoring) {
      this.#learn(frame);
      const flowControl = flowControlFor(frame, state.settings, protocol);
      if (flowControl !== undefined) this.#bus.send(this, flowControl);
    }
    const line = harmedLine(text, this.#car.faults, { ecu: frame.id & 0xff }) + state.eol;
    const { room } = this.#transmitter;
    const full = this.#car.faults.strike('buffer-full', { ecu: frame.id & 0xff }) !== undefined;
    if (full || line.length > room) {
      this.#leave();
      this.#answer(`${line.slice(0, full ? line.length >> 1 : Math.max(0, room))}BUFFER FULL`);
      return;
    }
    this.#transmitter.send(line);
    mode.exchange.printed();
  }

  /** What the chip remembers of an answer: its delay for adaptive timing, and that the protocol works, for M1. */
  #learn(frame: CanFrame): void {
    const { state } = this;
    state.slowestMs = Math.max(state.slowestMs ?? 0, this.#car.clock.now() - this.#requestAt);
    if (state.settings.memory && state.eeprom.protocol !== state.protocol) state.storeProtocol();
    if ((frame.data[1] ?? 0xff) >> 4 === 0) this.#lastSingleFrame = frame;
  }

  #unplug(): void {
    const host = this.#host;
    this.#host = undefined;
    this.close();
    host?.unplugged();
  }
}

/** What faults of the adapter are asked about: the ECU and, where a message starts, its service, under BMW's addressing. */
function busEvent(frame: CanFrame): ReturnType<typeof requestEvent> {
  const [ecu = 0, control = 0xff] = frame.data;
  if (control >> 4 === 0) return requestEvent(ecu, frame.data.subarray(2));
  return control >> 4 === 1 ? requestEvent(ecu, frame.data.subarray(3)) : { ecu };
}
