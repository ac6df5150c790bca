import * as z from 'zod';
import { fromHex, toHex } from '../../core/index.ts';
import { timeSchema } from '../backup.ts';
import { didSchema, sha256Schema } from '../backup-block.ts';
import { backupTroubleCodeSchema } from '../backup-trouble-code.ts';
import { sha256 } from '../sha256.ts';
import { canonicalText, UnsoundText } from '../strict-json.ts';
import type { Exported } from './exported.ts';

/** Stands in every export, so that an import knows it. */
export const EXPORT_SCHEMA = 'kombi/backup-export@1';

const text = z.string().max(1024);
const MOST_DIGITS = 2 * 0xffff;
const hex = z
  .string()
  .max(MOST_DIGITS)
  .regex(/^(?:[0-9A-Fa-f]{2})*$/);

const exportSchema = z.object({
  schema: z.literal(EXPORT_SCHEMA),
  redacted: z.boolean(),
  time: z.exactOptional(timeSchema),
  label: z.exactOptional(text),
  vehicle: z.object({
    vin: text,
    vinSource: z.exactOptional(text),
    fa: z.exactOptional(hex),
    iLevel: z.exactOptional(text),
    series: z.exactOptional(text),
    model: z.exactOptional(text),
  }),
  ecus: z.array(
    z.object({
      ecu: z.string().regex(/^[0-9A-F]{2}$/),
      name: z.exactOptional(text.nullable()),
      serial: z.exactOptional(text.nullable()),
      hardware: z.exactOptional(text),
      sgbmId: text.nullable(),
      otherSgbmIds: z.exactOptional(z.array(text)),
      svk: z.exactOptional(hex.nullable()),
      blocks: z.array(z.object({ did: didSchema, hex, sha256: z.exactOptional(sha256Schema) })),
      unreadable: z.exactOptional(z.array(z.object({ did: didSchema, nrc: z.string().regex(/^(?:[0-9A-F]{2}|silent|unstable)$/) }))),
      troubleCodes: z.exactOptional(z.array(backupTroubleCodeSchema)),
    }),
  ),
});

/**
 * Portable JSON: per ECU its address, the SGBM id of its coding data and its blocks as `{did, hex}`, besides what a
 * restore asks for (serial, SVK) and what a reader likes to know. `sha256` at its end is over the same text without it.
 */
export function encodeJsonExport({ redacted, time, label, vehicle, ecus }: Exported): string {
  const content = {
    schema: EXPORT_SCHEMA,
    redacted,
    time,
    label,
    vehicle,
    ecus: ecus.map(({ address, name, serial, hardware, svk, cafds, blocks, unreadable, troubleCodes }) => ({
      ecu: address,
      name,
      serial,
      hardware,
      sgbmId: cafds[0] ?? null,
      otherSgbmIds: cafds.length > 1 ? cafds.slice(1) : undefined,
      svk,
      blocks: blocks.map(({ did, bytes }) => ({ did, hex: toHex(bytes), sha256: sha256(bytes) })),
      unreadable: unreadable.length > 0 ? unreadable : undefined,
      troubleCodes,
    })),
  };
  return canonicalText({ ...content, sha256: sha256(canonicalText(content)) });
}

/**
 * What has no seal, another program or a person wrote: a DID may be mistyped. It comes without serial and SVK, so that
 * nothing is restored from it.
 *
 * @throws {UnsoundText}
 */
export function decodeJsonExport(document: unknown): Exported {
  const parsed = exportSchema.safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UnsoundText(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { schema: _, vehicle, ecus, ...rest } = parsed.data;
  const { sha256: seal, ...content } = document as Record<string, unknown>;
  const sealed = seal !== undefined;
  const exported = {
    ...rest,
    vehicle: {
      ...vehicle,
      vinSource: vehicle.vinSource ?? 'import',
      ...(vehicle.fa === undefined ? {} : { fa: vehicle.fa.toUpperCase() }),
    },
    ecus: ecus.map(
      ({ ecu, name = null, serial = null, hardware, sgbmId, otherSgbmIds = [], svk = null, blocks, unreadable = [], troubleCodes }) => ({
        address: ecu,
        name,
        serial: sealed ? serial : null,
        ...(hardware === undefined ? {} : { hardware }),
        svk: sealed ? (svk?.toUpperCase() ?? null) : null,
        cafds: sgbmId === null ? [] : [sgbmId, ...otherSgbmIds],
        blocks: blocks.map((block) => {
          const bytes = fromHex(block.hex);
          if (block.sha256 !== undefined && block.sha256 !== sha256(bytes))
            throw new UnsoundText(`block ${block.did} of ECU ${ecu}: its bytes do not match their SHA-256`);
          return { did: block.did, bytes };
        }),
        unreadable,
        ...(troubleCodes === undefined ? {} : { troubleCodes }),
      }),
    ),
  };
  // After the blocks: where one of them is damaged, its name says more.
  if (sealed && seal !== sha256(canonicalText(content))) throw new UnsoundText('its content does not match its sha256');
  return exported;
}
