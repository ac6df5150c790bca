import * as z from 'zod';
import { fromHex } from '../../core/index.ts';
import { UnsoundText } from '../strict-json.ts';
import type { Exported } from './exported.ts';

const MOST_DIGITS = 2 * 0xffff;
const CAFD = /^CAFD_[0-9A-F]{8}_\d{3}_\d{3}_\d{3}$/i;
const text = z.string().max(1024);

/** Of `metadata` only what we have a place for; every field of it may be null. */
const backupSchema = z.object({
  dids: z.array(z.object({ did: z.string().regex(/^[0-9A-Fa-f]{4}$/), data: z.string().max(MOST_DIGITS) })),
  ecu_address: z.int().min(0).max(0xff),
  metadata: z.exactOptional(
    z
      .object({
        vin: z.exactOptional(text.nullable()),
        ecu_address: z.exactOptional(z.int().nullable()),
        ecu_type: z.exactOptional(text.nullable()),
        cafd_sgbm: z.exactOptional(text.nullable()),
        created_at: z.exactOptional(text.nullable()),
      })
      .nullable(),
  ),
});

/** Whether a document is like a coding backup of hsfz-toolkit. */
export function looksLikeToolkit(document: unknown): boolean {
  return z.looseObject({ dids: z.array(z.unknown()), ecu_address: z.unknown() }).safeParse(document).success;
}

/**
 * A coding backup of hsfz-toolkit: one ECU, its blocks as `{did, data}`, neither serial nor SVK.
 *
 * @throws {UnsoundText}
 * @see source: a sample of that program's (0xhef/hsfz-toolkit), no description of the format
 */
export function decodeToolkitBackup(document: unknown): Exported {
  const parsed = backupSchema.safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UnsoundText(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { dids, ecu_address: ecu, metadata } = parsed.data;
  if (typeof metadata?.ecu_address === 'number' && metadata.ecu_address !== ecu) throw new UnsoundText('it names two ECU addresses');
  const time = wholeSeconds(metadata?.created_at ?? '');
  const cafd = metadata?.cafd_sgbm ?? '';
  return {
    redacted: false,
    ...(time === undefined ? {} : { time }),
    vehicle: { vin: metadata?.vin ?? '', vinSource: 'import' },
    ecus: [
      {
        address: ecu.toString(16).toUpperCase().padStart(2, '0'),
        name: metadata?.ecu_type ?? null,
        serial: null,
        svk: null,
        cafds: CAFD.test(cafd) ? [cafd.toUpperCase()] : [],
        blocks: dids.map(({ did, data }) => {
          if (!/^(?:[0-9A-Fa-f]{2})*$/.test(data)) throw new UnsoundText(`block ${did}: its bytes are not hex`);
          return { did: did.toUpperCase(), bytes: fromHex(data) };
        }),
        unreadable: [],
      },
    ],
  };
}

/** `2020-01-01T00:00:00.000000000+00:00` as ours; undefined where it is no time. */
function wholeSeconds(text: string): string | undefined {
  const date = new Date(text.replace(/\.\d+/, ''));
  return Number.isNaN(date.getTime()) || !/^\d{4}-/.test(text) ? undefined : `${date.toISOString().slice(0, 19)}Z`;
}
