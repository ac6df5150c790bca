import * as z from 'zod';
import { address, did, hex, path, vin } from './fields.ts';

const recipe = z.looseObject({
  id: z.string(),
  title: z.string(),
  does: z.string(),
  risk: z.enum(['comfort', 'caution']),
  skill: z.enum(['owner', 'experienced']),
  own: z.boolean().describe('from a file of your own'),
  evidence: z.string().describe('the best that any of its variants has'),
  owners: z.int(),
});

const importCounts = z
  .looseObject({ total: z.int(), taken: z.int(), resolved: z.int(), asked: z.int(), refused: z.int() })
  .describe('the other four add up to total');

const ownerReport = z.looseObject({ who: z.string(), car: z.string(), outcome: z.enum(['worked', 'absent', 'unanswered']) });

/** Results of the commands on recipes. */
export const RECIPE_RESULTS = {
  'recipes-list': z.looseObject({ recipes: z.array(recipe) }),
  'recipes-show': recipe.extend({
    caution: z.string().optional(),
    hides: z.array(z.int()).describe('Check Control messages'),
    variants: z.array(
      z.looseObject({
        id: z.string(),
        ecu: address.nullable().describe('null: the ECU that holds the coding data'),
        block: did.optional(),
        cafds: z.array(z.string()),
        series: z.array(z.string()),
        edits: z.array(z.string()).describe('without their ECU; none of messages'),
        evidence: z.string(),
        source: z.string(),
        sourceTitle: z.string(),
        owners: z.int().optional(),
        who: z.array(z.string()).optional(),
        note: z.string().optional(),
      }),
    ),
    reports: z.array(ownerReport),
    conflicts: z.array(z.string()),
    followUp: z.array(z.looseObject({ text: z.string(), recipe: z.string().optional() })),
  }),
  'recipes-import': z.looseObject({
    files: z.array(z.looseObject({ file: z.string(), entries: z.int(), codes: z.int(), warnings: z.int() })),
    counts: z
      .looseObject({ entries: importCounts, codes: importCounts, refusedBy: z.record(z.string(), z.int()).describe('entries by reason') })
      .describe('a code is what the file describes with one sentence; it is refused where one of its entries is'),
    recipes: z.array(
      z.looseObject({
        id: z.string(),
        title: z.string(),
        risk: z.enum(['comfort', 'caution']),
        cafds: z.array(z.string()),
        edits: z.array(z.string()),
        evidence: z.string(),
      }),
    ),
    entries: z.array(
      z.looseObject({
        file: z.string(),
        line: z.int(),
        cafd: z.string().nullable(),
        block: z.string().nullable(),
        status: z.enum(['taken', 'resolved', 'asked', 'refused']),
        refusal: z.string().optional(),
        note: z.string().optional(),
        value: hex.optional().describe('before it is shifted to its mask; absent where refused'),
      }),
    ),
    unknownNames: z.array(
      z.looseObject({
        key: z.string().describe('place and name, as --values takes them'),
        module: z.string().nullable(),
        description: z.string().nullable(),
        numbers: z.array(hex).describe('that other entries give this place'),
        entries: z.int().describe('how many wait for it'),
      }),
    ),
    contradictions: z.array(
      z.looseObject({
        kind: z.enum(['place', 'overlap', 'value', 'switch', 'twice']),
        message: z.string(),
        at: z.array(z.looseObject({ file: z.string(), line: z.int() })),
      }),
    ),
    saved: z.array(path).optional(),
  }),
  'recipes-lint': z.looseObject({
    files: z.array(path),
    errors: z.int(),
    warnings: z.int(),
    problems: z.array(
      z.looseObject({
        file: z.string(),
        line: z.int(),
        severity: z.enum(['error', 'warning']),
        code: z.string(),
        message: z.string(),
      }),
    ),
    names: z.int().describe('values that are known by a name only'),
  }),
  'recipes-check': z.looseObject({
    vin,
    series: z.string().nullable(),
    model: z.string().nullable(),
    recipes: z.array(
      z.looseObject({
        id: z.string(),
        answer: z.enum(['works', 'supported', 'unknown', 'no']).describe('supported: with --vin, which asks no car'),
        owners: z.int().describe('how many prove it; with --vin, of such cars'),
        reason: z.string(),
        hint: z.string().optional(),
        variant: z.string().nullable().optional().describe('null where none fits; absent with --vin'),
        evidence: z.string().nullable().optional(),
        ecus: z.array(address).optional(),
        needsExperimental: z.boolean().optional(),
        alreadyDone: z.boolean().optional(),
        worked: z.array(ownerReport).optional().describe('with --vin: what owners of such cars told'),
        absent: z.array(ownerReport).optional(),
        unanswered: z.array(ownerReport).optional(),
      }),
    ),
  }),
};
