import { CanBus, CarOnCan } from '../can/index.ts';
import type { CarPort } from '../car-port.ts';
import type { SerialCounters, SerialDevice } from '../serial/index.ts';
import { Elm327Chip } from './chip.ts';
import { DistantDevice } from './distant-device.ts';
import { NotElm } from './not-elm.ts';
import { type Line, PERSONALITIES, type Personality, type PersonalityName } from './personality.ts';

/** The rate of an ELM chip as delivered (elm327.md §1, primary document). */
export const DEFAULT_BAUD = 38_400;

export interface AdapterOptions {
  /** A name, or a character of one's own. Default `genuine-2.1`. */
  readonly personality?: PersonalityName | Personality;
  /** Default: as that adapter is delivered, mostly 38400; modelled on every end, TCP and pty included. */
  readonly baud?: number;
}

/** A mock adapter: something on a serial line that counts what it does. */
export type MockAdapter = SerialDevice & { readonly counters: SerialCounters };

/** Plugs an adapter into the car: a bus of its own with the gateway on it, the chip, and the line to it. */
export function plugIn(car: CarPort, options: AdapterOptions = {}): MockAdapter {
  const { personality = 'genuine-2.1' } = options;
  const baud = options.baud ?? lineOf(personality).baud ?? DEFAULT_BAUD;
  if (personality === 'not-elm') return new NotElm(car.clock, baud);
  const bus = new CanBus(car.clock);
  new CarOnCan(car, bus);
  const character = typeof personality === 'string' ? PERSONALITIES[personality] : personality;
  const chip = new Elm327Chip({ car, bus, personality: character, baud });
  const { roundTripMs, losesOneIn } = lineOf(character);
  return roundTripMs === undefined && losesOneIn === undefined ? chip : new DistantDevice(chip, car.clock, lineOf(character));
}

/** What leads to an adapter. */
export function lineOf(personality: PersonalityName | Personality): Line {
  if (personality === 'not-elm') return {};
  const character: Personality = typeof personality === 'string' ? PERSONALITIES[personality] : personality;
  return character.line ?? {};
}
