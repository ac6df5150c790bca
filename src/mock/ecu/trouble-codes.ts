import { readU16 } from '../../core/index.ts';
import type { InfoEntry, TroubleCode } from '../profile.ts';
import type { Ecu } from './ecu.ts';
import { NRC } from './nrc.ts';
import type { Outcome } from './service.ts';

const ALL_CODES = 0xffffff;
const INFO_MEMORY = 0x2000;

/**
 * `19 02`, `19 04` and `19 06`.
 *
 * Shape   02: status bits that are kept, then code u24 and status each · 04: code, status; per snapshot its number, the
 *         number of its values, and DID and value each: 1700 km u24, 1701 s u32, others as the profile has them · 06:
 *         code, status; then number and one byte per record
 * @see recorded on a G31: `19 04 D3 56 2F FF`, `19 06 03 17 86 FF`; bits kept 7F, FF, 4F and 4D
 */
export function readTroubleCodes(ecu: Ecu, request: Uint8Array, report: number): Outcome {
  if (report === 0x02) {
    if (request.length !== 3) return NRC.incorrectMessageLength;
    const mask = request[2] ?? 0;
    const found = ecu.troubleCodes.filter(({ status }) => (status & mask) !== 0);
    return Uint8Array.of(0x59, report, ecu.profile.statusAvailability, ...found.flatMap(head));
  }
  if (report !== 0x04 && report !== 0x06) return NRC.subFunctionNotSupported;
  if (request.length !== 6) return NRC.incorrectMessageLength;
  const code = ecu.troubleCodes.find((stored) => stored.code === u24(request, 2));
  if (code === undefined) return NRC.requestOutOfRange;
  const records = report === 0x04 ? snapshot(code) : [0x01, 0x00, 0x02, code.occurrences];
  return Uint8Array.of(0x59, report, ...head(code), ...records);
}

/** Clears everything, or one code. What is still wrong is stored again at once or at the next self-test, as the profile says. */
export function clearTroubleCodes(ecu: Ecu, request: Uint8Array): Outcome {
  if (request.length !== 4) return NRC.incorrectMessageLength;
  const group = u24(request, 1);
  const left = group === ALL_CODES ? [] : ecu.troubleCodes.filter(({ code }) => code !== group);
  if (group !== ALL_CODES && left.length === ecu.troubleCodes.length) return NRC.requestOutOfRange;
  const back = ecu.troubleCodes.filter((code) => !left.includes(code) && code.present && code.returns === 'at-once');
  ecu.troubleCodes = [...left, ...back.map((code) => ({ ...code, seconds: code.seconds + 1, occurrences: 1 }))];
  ecu.car.changed();
  return Uint8Array.of(0x54);
}

/**
 * The info memory, `22 2000` and following; undefined where there is none, or no such entry.
 *
 * Shape   2000: code u24 and status each · 2000+n: a byte, code, status, number of snapshots, their values without a
 *         head, then extended data
 * @see recorded on a G31: `22 20 00` and `22 20 01` of ECUs 01, 10 and 40
 */
export function readInfoMemory({ profile: { infoMemory } }: Ecu, did: number): Uint8Array | undefined {
  if (infoMemory === undefined) return undefined;
  if (did === INFO_MEMORY) return Uint8Array.from(infoMemory.flatMap(head));
  const entry = infoMemory[did - INFO_MEMORY - 1];
  if (entry === undefined) return undefined;
  return Uint8Array.of(0x00, ...head(entry), 0x01, ...mileageAndTime(entry), ...[0x01, 0x00, 0x02, 0x01, 0x03, 0x00]);
}

function snapshot(code: TroubleCode): number[] {
  const more = code.snapshotValues ?? new Map<number, Uint8Array>();
  const values = [...more].flatMap(([did, bytes]) => [did >> 8, did & 0xff, ...bytes]);
  return [0x01, 2 + more.size, ...mileageAndTime(code), ...values];
}

function mileageAndTime({ km, seconds }: TroubleCode | InfoEntry): number[] {
  return [
    ...[0x17, 0x00, km >> 16, (km >> 8) & 0xff, km & 0xff],
    ...[0x17, 0x01, seconds >>> 24, (seconds >>> 16) & 0xff, (seconds >>> 8) & 0xff, seconds & 0xff],
  ];
}

function head({ code, status }: TroubleCode | InfoEntry): number[] {
  return [code >> 16, (code >> 8) & 0xff, code & 0xff, status];
}

function u24(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] ?? 0) * 0x10000 + (readU16(bytes, offset + 1) ?? 0);
}
