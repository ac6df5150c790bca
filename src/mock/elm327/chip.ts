import { fromHex, type Timer } from '../../core/index.ts';
import type { CanBus } from '../can/index.ts';
import type { CarPort } from '../car-port.ts';
import type { SerialCounters, SerialDevice, SerialHost } from '../serial/index.ts';
import { CAN_COMMANDS } from './at-can.ts';
import type { Action, ArbitraryMessage, AtCommand } from './at-command.ts';
import { GENERAL_COMMANDS } from './at-general.ts';
import { BusSide } from './bus-side.ts';
import { ChipState } from './chip-state.ts';
import type { Personality } from './personality.ts';
import { isAtLeast } from './request.ts';
import { ST_COMMANDS } from './st-commands.ts';
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
/** No command of an ELM chip is longer; what follows is dropped and the line answered `?`. */
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
  | { readonly kind: 'baud-trial'; readonly timer: Timer }
  /** DATA>: the next line is the data of a message. */
  | { readonly kind: 'data'; readonly message: ArbitraryMessage; readonly bytes: number }
  | { readonly kind: 'unplugged' };

const READY: Mode = { kind: 'ready' };

/**
 * An ELM327: characters in, characters out, a CAN bus behind. This half is the command line; {@link BusSide} is the other.
 * It asks the fault board at each command, while E0 holds, for `echo-on`.
 */
export class Elm327Chip implements SerialDevice {
  readonly state: ChipState;
  readonly #car: CarPort;
  readonly #bus: CanBus;
  readonly #busSide: BusSide;
  readonly #baud: number;
  readonly #commands: readonly AtCommand[];
  readonly #stCommands: readonly AtCommand[];
  readonly #longestLine: number;
  readonly #receiver: UartReceiver;
  readonly #transmitter: UartTransmitter;
  #host: SerialHost | undefined;
  #mode: Mode = READY;
  #line = '';
  #lastLine = '';
  #lineTimer: Timer | undefined;
  #sleepTimer: Timer | undefined;

  constructor(options: ChipOptions) {
    const { car, bus, personality, baud } = options;
    this.#car = car;
    this.#bus = bus;
    this.#baud = baud;
    const known = ({ name, since }: AtCommand) => isAtLeast(personality.firmware, since) && !personality.lacks.includes(name);
    this.#commands = COMMANDS.filter(known);
    this.#stCommands = personality.stn === undefined ? [] : ST_COMMANDS.filter(known);
    this.#longestLine = personality.stn?.lineBuffer ?? LONGEST_LINE;
    this.state = new ChipState({ car, personality, quietMs: () => bus.quietMs });
    this.#receiver = new UartReceiver({
      clock: car.clock,
      baud,
      urgent: () => this.#busSide.busy,
      take: (bytes, firstAt) => this.#take(bytes, firstAt),
    });
    this.#transmitter = new UartTransmitter({
      clock: car.clock,
      capacity: personality.transmitBuffer,
      baud,
      deliver: (bytes) => this.#host?.output(bytes),
    });
    this.#busSide = new BusSide({
      car,
      bus,
      state: this.state,
      print: (text) => this.#transmitter.send(text),
      room: () => this.#transmitter.room,
      restart: (text) => this.#restart(false, text),
      unplug: () => this.#unplug(),
    });
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
    if (this.#mode.kind !== 'unplugged') this.#receiver.feed(bytes);
  }

  close(): void {
    this.#busSide.close();
    this.#receiver.clear();
    this.#transmitter.clear();
    this.#lineTimer?.cancel();
    this.#sleepTimer?.cancel();
    this.#leave();
    this.#mode = { kind: 'unplugged' };
  }

  #leave(): void {
    if ('timer' in this.#mode) this.#mode.timer.cancel();
    this.#mode = READY;
  }

  // --- from the host

  #take(bytes: Uint8Array, firstAt: number): void {
    this.#sleepTimer?.cancel();
    switch (this.#mode.kind) {
      case 'deaf':
      case 'unplugged':
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
      case 'data':
      case 'ready':
        if (this.#busSide.busy) this.#busSide.interrupt();
        else this.#collect(bytes, firstAt);
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
      if (byte > SPACE && this.#line.length <= this.#room) this.#line += String.fromCharCode(byte);
    }
    if (this.state.settings.echo || (complete && this.#car.faults.strike('echo-on') !== undefined)) {
      this.#transmitter.send(echo, firstAt);
    }
    if (complete) {
      const typed = this.#line.toUpperCase();
      this.#line = '';
      if (this.#mode.kind === 'data') this.#takeData(typed, this.#mode);
      else {
        this.#lastLine = typed || this.#lastLine;
        this.#execute(this.#lastLine);
      }
    } else if (this.#line !== '') {
      this.#lineTimer = this.#car.clock.backgroundTimer(INCOMPLETE_LINE_MS, () => {
        this.#line = '';
        this.#answer('?');
      });
    }
  }

  /** Characters of the line to come: data are taken in as they arrive. */
  get #room(): number {
    return this.#mode.kind === 'data' ? 2 * this.#mode.bytes : this.#longestLine;
  }

  #takeData(digits: string, { message, bytes }: { message: ArbitraryMessage; bytes: number }): void {
    this.#leave();
    if (!/^([0-9A-F]{2})+$/.test(digits) || digits.length !== 2 * bytes) this.#answer('?');
    else this.#busSide.transmit({ ...message, data: fromHex(digits) });
  }

  #execute(line: string): void {
    if (this.state.personality.mute?.test(line)) return;
    if (line.length > this.#longestLine) this.#answer('?');
    else if (line.startsWith('AT')) this.#command(line.slice(2), this.#commands);
    else if (line.startsWith('ST') && this.state.personality.stn !== undefined) this.#command(line.slice(2), this.#stCommands);
    else if (/^[0-9A-F]+$/.test(line)) this.#busSide.request(line);
    else this.#answer('?');
  }

  #command(text: string, table: readonly AtCommand[]): void {
    const { personality } = this.state;
    for (const { name, form, run } of table) {
      const match = form.exec(text);
      if (match === null) continue;
      if (personality.ignores?.includes(name)) {
        this.#answer('OK');
        return;
      }
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
        this.#busSide.monitor();
        return;
      case 'remote-frame':
        this.#busSide.requestRemote();
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
        this.#tryBaud(action.baud, action.name);
        return;
      case 'transmit':
        this.#busSide.transmit(action.message);
        return;
      case 'ask-data':
        this.#askData(action.message, action.bytes);
        return;
      case 'repeat':
        this.#answer(this.#busSide.periodic.add(action.periodMs, { id: action.id, data: action.data }));
        return;
      case 'repeat-no-more':
        this.#busSide.periodic.clear(action.handle);
        this.#answer('OK');
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

  #askData(message: ArbitraryMessage, bytes: number): void {
    if (bytes > (this.state.personality.stn?.messageRoom ?? 0)) {
      this.#answer('OUT OF MEMORY');
      return;
    }
    this.#mode = { kind: 'data', message, bytes };
    this.#transmitter.send('DATA>');
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
    this.#busSide.periodic.clear();
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
  #tryBaud(baud: number, name: string): void {
    const oldBaud = this.baud;
    const { clock } = this.#car;
    this.#transmitter.send(`OK${this.state.eol}`);
    this.#deafFor(this.#transmitter.backlogMs + this.state.baudTimeoutMs, () => {
      this.#setBaud(baud);
      this.#transmitter.send(name + this.state.eol);
      const timer = clock.backgroundTimer(this.#transmitter.backlogMs + this.state.baudTimeoutMs, () => {
        this.#mode = READY;
        this.#setBaud(oldBaud);
        this.#prompt();
      });
      this.#mode = { kind: 'baud-trial', timer };
    });
  }

  #unplug(): void {
    const host = this.#host;
    this.#host = undefined;
    this.close();
    host?.unplugged();
  }
}
