import { CanBus, CarOnCan } from '../can/index.ts';
import type { CarPort } from '../car-port.ts';
import type { SerialCounters, SerialDevice } from '../serial/index.ts';
import { Elm327Chip } from './chip.ts';
import { NotElm } from './not-elm.ts';
import { PERSONALITIES, type PersonalityName } from './personality.ts';

/** The rate of an ELM chip as delivered (elm327.md §1, primary document). */
export const DEFAULT_BAUD = 38_400;

export interface AdapterOptions {
  /** Default `genuine-2.1`. */
  readonly personality?: PersonalityName;
  /** Default 38400; modelled on every end, TCP and pty included. */
  readonly baud?: number;
}

/** A mock adapter: something on a serial line that counts what it does. */
export type MockAdapter = SerialDevice & { readonly counters: SerialCounters };

/** Plugs an adapter into the car: a bus of its own with the gateway on it, and the chip. */
export function plugIn(car: CarPort, options: AdapterOptions = {}): MockAdapter {
  const { personality = 'genuine-2.1', baud = DEFAULT_BAUD } = options;
  if (personality === 'not-elm') return new NotElm(car.clock, baud);
  const bus = new CanBus(car.clock);
  new CarOnCan(car, bus);
  return new Elm327Chip({ car, bus, personality: PERSONALITIES[personality], baud });
}
