import { KombiError } from '../../core/index.ts';
import { damagedError } from '../archive-error.ts';
import type { BackupOrigin } from '../backup.ts';
import { checkUniqueKeys, parseStrictJson, UnsoundText } from '../strict-json.ts';
import { CSV_START, decodeCsvExport } from './export-csv.ts';
import { decodeJsonExport, EXPORT_SCHEMA } from './export-json.ts';
import { decodeNcdExport } from './export-ncd.ts';
import type { Exported } from './exported.ts';
import { decodeToolkitBackup, looksLikeToolkit } from './hsfz-toolkit.ts';
import { isRedactedVin, PLAIN_VIN } from './plain-vin.ts';

export interface ImportFileOptions {
  /** What to call the file in an error. */
  readonly name: string;
  /** Where the file does not say it, as with NCD files of other programs. */
  readonly vin?: string;
  /** Two hex digits; only for NCD files that do not say it. */
  readonly ecu?: string;
}

export interface ImportedFile {
  readonly format: BackupOrigin['format'];
  readonly exported: Exported;
}

/**
 * Takes in a file of any kind that can be imported, known by its content.
 *
 * @throws {KombiError} `archive.damaged` (exit 9) where something in it does not hold; `usage.import` (exit 2) where it
 *   is of no kind that we know, or car or ECU are missing
 */
export function decodeImport(bytes: Uint8Array, options: ImportFileOptions): ImportedFile {
  try {
    const { format, exported } = decodeFormat(bytes, options);
    const vin = vinOf(exported, options);
    checkBlocks(exported, options);
    return { format, exported: { ...exported, redacted: exported.redacted || isRedactedVin(vin), vehicle: { ...exported.vehicle, vin } } };
  } catch (error) {
    if (error instanceof UnsoundText) throw damagedError(options.name, error.message);
    throw error;
  }
}

function decodeFormat(bytes: Uint8Array, { name, ecu }: ImportFileOptions): ImportedFile {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 64));
  if (/^\s*\{/.test(start)) return decodeJson(bytes, name);
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  if (CSV_START.test(text)) return { format: 'csv', exported: decodeCsvExport(text) };
  if (!/^S\d[0-9A-Fa-f]{6}/.test(start)) throw unknownKind(name);
  const { named, exported } = decodeNcdExport(text);
  if (named || ecu !== undefined)
    return {
      format: 'ncd',
      exported: { ...exported, ecus: exported.ecus.map((each) => (named ? each : { ...each, address: ecu ?? '' })) },
    };
  throw new KombiError({ code: 'usage.import', message: `${name} does not say which ECU it is of`, hint: 'Name it with --ecu.' });
}

function decodeJson(bytes: Uint8Array, name: string): ImportedFile {
  const parsed = parseStrictJson(bytes);
  const { document } = parsed;
  const { schema, contentSha256 } = document as Record<string, unknown>;
  if (contentSha256 !== undefined) {
    throw new KombiError({
      code: 'usage.import',
      message: `${name} is a backup as the archive keeps it`,
      hint: 'Nothing is to be imported: copy it, under its own name, into vehicles/<VIN>/backups of the archive.',
    });
  }
  checkUniqueKeys(parsed);
  if (schema === EXPORT_SCHEMA) return { format: 'json', exported: decodeJsonExport(document) };
  if (looksLikeToolkit(document)) return { format: 'hsfz-toolkit', exported: decodeToolkitBackup(document) };
  throw unknownKind(name);
}

function vinOf({ vehicle }: Exported, { name, vin }: ImportFileOptions): string {
  if (vehicle.vin === '' && vin === undefined)
    throw new KombiError({ code: 'usage.import', message: `${name} does not say which car it is of`, hint: 'Name it with --vin.' });
  if (vehicle.vin !== '' && vin !== undefined && vin !== vehicle.vin)
    throw new KombiError({ code: 'usage.import', message: `${name} is of another car than --vin says`, hint: 'Leave --vin out.' });
  const named = vin ?? vehicle.vin;
  if (!PLAIN_VIN.test(named)) throw new UnsoundText('what it gives as VIN is none');
  return named;
}

/** What no archive could keep, or could not tell apart. */
function checkBlocks({ ecus }: Exported, { name }: ImportFileOptions): void {
  const addresses = new Set<string>();
  let count = 0;
  for (const { address, blocks } of ecus) {
    if (addresses.has(address)) throw new UnsoundText(`ECU ${address} is there twice`);
    addresses.add(address);
    const dids = new Set<string>();
    for (const { did, bytes } of blocks) {
      count += 1;
      if (dids.has(did)) throw new UnsoundText(`block ${did} of ECU ${address} is there twice`);
      if (bytes.length > 0xffff) throw new UnsoundText(`block ${did} of ECU ${address} is longer than any block`);
      dids.add(did);
    }
  }
  if (count === 0) throw new KombiError({ code: 'usage.import', message: `${name} holds no block`, hint: 'There is nothing to import.' });
}

function unknownKind(name: string): KombiError {
  return new KombiError({
    code: 'usage.import',
    message: `${name} is of no kind that can be imported`,
    hint: 'Kinds: exports to json, csv and ncd; S-records; coding backups of hsfz-toolkit. Reports (md, html) are for people.',
  });
}
