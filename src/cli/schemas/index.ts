import * as z from 'zod';
import { BACKUP_RESULTS } from './backups.ts';
import { CAR_RESULTS } from './car.ts';
import { DIAGNOSIS_RESULTS } from './diagnosis.ts';
import { FAULT_RESULTS } from './faults.ts';
import { JOB_RESULTS } from './jobs.ts';
import { LINK_RESULTS } from './links.ts';
import { MESSAGE_RESULTS } from './messages.ts';
import { PROGRAM_RESULTS } from './program.ts';
import { RECIPE_RESULTS } from './recipes.ts';

// What other programs rely on. Fields may be added; none of these is removed or changes its meaning under the same version.
const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  ...CAR_RESULTS,
  ...FAULT_RESULTS,
  ...MESSAGE_RESULTS,
  ...DIAGNOSIS_RESULTS,
  ...JOB_RESULTS,
  ...RECIPE_RESULTS,
  ...BACKUP_RESULTS,
  ...LINK_RESULTS,
  ...PROGRAM_RESULTS,
};

/** Names of results: a command, or its words joined by hyphens. */
export function schemaNames(): readonly string[] {
  return Object.keys(SCHEMAS).sort();
}

/** The JSON Schema (draft 2020-12) of what a command puts into `result`. */
export function jsonSchemaOf(name: string): object | undefined {
  const schema = resultSchema(name);
  return schema && { title: `kombi/${name}@1`, ...z.toJSONSchema(schema) };
}

export function resultSchema(name: string): z.ZodType | undefined {
  return Object.hasOwn(SCHEMAS, name) ? SCHEMAS[name] : undefined;
}
