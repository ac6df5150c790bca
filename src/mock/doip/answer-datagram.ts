import { fromHex } from '../../core/index.ts';
import type { NetworkedCar } from '../car-port.ts';
import { ascii } from '../vehicle-data.ts';
import { GATEWAY } from './connection.ts';
import { encodeFrame, HEADER_NEGATIVE, MAX_BODY_BYTES, readFrame, TYPE, u16, VERSION } from './frame.ts';

const NODE_IS_GATEWAY = 0x00;
const POWER_MODE = { notReady: 0x00, ready: 0x01 } as const;

/**
 * What the gateway says to a datagram: who it is, how it is, whether the car is ready.
 *
 * @param testers connected, of how many
 * @returns undefined where it says nothing: another car was asked for
 * @see ISO 13400-2 (published). An announcement of 33 bytes is what clients insist on (bmw-diagnostics §12)
 */
export function answerDatagram(
  car: NetworkedCar,
  request: Uint8Array,
  testers: { readonly most: number; readonly connected: number },
): Uint8Array | undefined {
  const frame = readFrame(request);
  if ('needed' in frame) return encodeFrame(VERSION, TYPE.headerNegative, [HEADER_NEGATIVE.length]);
  if ('negative' in frame) return encodeFrame(VERSION, TYPE.headerNegative, [frame.negative]);
  const { version, type, body } = frame;
  const mac = fromHex(car.mac);
  switch (type) {
    case TYPE.identification:
      return announcement(version, car.vin, mac);
    case TYPE.identificationByEid:
      return Buffer.compare(body, mac) === 0 ? announcement(version, car.vin, mac) : undefined;
    case TYPE.identificationByVin:
      return Buffer.from(body).toString('latin1') === car.vin ? announcement(version, car.vin, mac) : undefined;
    case TYPE.entityStatus:
      return encodeFrame(version, TYPE.entityStatusAnswer, [NODE_IS_GATEWAY, testers.most, testers.connected], u32(MAX_BODY_BYTES));
    case TYPE.powerMode:
      return encodeFrame(version, TYPE.powerModeAnswer, [car.ignition() ? POWER_MODE.ready : POWER_MODE.notReady]);
    // Announcements of other gateways, and refusals, are not answered.
    case TYPE.announcement:
    case TYPE.headerNegative:
      return undefined;
    default:
      return encodeFrame(version, TYPE.headerNegative, [HEADER_NEGATIVE.type]);
  }
}

/** VIN, address, entity id, group id (the same), nothing further to do, in step. */
function announcement(version: number, vin: string, mac: Uint8Array): Uint8Array {
  return encodeFrame(version, TYPE.announcement, ascii(vin), u16(GATEWAY), mac, mac, [0x00, 0x00]);
}

function u32(value: number): readonly number[] {
  return [...u16(value >>> 16), ...u16(value & 0xffff)];
}
