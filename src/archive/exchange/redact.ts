import { fromHex, toHex } from '../../core/index.ts';
import type { BackupTroubleCode } from '../backup-trouble-code.ts';
import type { Exported, ExportedEcu } from './exported.ts';
import { redactedVin } from './plain-vin.ts';

/** Shorter ones would be found by chance in bytes that mean something else. */
const LEAST_BYTES = 4;

interface Replacement {
  readonly text: string;
  readonly by: string;
}

/**
 * The same export without what tells one car from its sisters: the VIN, its last seven characters and the serials, in
 * every text and, as ASCII, in all bytes; serials of digits as BCD too. The same is always replaced by the same, of the
 * same length. The label goes, because people write names into it.
 *
 * What is packed otherwise is not found: signatures, and a VIN of six bits a character.
 */
export function redactExport({ label: _label, vehicle, ecus, ...rest }: Exported): Exported {
  const serials = [...new Set(ecus.map(({ serial }) => serial ?? ''))].filter((serial) => serial !== '');
  const names: Replacement[] = serials.map((text, index) => ({
    text,
    by: String(index + 1)
      .padStart(text.length, 'X')
      .slice(-text.length),
  }));
  const vin = redactedVin(vehicle.vin);
  const texts = [{ text: vehicle.vin, by: vin }, { text: vehicle.vin.slice(-7), by: vin.slice(-7) }, ...names].filter(
    ({ text }) => text.length >= LEAST_BYTES,
  );
  const patterns = [...texts.flatMap(asciiPatterns), ...serials.flatMap(packedPattern)];
  const inText = (text: string) => texts.reduce((sofar, { text: found, by }) => replaceAnyCase(sofar, found, by), text);
  const inBytes = (bytes: Uint8Array) => replaceBytes(bytes, patterns);
  const inHex = (hex: string) => toHex(inBytes(fromHex(hex)));
  return {
    ...rest,
    redacted: true,
    vehicle: {
      ...vehicle,
      ...(vehicle.fa === undefined ? {} : { fa: inHex(vehicle.fa) }),
      vin,
    },
    ecus: ecus.map(
      (ecu): ExportedEcu => ({
        ...ecu,
        name: ecu.name && inText(ecu.name),
        serial: names.find(({ text }) => text === ecu.serial)?.by ?? null,
        ...(ecu.hardware === undefined ? {} : { hardware: inText(ecu.hardware) }),
        svk: ecu.svk && inHex(ecu.svk),
        cafds: ecu.cafds.map(inText),
        ...(ecu.troubleCodes === undefined ? {} : { troubleCodes: ecu.troubleCodes.map((code) => redactCode(code, inHex)) }),
        blocks: ecu.blocks.map(({ did, bytes }) => ({ did, bytes: inBytes(bytes) })),
      }),
    ),
  };
}

function redactCode({ snapshots, extendedData, ...code }: BackupTroubleCode, inHex: (hex: string) => string): BackupTroubleCode {
  return {
    ...code,
    ...(snapshots === undefined ? {} : { snapshots: inHex(snapshots) }),
    ...(extendedData === undefined ? {} : { extendedData: inHex(extendedData) }),
  };
}

interface Pattern {
  readonly found: Uint8Array;
  readonly by: Uint8Array;
}

function asciiPatterns({ text, by }: Replacement): Pattern[] {
  return [...new Set([text, text.toLowerCase()])].map((found) => ({ found: Buffer.from(found, 'latin1'), by: Buffer.from(by, 'latin1') }));
}

/** A serial that is told in hex, or that may be stored as BCD: the same digits as bytes. */
function packedPattern(serial: string): Pattern[] {
  if (!/^(?:[0-9A-F]{2})+$/.test(serial)) return [];
  const found = fromHex(serial);
  // All the same byte is what empty memory looks like.
  return found.length < LEAST_BYTES || new Set(found).size === 1 ? [] : [{ found, by: new Uint8Array(found.length) }];
}

function replaceAnyCase(text: string, found: string, by: string): string {
  return text.replaceAll(new RegExp(found.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi'), () => by);
}

function replaceBytes(bytes: Uint8Array, patterns: readonly Pattern[]): Uint8Array {
  const copy = Buffer.from(bytes);
  for (const { found, by } of patterns) {
    for (let at = copy.indexOf(found); at >= 0; at = copy.indexOf(found, at + by.length)) copy.set(by, at);
  }
  return Uint8Array.from(copy);
}
