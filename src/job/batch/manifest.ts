import * as z from 'zod';
import { nearestMatch } from '../../catalog/index.ts';
import { type EditSyntax, parseEdit } from '../../coding/index.ts';
import { isKombiError, isVin, lazily, type Vin } from '../../core/index.ts';
import type { ManifestDocument } from './manifest-document.ts';
import { type ManifestProblem, manifestError, readManifestText } from './manifest-text.ts';

/** What a batch does with a car. Nothing of it writes to one. */
export const BATCH_ACTIONS = ['info', 'faults', 'backup', 'verify', 'plan'] as const;
export type BatchAction = (typeof BATCH_ACTIONS)[number];

export interface BatchCar {
  /** Tells the cars of a batch apart, for people; never part of a path. */
  readonly label: string;
  readonly link: string;
  /** The only car that may answer. */
  readonly vin?: Vin | undefined;
  /** In this order; `backup` unless said. */
  readonly actions: readonly BatchAction[];
  /** For `plan`. */
  readonly edits: readonly EditSyntax[];
  /** Whether a backup may lack what cannot be read; else it is not saved, and the car has failed. */
  readonly partial: boolean;
  /** How long the car may take, waiting for its turn not counted. */
  readonly deadlineMs?: number | undefined;
}

export interface BatchManifest {
  /** How many cars at once. */
  readonly jobs?: number | undefined;
  readonly deadlineMs?: number | undefined;
  /** For an ECU's first answer. */
  readonly timeoutMs?: number | undefined;
  /** As written: relative to the manifest. */
  readonly archive?: string | undefined;
  readonly cars: readonly BatchCar[];
}

export const MAX_JOBS = 256;
export const MAX_DEADLINE_MS = 24 * 3_600_000;
const MAX_TIMEOUT_MS = 600_000;
const MAX_LABEL = 80;
const MAX_CARS = 10_000;
const NAMES = ['jobs', 'deadlineMs', 'timeoutMs', 'archive', 'do', 'partial', 'cars', 'label', 'link', 'vin', 'edits', ...BATCH_ACTIONS];

const schema = lazily(() => {
  const listOf = <Item extends z.ZodType>(item: Item) =>
    z.preprocess((value) => (Array.isArray(value) ? (value as unknown[]) : [value]), z.array(item).min(1));
  const actions = listOf(z.enum(BATCH_ACTIONS)).optional();
  const milliseconds = (most: number) => z.int().min(1).max(most).optional();
  const text = z.string().min(1);
  return z.strictObject({
    jobs: z.int().min(1).max(MAX_JOBS).optional(),
    deadlineMs: milliseconds(MAX_DEADLINE_MS),
    timeoutMs: milliseconds(MAX_TIMEOUT_MS),
    archive: text.optional(),
    do: actions,
    partial: z.boolean().optional(),
    cars: z
      .array(
        z.strictObject({
          label: text.max(MAX_LABEL),
          link: text,
          vin: z
            .string()
            .transform((vin) => vin.toUpperCase())
            .refine(isVin, 'is no VIN: 17 characters, letters without I, O and Q, and digits')
            .optional(),
          do: actions,
          edits: listOf(text).optional(),
          partial: z.boolean().optional(),
          deadlineMs: milliseconds(MAX_DEADLINE_MS),
        }),
      )
      .min(1),
  });
});
type Written = z.output<ReturnType<typeof schema>>;

/**
 * Reads the manifest of a batch: YAML 1.2 or JSON.
 *
 * @param name of the file, for errors; its ending tells the syntax
 * @throws {KombiError} `usage.manifest` (exit 2) naming line and place of each mistake
 */
export async function parseManifest(bytes: Uint8Array, name: string): Promise<BatchManifest> {
  const document = await readManifestText(bytes, name);
  const count = (document.value as { cars?: { length?: number } } | null)?.cars?.length ?? 0;
  // What is wrong with each of a million is told by nobody.
  if (count > MAX_CARS)
    throw manifestError(name, [{ line: document.lineOf(['cars']), text: `cars: ${count} are too many; ${MAX_CARS} are the most` }]);
  const parsed = schema().safeParse(document.value);
  if (!parsed.success)
    throw manifestError(
      name,
      parsed.error.issues.map((issue) => problemOf(issue, document)),
    );
  const problems: ManifestProblem[] = [];
  const labels = new Map<string, number>();
  const cars = parsed.data.cars.map((car, index) => {
    const tell = (field: string, text: string) => {
      const path = ['cars', index, field];
      problems.push({ line: document.lineOf(path), text: `${placeOf(path)}: ${text}` });
    };
    const first = labels.get(car.label);
    if (first !== undefined) tell('label', `"${car.label}" is the label of cars[${first}] too`);
    else labels.set(car.label, index);
    return carOf(car, parsed.data, tell);
  });
  if (problems.length > 0) throw manifestError(name, problems);
  const { jobs, deadlineMs, timeoutMs, archive } = parsed.data;
  return { jobs, deadlineMs, timeoutMs, archive, cars };
}

function carOf(
  { label, link, vin, edits: texts = [], deadlineMs, do: own, partial }: Written['cars'][number],
  common: Written,
  tell: (field: string, text: string) => void,
): BatchCar {
  const actions = [...new Set(own ?? common.do ?? (['backup'] as const))];
  const edits: EditSyntax[] = [];
  for (const text of texts) {
    try {
      edits.push(parseEdit(text));
    } catch (error) {
      if (!isKombiError(error, 'usage')) throw error;
      tell('edits', error.message);
    }
  }
  if (actions.includes('plan') && texts.length === 0) tell('do', '"plan" needs edits');
  if (texts.length > 0 && !actions.includes('plan')) tell('edits', 'edits are for "plan": a batch writes to no car');
  return { label, link, vin, actions, edits, partial: partial ?? common.partial ?? false, deadlineMs };
}

function problemOf(issue: z.core.$ZodIssue, document: ManifestDocument): ManifestProblem {
  const line = document.lineOf(issue.path);
  const place = placeOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const meant = nearestMatch(key, NAMES);
    const path = [...issue.path, key];
    return {
      line: document.lineOf(path),
      text: `${placeOf(path)}: there is no "${key}"${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    };
  }
  return { line, text: `${place}: ${issue.message}` };
}

/** `cars[3].link`. */
function placeOf(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text === '' ? 'the manifest' : text.replace(/^\./, '');
}
