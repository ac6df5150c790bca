import { fromHex, type Timer } from '../../core/index.ts';
import type { CanBus } from '../can/index.ts';
import type { CarPort } from '../car-port.ts';
import type { SerialCounters, SerialDevice, SerialHost } from '../serial/index.ts';
import type { Action, ArbitraryMessage } from './at-command.ts';
import { BusSide } from './bus-side.ts';
import { ChipState } from './chip-state.ts';
import { CommandSet } from './command-set.ts';
import type { Personality } from './personality.ts';
import { SerialLine } from './serial-line.ts';
import { TypedLine } from './typed-line.ts';

const CR = 0x0d;
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
  readonly #commands: CommandSet;
  readonly #longestLine: number;
  readonly #line: SerialLine;
  readonly #typed: TypedLine;
  #host: SerialHost | undefined;
  #mode: Mode = READY;
  #lastLine = '';
  #sleepTimer: Timer | undefined;

  constructor(options: ChipOptions) {
    const { car, bus, personality, baud } = options;
    this.#car = car;
    this.#bus = bus;
    this.#baud = baud;
    this.#longestLine = personality.stn?.lineBuffer ?? LONGEST_LINE;
    this.state = new ChipState({ car, personality, quietMs: () => bus.quietMs });
    this.#commands = new CommandSet(this.state);
    this.#line = new SerialLine({
      clock: car.clock,
      baud,
      state: this.state,
      urgent: () => this.#busSide.busy,
      take: (bytes, firstAt) => this.#take(bytes, firstAt),
      deliver: (bytes) => this.#host?.output(bytes),
    });
    this.#typed = new TypedLine(car.clock, () => this.#line.answer('?'));
    this.#busSide = new BusSide({
      car,
      bus,
      state: this.state,
      print: (text) => this.#line.print(text),
      room: () => this.#line.room,
      restart: (text) => this.#restart(false, text),
      unplug: () => this.#unplug(),
    });
  }

  get baud(): number {
    return this.#line.baud;
  }

  get counters(): SerialCounters {
    return { charactersReceived: this.#line.received, charactersSent: this.#line.sent, canFrames: this.#bus.frames };
  }

  connect(host: SerialHost | undefined): void {
    this.#host = host;
  }

  feed(bytes: Uint8Array): void {
    if (this.#mode.kind !== 'unplugged') this.#line.feed(bytes);
  }

  close(): void {
    this.#busSide.close();
    this.#line.clear();
    this.#typed.close();
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
          this.#line.answer('OK');
        }
        return;
      case 'data':
      case 'ready':
        if (this.#busSide.busy) this.#busSide.interrupt();
        else this.#collect(bytes, firstAt);
    }
  }

  #collect(bytes: Uint8Array, firstAt: number): void {
    const { echo, line, isBehindBlank } = this.#typed.add(bytes, { room: this.#room, eol: this.state.eol });
    if (this.state.settings.echo || (line !== undefined && this.#car.faults.strike('echo-on') !== undefined)) {
      this.#line.print(echo, firstAt);
    }
    if (line === undefined || (isBehindBlank && this.state.personality.losesLineBehindBlank)) return;
    if (this.#mode.kind === 'data') this.#takeData(line, this.#mode);
    else {
      this.#lastLine = line || this.#lastLine;
      this.#execute(this.#lastLine);
    }
  }

  /** Characters of the line to come: data are taken in as they arrive. */
  get #room(): number {
    return this.#mode.kind === 'data' ? 2 * this.#mode.bytes : this.#longestLine;
  }

  #takeData(digits: string, { message, bytes }: { message: ArbitraryMessage; bytes: number }): void {
    this.#leave();
    if (!/^([0-9A-F]{2})+$/.test(digits) || digits.length !== 2 * bytes) this.#line.answer('?');
    else this.#busSide.transmit({ ...message, data: fromHex(digits) });
  }

  #execute(line: string): void {
    if (this.state.personality.mute?.test(line)) return;
    if (line.length > this.#longestLine) {
      this.#refuse();
      return;
    }
    const outcome = this.#commands.run(line);
    if (typeof outcome === 'string') this.#line.answer(outcome);
    else if (outcome !== undefined) this.#act(outcome);
    else if (/^[0-9A-F]+$/.test(line)) this.#busSide.request(line);
    else this.#refuse();
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
        this.#line.answer('OK');
        this.#sleepTimer = this.#car.clock.backgroundTimer(SLEEP_AFTER_MS, () => {
          this.#mode = { kind: 'asleep' };
        });
        return;
      case 'after':
        this.#deafFor(action.delayMs, () => this.#line.answer(action.text));
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
        this.#line.answer(this.#busSide.periodic.add(action.periodMs, { id: action.id, data: action.data }));
        return;
      case 'repeat-no-more':
        this.#busSide.periodic.clear(action.handle);
        this.#line.answer('OK');
    }
  }

  // --- to the host

  #refuse(): void {
    const { refusal = '?' } = this.state.personality;
    if (refusal === '') this.#line.prompt();
    else this.#line.answer(refusal);
  }

  #askData(message: ArbitraryMessage, bytes: number): void {
    if (bytes > (this.state.personality.stn?.messageRoom ?? 0)) {
      this.#line.answer('OUT OF MEMORY');
      return;
    }
    this.#mode = { kind: 'data', message, bytes };
    this.#line.print('DATA>');
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
      if (!warm) this.#line.baud = this.#baud;
      this.#line.print(this.state.eol + this.state.eol);
      this.#line.answer(text);
    });
  }

  /** The BRD handshake of elm327.md §6: OK at the old rate, the banner at the new one, a CR of the host or back again. */
  #tryBaud(baud: number, name: string): void {
    const oldBaud = this.baud;
    const { clock } = this.#car;
    this.#line.print(`OK${this.state.eol}`);
    this.#deafFor(this.#line.backlogMs + this.state.baudTimeoutMs, () => {
      this.#line.baud = baud;
      this.#line.print(name + this.state.eol);
      const timer = clock.backgroundTimer(this.#line.backlogMs + this.state.baudTimeoutMs, () => {
        this.#mode = READY;
        this.#line.baud = oldBaud;
        this.#line.prompt();
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
