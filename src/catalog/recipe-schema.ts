import * as z from 'zod';
import { lazily } from '../core/index.ts';
import type { FollowUp, ModuleRisk, OwnerReport, Recipe, RecipeVariant } from './recipe.ts';
import { schemaParts } from './schema-parts.ts';

const RECIPE_ID = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)?$/;
/** Longer than any real one by far; more is somebody's mistake or ill will. */
const MOST = { text: 2000, edits: 4096, variants: 256 } as const;

/** One recipe, as the catalog ships it and as a person's own file holds it. */
export const recipeSchema = lazily(() => {
  const { address, block, cafdId, statement, labelSchema } = schemaParts();
  const id = z.string().max(200).regex(RECIPE_ID, 'must be words in lower case joined by hyphens, after a dot of a file of your own');
  const text = z.string().min(1).max(MOST.text);
  const label = labelSchema.refine(({ en, de }) => Math.max(en.length, de.length) <= MOST.text, 'is too long');

  const variantSchema: z.ZodType<RecipeVariant> = z.strictObject({
    id: z.string().regex(/^[A-Za-z0-9-]{1,40}$/),
    ecu: address.optional(),
    cafds: z.array(cafdId).max(MOST.variants).default([]),
    series: z
      .array(z.string().regex(/^[A-Z0-9]{2,5}$/))
      .max(MOST.variants)
      .default([]),
    block: block.optional(),
    edits: z.array(text).max(MOST.edits).default([]),
    ...statement,
  });
  const reportSchema: z.ZodType<OwnerReport> = z.strictObject({
    who: text,
    car: text,
    series: z.array(text).default([]),
    model: text.optional(),
    outcome: z.enum(['worked', 'absent', 'unanswered']),
  });
  const followUpSchema: z.ZodType<FollowUp> = z.strictObject({ text: label, recipe: id.optional() });
  const schema: z.ZodType<Recipe> = z
    .strictObject({
      id,
      title: label,
      does: label,
      risk: z.enum(['comfort', 'caution']).default('comfort'),
      caution: label.optional(),
      skill: z.enum(['owner', 'experienced']).default('owner'),
      hides: z.array(z.int().min(0)).default([]),
      variants: z.array(variantSchema).min(1).max(MOST.variants),
      reports: z.array(reportSchema).default([]),
      conflicts: z.array(id).default([]),
      followUp: z.array(followUpSchema).default([]),
    })
    .refine(({ risk, caution }) => (risk === 'caution') === (caution !== undefined), {
      message: 'caution is said where there is a risk, and only there',
      path: ['caution'],
    })
    .refine(({ hides, variants }) => variants.every((variant) => fitsKind(variant, hides.length > 0)), {
      message: 'of messages has a block and no edits; any other has edits, and the coding data that they are for',
      path: ['variants'],
    });
  return schema;
});

function fitsKind({ block, cafds, edits }: RecipeVariant, ofMessages: boolean): boolean {
  return ofMessages ? block !== undefined && edits.length === 0 : block === undefined && edits.length > 0 && cafds.length > 0;
}

export const moduleRiskSchema = lazily(() => {
  const { address, cafdId, statement, labelSchema } = schemaParts();
  const schema: z.ZodType<ModuleRisk> = z.strictObject({
    ecu: address,
    cafds: z.array(cafdId).default([]),
    others: z.boolean().default(true),
    tier: z.enum(['blocked', 'caution']),
    why: labelSchema,
    ...statement,
  });
  return schema;
});
