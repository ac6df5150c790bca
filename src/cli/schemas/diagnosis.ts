import * as z from 'zod';
import { cited, evidence, sources, vin } from './fields.ts';

const finding = { text: z.string(), evidence, sources };

const weighed = z.array(z.looseObject({ finding: z.string(), points: z.int(), ...finding }));

const cost = z.looseObject({
  id: z.string(),
  what: z.string(),
  said: z
    .array(
      z.looseObject({
        low: z.number(),
        high: z.number().nullable(),
        unit: z.enum(['USD', 'GBP', 'hours', 'years']),
        source: z.string(),
        date: z.string().nullable(),
      }),
    )
    .describe('one for each source; where they disagree, both'),
});

const step = z.looseObject({
  id: z.string(),
  kind: z.enum(['stop', 'reset', 'check', 'warranty', 'part', 'dealer', 'hide']),
  title: z.string(),
  reason: z.string(),
  leading: z.boolean().describe('false: for when the others have not helped'),
  serves: z.array(z.string()).describe('causes, most likely first; none: all'),
  skill: z.enum(['anyone', 'owner', 'shop']),
  do: z.array(z.string()),
  where: z.array(z.string()),
  guide: z.array(z.looseObject({ do: z.string(), seconds: z.int().optional() })),
  dials: z.boolean().describe('it calls the emergency centre'),
  command: z.string().optional(),
  costs: z.array(cost),
  evidence,
  sources,
});

const look = z.looseObject({ active: z.array(z.int()).nullable(), codes: z.array(z.string()).nullable() });

const diagnosis = z.union([
  z.looseObject({
    vehicle: z
      .looseObject({ vin, series: z.string().nullable(), model: z.string().nullable() })
      .nullable()
      .describe('null: no car was asked'),
    findings: z.array(z.looseObject({ id: z.string(), standing: z.enum(['known', 'reported', 'unknown']), ...finding })),
    causes: z
      .array(
        z.looseObject({
          id: z.string(),
          title: z.string(),
          score: z.int().describe('base and all points of for and against, added up'),
          base: z.int().describe('how often the sources name it'),
          for: weighed,
          against: weighed,
          evidence,
          sources,
        }),
      )
      .describe('the most likely first'),
    steps: z.array(step).describe('in the order in which to take them'),
  }),
  z.looseObject({ step, guided: z.boolean(), compared: z.looseObject({ before: look, after: look }).optional() }).describe('with --guide'),
  z
    .looseObject({
      questions: z.array(
        z.looseObject({
          id: z.string(),
          text: z.string(),
          several: z.boolean(),
          choices: z.array(z.looseObject({ id: z.string(), label: z.string() })),
        }),
      ),
    })
    .describe('with --questions'),
  z.looseObject({ costs: z.array(cost) }).describe('with --explain costs'),
  z.looseObject({ sources: z.array(cited) }).describe('with --explain sources'),
  z
    .looseObject({ advice: z.looseObject({ id: z.string(), title: z.string(), text: z.array(z.string()), evidence, sources }) })
    .describe('with --explain and another topic'),
]);

/** Results of `kombi diagnose`, with all its options. */
export const DIAGNOSIS_RESULTS = {
  diagnose: diagnosis,
};
