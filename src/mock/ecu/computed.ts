import type { ComputedValue } from '../profile.ts';
import { ascii, encodeILevels, encodeOrderHead, encodeVehicleOrder } from '../vehicle-data.ts';
import type { Ecu } from './ecu.ts';

/** Raised messages that `22 2521` has room for. @see bmw-diagnostics §5.4: 90 bytes published, their reading a hypothesis */
const RAISED_SLOTS = 45;

/** What an ECU works out when it is asked, by the profile's name for it. */
export const COMPUTED: Readonly<Record<ComputedValue, (ecu: Ecu) => Uint8Array>> = {
  /** DME 460A: u16, 0.015 V a bit (published). */
  voltage: ({ car }) => u16(Math.round(car.environment.voltage / 0.015)),
  /** CAS DC56: 0A terminal 15, 02 all off (published). */
  terminal: ({ car }) => Uint8Array.of(car.environment.ignition ? 0x0a : 0x02),
  clock: ({ clock }) => clock?.read() ?? new Uint8Array(),
  /** KOMBI D10B: id u16, mileage u16 in steps of 8 km (derived: four bytes a record). */
  'message-history': ({ messages }) =>
    Uint8Array.from(messages.stored.flatMap(({ id, km }) => [id >> 8, id & 0xff, km >> 11, (km >> 3) & 0xff])),
  'raised-messages': ({ messages }) => {
    const slots = new Uint8Array(RAISED_SLOTS * 2);
    for (const [index, id] of messages.raised.slice(0, RAISED_SLOTS).entries()) slots.set(u16(id), index * 2);
    return slots;
  },
  'i-levels': ({ car }) => encodeILevels(car.profile.iLevels, false),
  'i-levels-signed': ({ car }) => encodeILevels(car.profile.iLevels, true),
  'vehicle-order': ({ car }) => encodeVehicleOrder(car.profile.order),
  'ecu-list': ({ car }) => Uint8Array.of(0, car.profile.ecus.size, ...car.profile.ecus.keys()),
  /** CAS 1010 of an E-series car (recorded). */
  vin: ({ car }) => Uint8Array.from(ascii(car.vin)),
  /** CAS 3F00 of an E-series car (recorded; its reading derived). */
  'order-head': ({ car }) => encodeOrderHead(car.profile.order),
};

function u16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}
