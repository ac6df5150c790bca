import * as z from 'zod';
import { damagedError, newerFormatError } from './archive-error.ts';
import { type BackupBlock, backupBlockSchema, blockProblem, didSchema, sha256Schema } from './backup-block.ts';
import { type BackupTroubleCode, backupTroubleCodeSchema } from './backup-trouble-code.ts';
import { sha256 } from './sha256.ts';
import { canonicalText, checkCanonical, parseStrictJson, UnsoundText } from './strict-json.ts';

export const BACKUP_FORMAT = 1;
/**
 * What a file may demand of its reader; one that names anything else was written by a newer program. `imported`: to
 * know that not all of it was read from a car, and what that forbids.
 */
const KNOWN_REQUIREMENTS: ReadonlySet<string> = new Set(['imported']);

export interface BackupVehicle {
  readonly vin: string;
  /** Where the VIN was read, such as `10/F190`. */
  readonly vinSource: string;
  /** Vehicle order, raw hex. */
  readonly fa?: string;
  readonly iLevel?: string;
  readonly series?: string;
  readonly model?: string;
}

export interface BackupEcu {
  /** Two upper-case hex digits. */
  readonly address: string;
  readonly name: string | null;
  readonly serial: string | null;
  readonly hardware?: string;
  /** DID F101 as it came, hex. */
  readonly svk: string | null;
  /** `CAFD_7E570601_001_000_000`. */
  readonly cafds: readonly string[];
  /** Every block that the ECU is known to hold is among `blocks`. */
  readonly complete: boolean;
  /** Where blocks were looked for, if they were. */
  readonly scannedRanges?: readonly { readonly from: string; readonly to: string }[];
  /** What told which blocks there are. */
  readonly listedBy?: 'catalog' | 'archive' | 'scan';
  /** It never answered, or stopped answering before all was read. */
  readonly silent?: boolean;
  /** The code with which it refused all that it was asked for, so that nobody knows its blocks: two hex digits. */
  readonly refusesAll?: string;
  readonly blocks: readonly BackupBlock[];
  /** `nrc`: two hex digits, or `silent` where no answer came, `unstable` where two readings differed. */
  readonly unreadable: readonly { readonly did: string; readonly nrc: string }[];
  /** Every trouble code that the ECU stored; absent where it was not asked or did not tell. */
  readonly troubleCodes?: readonly BackupTroubleCode[];
}

/** Where a backup came from that was not read from a car by the program that keeps it. */
export interface BackupOrigin {
  readonly format: 'json' | 'csv' | 'ncd' | 'hsfz-toolkit';
  /** Over the file. */
  readonly sha256: string;
  /** When the bytes were read, as the file says. */
  readonly time?: string;
  /** VIN and serials were replaced before: it authorises no write. */
  readonly redacted: boolean;
}

/** What somebody who takes a backup knows; the archive adds the rest. */
export interface BackupDraft {
  readonly vehicle: BackupVehicle;
  readonly tool: { readonly name: string; readonly version: string; readonly commit?: string };
  readonly adapter: { readonly kind: string; readonly firmware: string | null };
  /** Volts at the first and the last block. */
  readonly voltage: { readonly first: number | null; readonly last: number | null };
  /** The transaction that the backup was taken for. */
  readonly txid?: string;
  readonly label?: string;
  readonly importedFrom?: BackupOrigin;
  /** A partial backup authorises no write to what it lacks. */
  readonly complete: boolean;
  readonly ecus: readonly BackupEcu[];
}

/** A backup without the hash over itself, which belongs to its text. */
export interface BackupContent extends BackupDraft {
  readonly format: typeof BACKUP_FORMAT;
  readonly requires: readonly string[];
  /** Per vehicle and rising; decides the order where clocks jumped. */
  readonly sequence: number;
  /** UTC, ISO 8601, whole seconds. */
  readonly time: string;
  /** False where the laptop's clock stood before the time of an earlier backup. */
  readonly clockTrusted: boolean;
  /** Id of the backup before; informative, because merging and pruning may break the chain. */
  readonly prev: string | null;
}

export interface EncodedBackup {
  readonly bytes: Uint8Array;
  /** Over the whole file. */
  readonly sha256: string;
  /** The first 16 hex digits of it. */
  readonly id: string;
}

const text = z.string().max(1024);
const hex = z.string().regex(/^(?:[0-9A-F]{2})*$/);
const volts = z.number().nullable();
/** UTC in whole seconds. */
export const timeSchema = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

// The order of keys here is the order in the file. Unknown keys are dropped, not refused: a later version may add some.
const contentSchema: z.ZodType<BackupContent> = z.object({
  format: z.literal(BACKUP_FORMAT),
  requires: z.array(z.string()),
  sequence: z.int().min(1),
  time: timeSchema,
  clockTrusted: z.boolean(),
  prev: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .nullable(),
  txid: z.exactOptional(text),
  label: z.exactOptional(text),
  importedFrom: z.exactOptional(
    z.object({
      format: z.enum(['json', 'csv', 'ncd', 'hsfz-toolkit']),
      sha256: sha256Schema,
      time: z.exactOptional(timeSchema),
      redacted: z.boolean(),
    }),
  ),
  tool: z.object({ name: text, version: text, commit: z.exactOptional(text) }),
  adapter: z.object({ kind: text, firmware: text.nullable() }),
  voltage: z.object({ first: volts, last: volts }),
  vehicle: z.object({
    vin: text,
    vinSource: text,
    fa: z.exactOptional(hex),
    iLevel: z.exactOptional(text),
    series: z.exactOptional(text),
    model: z.exactOptional(text),
  }),
  complete: z.boolean(),
  ecus: z.array(
    z.object({
      address: z.string().regex(/^[0-9A-F]{2}$/),
      name: text.nullable(),
      serial: text.nullable(),
      hardware: z.exactOptional(text),
      svk: hex.nullable(),
      cafds: z.array(text),
      complete: z.boolean(),
      scannedRanges: z.exactOptional(z.array(z.object({ from: didSchema, to: didSchema }))),
      listedBy: z.exactOptional(z.enum(['catalog', 'archive', 'scan'])),
      silent: z.exactOptional(z.boolean()),
      refusesAll: z.exactOptional(z.string().regex(/^[0-9A-F]{2}$/)),
      blocks: z.array(backupBlockSchema),
      unreadable: z.array(z.object({ did: didSchema, nrc: z.string().regex(/^(?:[0-9A-F]{2}|silent|unstable)$/) })),
      troubleCodes: z.exactOptional(z.array(backupTroubleCodeSchema)),
    }),
  ),
});

const envelopeSchema = z.object({ format: z.int().min(1), requires: z.array(z.string()) });
const sealSchema = z.looseObject({ contentSha256: sha256Schema });

/**
 * The text of a backup: canonical JSON, with `contentSha256` over the same text without that field.
 *
 * @throws {KombiError} `archive.damaged` where the content breaks the format, which is a caller's bug
 */
export function encodeBackup(content: BackupContent): EncodedBackup {
  const parsed = contentSchema.safeParse(content);
  if (!parsed.success) throw damagedError('The backup to be saved', describeIssue(content, parsed.error));
  const contentSha256 = sha256(canonicalText(parsed.data));
  const bytes = new TextEncoder().encode(canonicalText({ ...parsed.data, contentSha256 }));
  const whole = sha256(bytes);
  return { bytes, sha256: whole, id: whole.slice(0, 16) };
}

/**
 * @param name what to call the bytes in an error
 * @throws {KombiError} `archive.damaged` naming the block where one is, `archive.newer-format`
 */
export function decodeBackup(bytes: Uint8Array, name = 'The backup'): BackupContent {
  try {
    const text = parseStrictJson(bytes);
    const envelope = envelopeSchema.safeParse(text.document);
    if (envelope.success) refuseNewer(envelope.data, name);
    const parsed = contentSchema.safeParse(text.document);
    if (!parsed.success) throw new UnsoundText(describeIssue(text.document, parsed.error));
    checkBlocks(parsed.data);
    checkCanonical(text);
    checkSeal(text.document);
    return parsed.data;
  } catch (error) {
    if (error instanceof UnsoundText) throw damagedError(name, error.message);
    throw error;
  }
}

/** The first thing that breaks the format; a block is named by DID and ECU rather than by its place in the file. */
function describeIssue(document: unknown, error: z.ZodError): string {
  const [issue] = error.issues;
  const path = issue?.path ?? [];
  const what = `${path.join('.')}: ${issue?.message ?? 'unknown'}`;
  const [, ecuIndex, list, blockIndex] = path;
  if (list !== 'blocks' || typeof blockIndex !== 'number') return what;
  const named = z
    .object({ ecus: z.array(z.looseObject({ address: z.string(), blocks: z.array(z.looseObject({ did: z.string() })) })) })
    .safeParse(document);
  const ecu = named.data?.ecus[Number(ecuIndex)];
  const block = ecu?.blocks[blockIndex];
  return ecu === undefined || block === undefined ? what : `block ${block.did} of ECU ${ecu.address}: ${what}`;
}

/** What a file demands that this version has never heard of. */
export function unknownRequirements(requires: readonly string[]): readonly string[] {
  return requires.filter((requirement) => !KNOWN_REQUIREMENTS.has(requirement));
}

function refuseNewer({ format, requires }: z.infer<typeof envelopeSchema>, name: string): void {
  if (format > BACKUP_FORMAT) throw newerFormatError(name, `its format is ${format}, this version knows ${BACKUP_FORMAT}`);
  const unknown = unknownRequirements(requires);
  if (unknown.length > 0) throw newerFormatError(name, `it requires ${unknown.join(', ')}`);
}

function checkBlocks(content: BackupContent): void {
  const addresses = new Set<string>();
  for (const ecu of content.ecus) {
    if (addresses.has(ecu.address)) throw new UnsoundText(`ECU ${ecu.address} is there twice`);
    addresses.add(ecu.address);
    const dids = new Set<string>();
    for (const block of ecu.blocks) {
      if (dids.has(block.did)) throw new UnsoundText(`block ${block.did} of ECU ${ecu.address} is there twice`);
      dids.add(block.did);
      const problem = blockProblem(block);
      if (problem !== undefined) throw new UnsoundText(`block ${block.did} of ECU ${ecu.address}: ${problem}`);
    }
  }
}

function checkSeal(document: unknown): void {
  const sealed = sealSchema.safeParse(document);
  if (!sealed.success) throw new UnsoundText('contentSha256 is missing');
  const { contentSha256, ...content } = sealed.data;
  if (sha256(canonicalText(content)) !== contentSha256) throw new UnsoundText('its content does not match contentSha256');
}
