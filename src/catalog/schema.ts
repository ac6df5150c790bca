import * as z from 'zod';
import { EVIDENCE, type Evidence, KombiError, lazily } from '../core/index.ts';
import { diagnosisFiles } from './diagnosis-schema.ts';
import {
  type BlockLayout,
  type Cafd,
  type CheckControlMask,
  type CheckControlMessage,
  type Ecu,
  type LayoutParameter,
  MESSAGE_SUBJECTS,
  METADATA_KINDS,
  type Model,
  type NamedCode,
  type ProtectedBlocks,
  type Source,
  type Synonyms,
  type TroubleCode,
} from './facts.ts';
import { moduleRiskSchema, recipeSchema } from './recipe-schema.ts';
import { schemaParts } from './schema-parts.ts';

/** One entry for each data file: its name, the key of its one list, and the schema of a row. */
export const dataFiles = lazily(() => {
  const { hex, address, block, cafdId, vin, names, count, statement, statementSchema, labelSchema } = schemaParts();

  const parameterSchema: z.ZodType<LayoutParameter> = z.strictObject({
    name: z.string().regex(/^[A-Za-z]\w*$/),
    aliases: names,
    offset: count,
    length: z.int().min(1),
    note: z.string().min(1).optional(),
  });

  const maskSchema: z.ZodType<CheckControlMask> = z.strictObject({
    groups: z.int().min(1),
    groupBytes: z.literal(8),
    firstOffset: count,
    parameter: z.string().regex(/^[A-Za-z]\w*_$/),
    aliases: names,
    shownWhen: z.literal([0, 1]),
  });

  const layoutSchema: z.ZodType<BlockLayout> = z
    .strictObject({
      id: z.string().regex(/^[a-z0-9-]+$/),
      ecu: address,
      block,
      name: z.string().min(1),
      cafds: z.array(cafdId),
      facts: z.strictObject({
        block: statementSchema,
        parameters: statementSchema,
        offsets: statementSchema,
        polarity: statementSchema.optional(),
      }),
      parameters: z.array(parameterSchema).default([]),
      mask: maskSchema.optional(),
    })
    .refine((layout) => layout.mask === undefined || layout.facts.polarity !== undefined, {
      message: 'a mask needs a polarity',
      path: ['facts'],
    })
    .transform((layout) => ({
      ...layout,
      evidence: weakestEvidence([layout.facts.block.evidence, layout.facts.parameters.evidence, layout.facts.offsets.evidence]),
    }));

  const ecuSchema: z.ZodType<Ecu> = z.strictObject({
    address,
    name: z.string().regex(/^[A-Z]\w+$/),
    title: z.string().min(1),
    aliases: names,
    ...statement,
  });
  const cafdSchema: z.ZodType<Cafd> = z.strictObject({
    id: cafdId,
    ecu: address,
    blocks: z.array(block).min(1),
    timing: z.strictObject({ p2StarMs: z.int().min(1), s3Ms: z.int().min(1) }).optional(),
    vins: z.array(vin).optional(),
    ...statement,
  });
  const protectedSchema: z.ZodType<ProtectedBlocks> = z.strictObject({
    ecu: address.optional(),
    cafds: z.array(cafdId).optional(),
    first: block,
    last: block,
    kind: z.enum(METADATA_KINDS),
    holds: z.string().min(1),
    ...statement,
  });
  const messageSchema: z.ZodType<CheckControlMessage> = z.strictObject({
    id: count,
    label: labelSchema,
    subject: z.enum(MESSAGE_SUBJECTS),
    severity: z.enum(['notice', 'warning', 'stop']),
    dangerous: z.boolean(),
    ...statement,
  });
  const troubleCodeSchema: z.ZodType<TroubleCode> = z
    .strictObject({
      ecu: address.optional(),
      code: z.string().regex(/^[0-9A-F]{2}(?:[0-9A-F]{2}|\.\.)[0-9A-F]{2}$/, 'must be six hex digits, or have .. for the address'),
      label: labelSchema,
      subject: z
        .string()
        .regex(/^[a-z-]+$/)
        .optional(),
      confirmedBy: z.array(z.string()).optional(),
      ...statement,
    })
    .refine(({ ecu, code }) => (ecu === undefined) === code.includes('.'), 'names either one ecu or, by dots, every one');
  const namedCodeSchema: z.ZodType<NamedCode> = z.strictObject({
    code: hex(6),
    by: z.string().min(1),
    says: labelSchema,
    finding: labelSchema,
    ...statement,
  });
  const modelSchema: z.ZodType<Model> = z.strictObject({
    typeKey: z.string().regex(/^[A-Z0-9]{4}$/),
    model: z.string().min(1),
    series: z.string().min(1),
    ...statement,
  });
  const synonymsSchema: z.ZodType<Synonyms> = z.strictObject({ words: z.array(z.string().min(2)).min(2) });
  const sourceSchema: z.ZodType<Source> = z.strictObject({ id: z.string().regex(/^[a-z0-9-]+$/), title: z.string().min(1) });
  return {
    sources: { file: 'sources.json', row: sourceSchema },
    ecus: { file: 'ecus.json', row: ecuSchema },
    layouts: { file: 'layouts.json', row: layoutSchema },
    cafds: { file: 'cafds.json', row: cafdSchema },
    protectedBlocks: { file: 'protected-blocks.json', row: protectedSchema },
    messages: { file: 'messages.json', row: messageSchema },
    troubleCodes: { file: 'trouble-codes.json', row: troubleCodeSchema },
    namedCodes: { file: 'named-codes.json', row: namedCodeSchema },
    models: { file: 'models.json', row: modelSchema },
    ...diagnosisFiles(),
    moduleRisks: { file: 'module-risks.json', row: moduleRiskSchema() },
    recipes: { file: 'recipes.json', row: recipeSchema() },
    synonyms: { file: 'synonyms.json', row: synonymsSchema },
  } as const;
});
export type DataFiles = ReturnType<typeof dataFiles>;

/** Of several kinds of evidence the one that believes least; {@link EVIDENCE} stands in that order. */
export function weakestEvidence(kinds: readonly Evidence[]): Evidence {
  let weakest = 0;
  for (const kind of kinds) weakest = Math.max(weakest, EVIDENCE.indexOf(kind));
  const found = EVIDENCE[weakest];
  if (kinds.length === 0 || found === undefined) throw new KombiError({ code: 'bug.evidence', message: 'nothing to weigh' });
  return found;
}
