import { readU16, readU32, toHex } from '../core/index.ts';
import { decodeDate } from './date.ts';
import type { Svk, SvkEntry } from './identity.ts';

/** Process classes of an SVK entry (bmw-diagnostics §5.2: names published, bytes recorded on an F10 and a G31). */
const PROCESS_CLASS: Readonly<Record<number, string>> = {
  0x01: 'HWEL',
  0x02: 'HWAP',
  0x03: 'HWFR',
  0x04: 'GWTB',
  0x05: 'CAFD',
  0x06: 'BTLD',
  0x07: 'FLSL',
  0x08: 'SWFL',
  0x09: 'SWFF',
  0x0a: 'SWPF',
  0x0b: 'ONPS',
  0x0c: 'IBAD',
  0x0d: 'SWFK',
  0x0f: 'FAFP',
  0x10: 'FCFA',
  0x1a: 'TLRT',
  0x1b: 'TPRG',
  0x1c: 'BLUP',
  0x1d: 'FLUP',
  0xa0: 'ENTD',
  0xa1: 'NAVD',
  0xa2: 'FCFN',
  0xc0: 'SWUP',
  0xc1: 'SWIP',
};

const COUNT_OFFSET = 2;
const DATE_OFFSET = 4;
const FINGERPRINT_OFFSET = 7;
const ENTRIES_OFFSET = 17;
const ENTRY_BYTES = 8;

/**
 * Decodes an SVK, DID F101.
 *
 * Shape   [0..1] programming status; [2..3] entry count u16; [4..6] date YY MM DD BCD; [7..16] fingerprint; from 17
 *         on count × 8 bytes: process class, id u32, main, sub, patch. Empty entries (all zero) are left out.
 * @returns as many entries as the bytes hold whole; never throws, because `raw` identifies the ECU even so
 * @see source: bmw-diagnostics §5.2, decoded on two recorded cars (recorded)
 */
export function decodeSvk(raw: Uint8Array): Svk {
  const count = readU16(raw, COUNT_OFFSET) ?? 0;
  const entries: SvkEntry[] = [];
  let read = 0;
  for (let index = 0; index < count; index += 1) {
    const offset = ENTRIES_OFFSET + index * ENTRY_BYTES;
    const processClass = raw[offset];
    const id = readU32(raw, offset + 1);
    const patch = raw[offset + 7];
    if (processClass === undefined || id === undefined || patch === undefined) break;
    read += 1;
    if (processClass === 0 && id === 0) continue;
    entries.push({
      processClass: PROCESS_CLASS[processClass] ?? processClass.toString(16).toUpperCase().padStart(2, '0'),
      id: id.toString(16).toUpperCase().padStart(8, '0'),
      version: [raw[offset + 5] ?? 0, raw[offset + 6] ?? 0, patch],
    });
  }
  return {
    raw,
    programmingStatus: raw.length < COUNT_OFFSET ? undefined : toHex(raw.subarray(0, COUNT_OFFSET)),
    date: decodeDate(raw.subarray(DATE_OFFSET, FINGERPRINT_OFFSET)),
    fingerprint: raw.length < ENTRIES_OFFSET ? undefined : toHex(raw.subarray(FINGERPRINT_OFFSET, ENTRIES_OFFSET)),
    entries,
    complete: raw.length >= ENTRIES_OFFSET && read === count,
  };
}

/** Ids of the coding descriptions an ECU holds, eight hex digits each; they decide its layouts. */
export function cafdsOf(svk: Svk | undefined): readonly string[] {
  return svk?.entries.filter((entry) => entry.processClass === 'CAFD').map((entry) => entry.id) ?? [];
}

/** `CAFD_7E570601_001_000_000`: class, id in hex, version in decimal. */
export function formatSvkEntry(entry: SvkEntry): string {
  return [entry.processClass, entry.id, ...entry.version.map((part) => part.toString().padStart(3, '0'))].join('_');
}
