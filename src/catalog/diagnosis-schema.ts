import * as z from 'zod';
import { EVIDENCE } from '../core/index.ts';
import {
  type Advice,
  type Cause,
  type Condition,
  FIGURE_UNITS,
  type Figure,
  type Question,
  type Sign,
  STEP_KINDS,
  type Step,
} from './diagnosis.ts';
import { schemaParts } from './schema-parts.ts';

/** The data files of a diagnosis; see `schema.ts`. */
export function diagnosisFiles() {
  const { address, labelSchema } = schemaParts();
  const id = z.string().regex(/^[a-z0-9-]+$/);
  const text = z.string().min(1);
  const texts = z.array(text).default([]);
  const cited = { evidence: z.enum(EVIDENCE), sources: z.array(id).min(1) };
  const month = z.string().regex(/^\d{4}-\d{2}$/);
  const message = z.int().min(0);

  const conditionSchema: z.ZodType<Condition> = z
    .strictObject({
      car: z.boolean(),
      faults: z.array(z.string().regex(/^[0-9A-F]{2}:[0-9A-F]{6}$/)).min(1),
      state: z.enum(['present', 'stored']),
      clean: address,
      untold: address,
      unit: z.enum(['silent', 'absent', 'foreign']),
      silent: address,
      active: message,
      stored: message,
      seen: z.array(message).min(1),
      unseen: z.array(message).min(1),
      messagesTold: z.boolean(),
      hidden: z.boolean(),
      codable: z.boolean(),
      compared: z.enum(['same', 'coding', 'unit']),
      ecu: address,
      voltsBelow: z.number(),
      yearsFrom: z.number(),
      yearsBelow: z.number(),
      builtBefore: month,
      builtFrom: month,
      iLevelBefore: z.string().regex(/^\d\d-\d\d-\d{3}$/),
      series: z.array(text).min(1),
      family: z.literal('E'),
      answers: z.record(id, z.array(id).min(1)),
    })
    .partial()
    .refine((condition) => Object.keys(condition).length > 0, 'says nothing')
    .refine(({ compared, ecu }) => (compared === undefined) === (ecu === undefined), 'compares an ecu')
    .refine(({ state, faults }) => state === undefined || faults !== undefined, 'names a state of no fault');

  const causeSchema: z.ZodType<Cause> = z.strictObject({ id, title: labelSchema, points: z.int().min(1).max(20), ...cited });
  const signSchema: z.ZodType<Sign> = z.strictObject({
    id,
    text: labelSchema,
    standing: z.literal('unknown').optional(),
    when: conditionSchema,
    points: z.record(id, z.int().min(-100).max(100)),
    ...cited,
  });
  const questionSchema: z.ZodType<Question> = z.strictObject({
    id,
    text: labelSchema,
    several: z.boolean().default(false),
    ask: z.enum(['always', 'unnamed', 'untold']),
    choices: z
      .array(z.strictObject({ id, label: labelSchema, as: text.optional(), alone: z.boolean().optional() }))
      .min(2)
      .refine((choices) => choices.every((choice) => choice.id !== 'unknown'), 'has a choice "unknown", which every question has'),
  });
  const stepSchema: z.ZodType<Step> = z.strictObject({
    id,
    kind: z.enum(STEP_KINDS),
    effort: z.int().min(0),
    causes: z.union([z.literal('any'), z.array(id).min(1)]),
    when: conditionSchema.optional(),
    title: labelSchema,
    do: z.array(text).min(1),
    where: texts,
    guide: z.array(z.strictObject({ do: text, seconds: z.int().min(1).optional() })).default([]),
    aftercare: texts,
    resets: text.optional(),
    price: text.optional(),
    cautions: z.array(z.strictObject({ when: conditionSchema.optional(), text })).default([]),
    warning: text.optional(),
    dials: z.boolean().default(false),
    disconnects: z.boolean().default(false),
    needsNoOpenJob: z.boolean().default(false),
    figures: z.array(id).default([]),
    command: text.optional(),
    skill: z.enum(['anyone', 'owner', 'shop']),
    ...cited,
  });
  const figureSchema: z.ZodType<Figure> = z.strictObject({
    id,
    what: labelSchema,
    unit: z.enum(FIGURE_UNITS),
    said: z
      .array(
        z
          .strictObject({
            low: z.number().positive(),
            high: z.number().positive().optional(),
            unit: z.enum(FIGURE_UNITS).optional(),
            source: id,
            date: text.optional(),
            note: text.optional(),
          })
          .refine(({ low, high }) => high === undefined || high > low, 'ends before it begins'),
      )
      .min(1),
  });
  const adviceSchema: z.ZodType<Advice> = z.strictObject({ id, title: labelSchema, text: z.array(text).min(1), ...cited });
  return {
    causes: { file: 'causes.json', row: causeSchema },
    signs: { file: 'signs.json', row: signSchema },
    questions: { file: 'questions.json', row: questionSchema },
    steps: { file: 'steps.json', row: stepSchema },
    figures: { file: 'figures.json', row: figureSchema },
    advice: { file: 'advice.json', row: adviceSchema },
  } as const;
}
