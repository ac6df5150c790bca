import type { TroubleCode } from '../profile.ts';
import type { Ecu } from './ecu.ts';
import { NRC } from './nrc.ts';
import type { Outcome } from './service.ts';

/** Status bits the ECU keeps; recorded as 7F and as FF. */
const STATUS_AVAILABILITY = 0x7f;
const ALL_CODES = 0xffffff;

/**
 * `19 02`, `19 04` and `19 06`.
 *
 * Shape   02: mask, then code u24 and status each · 04: code, status, record 01, number of values, 1700 km u24,
 *         1701 s u32 · 06: code, status, record 01 one byte, record 02 two bytes
 * @see bmw-diagnostics §5.5, recorded on a G31
 */
export function readTroubleCodes(ecu: Ecu, request: Uint8Array, report: number): Outcome {
  if (report === 0x02) {
    if (request.length !== 3) return NRC.incorrectMessageLength;
    const mask = request[2] ?? 0;
    const found = ecu.troubleCodes.filter(({ status }) => (status & mask) !== 0);
    return Uint8Array.of(0x59, report, STATUS_AVAILABILITY, ...found.flatMap(head));
  }
  if (report !== 0x04 && report !== 0x06) return NRC.subFunctionNotSupported;
  if (request.length !== 6) return NRC.incorrectMessageLength;
  const code = ecu.troubleCodes.find((stored) => stored.code === u24(request, 2));
  if (code === undefined) return NRC.requestOutOfRange;
  if (report === 0x06) return Uint8Array.of(0x59, report, ...head(code), 0x01, 0x00, 0x02, code.occurrences, 0x07);
  const { km, seconds } = code;
  return Uint8Array.of(
    ...[0x59, report, ...head(code), 0x01, 0x02],
    ...[0x17, 0x00, km >> 16, (km >> 8) & 0xff, km & 0xff],
    ...[0x17, 0x01, seconds >>> 24, (seconds >>> 16) & 0xff, (seconds >>> 8) & 0xff, seconds & 0xff],
  );
}

export function clearTroubleCodes(ecu: Ecu, request: Uint8Array): Outcome {
  if (request.length !== 4) return NRC.incorrectMessageLength;
  const group = u24(request, 1);
  const left = group === ALL_CODES ? [] : ecu.troubleCodes.filter(({ code }) => code !== group);
  if (group !== ALL_CODES && left.length === ecu.troubleCodes.length) return NRC.requestOutOfRange;
  ecu.troubleCodes = left;
  ecu.car.changed();
  return Uint8Array.of(0x54);
}

function head({ code, status }: TroubleCode): number[] {
  return [code >> 16, (code >> 8) & 0xff, code & 0xff, status];
}

function u24(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 16) | ((bytes[offset + 1] ?? 0) << 8) | (bytes[offset + 2] ?? 0);
}
