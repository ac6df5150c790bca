import type { CarPort } from '../car-port.ts';
import type { Personality } from './personality.ts';
import { FACTORY_USER_PROTOCOLS, type OpenProtocol, openProtocol } from './protocol.ts';
import { defaultSettings, type Settings, type UserProtocol } from './settings.ts';

export interface ProgrammableParameter {
  readonly value: number;
  readonly on: boolean;
}

/** What keeps its value without power. */
export interface Eeprom {
  protocol: string;
  automatic: boolean;
  identifier: string | undefined;
  readonly parameters: Map<number, ProgrammableParameter>;
}

/** BRT of the factory: 0F times 5 ms. */
const DEFAULT_BAUD_TIMEOUT_MS = 75;

/** Longest and shortest that adaptive timing waits beyond what it has seen; Elm published no formula, so hypothesis. */
const ADAPTIVE = { 1: { factor: 4, floorMs: 40 }, 2: { factor: 2, floorMs: 20 } } as const;

/** All that AT commands read and change. */
export class ChipState {
  readonly car: CarPort;
  readonly personality: Personality;
  /** Time since the bus last carried a frame. */
  readonly quietMs: () => number;
  readonly eeprom: Eeprom = { protocol: '0', automatic: true, identifier: undefined, parameters: new Map() };
  settings: Settings;
  user: Record<'B' | 'C', UserProtocol> = { ...FACTORY_USER_PROTOCOLS };
  protocol = '0';
  automatic = true;
  open: OpenProtocol | undefined;
  baudTimeoutMs = DEFAULT_BAUD_TIMEOUT_MS;
  /** The slowest answer since the protocol opened, for adaptive timing. */
  slowestMs: number | undefined;

  constructor(options: { car: CarPort; personality: Personality; quietMs: () => number }) {
    this.car = options.car;
    this.personality = options.personality;
    this.quietMs = options.quietMs;
    this.settings = defaultSettings(new Map());
  }

  get eol(): string {
    return this.settings.linefeeds ? '\r\n' : '\r';
  }

  /** Everything that ATD restores, the stored protocol included. */
  restoreDefaults(): void {
    const active = new Map<number, number>();
    for (const [number, parameter] of this.eeprom.parameters) {
      if (parameter.on) active.set(number, parameter.value);
    }
    this.settings = defaultSettings(active);
    this.user = { ...FACTORY_USER_PROTOCOLS };
    this.setProtocol(this.eeprom.protocol, this.eeprom.automatic);
  }

  setProtocol(protocol: string, automatic: boolean): void {
    this.protocol = protocol;
    this.automatic = automatic;
    this.close();
  }

  storeProtocol(): void {
    this.eeprom.protocol = this.protocol;
    this.eeprom.automatic = this.automatic;
  }

  openProtocol(): OpenProtocol | undefined {
    this.open ??= openProtocol(this.protocol, this.user);
    return this.open;
  }

  close(): void {
    this.open = undefined;
    this.slowestMs = undefined;
  }

  /** Whether a frame at this rate would be acknowledged: the bus runs at 500 kbit/s and somebody is awake. */
  acknowledged(): boolean {
    return this.open?.kbitPerS === 500 && this.car.ecuAddresses().length > 0;
  }

  /** How long to listen: ST, and less where adaptive timing has seen quicker answers. */
  timeoutMs(): number {
    const { timeoutUnits, timeoutMultiplier, adaptive, stn } = this.settings;
    const ceiling = stn.requestTimeoutMs ?? timeoutUnits * 4 * timeoutMultiplier;
    if (adaptive === 0 || this.slowestMs === undefined) return ceiling;
    const { factor, floorMs } = ADAPTIVE[adaptive];
    return Math.min(ceiling, Math.max(floorMs, this.slowestMs * factor));
  }
}
