import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import * as z from 'zod';
import { isVin, KombiError, messageOf } from '../core/index.ts';
import type { BatchCar, CarOutcome, CarRecord } from '../job/batch/index.ts';

const FORMAT = 1;
const MAX_BYTES = 64 << 20;

const lineSchema = z.looseObject({
  format: z.literal(FORMAT),
  entry: z.string(),
  outcome: z.looseObject({
    label: z.string(),
    ok: z.boolean(),
    exit: z.int(),
    vehicle: z.literal('untouched'),
    vin: z.string().refine(isVin).nullable(),
    result: z.looseObject({}),
    notes: z.array(z.string()),
  }),
});

/** What a batch keeps of each car as soon as it is done, one line of JSON a car, so that a later run can go on from there. */
export interface BatchRecord extends AsyncDisposable {
  /** How the car ended when the same entry of the manifest last succeeded. */
  successOf(car: BatchCar): CarOutcome | undefined;
  /** Durable when it resolves. */
  add(car: BatchCar, outcome: CarOutcome, record: CarRecord): Promise<void>;
}

/**
 * Opens the record of a batch, or begins one.
 *
 * @throws {KombiError} `usage.file` (exit 2) where it cannot be opened, or is something else
 */
export async function openBatchRecord(path: string): Promise<BatchRecord> {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    if (size > MAX_BYTES) throw notARecord(path, `it has ${size} bytes`);
    const text = await file.readFile('utf8');
    const succeeded = readLines(path, text);
    // A line that a crash cut off must not swallow the next.
    if (text !== '' && !text.endsWith('\n')) await file.appendFile('\n');
    return {
      successOf: (car) => succeeded.get(entryOf(car)),
      async add(car, outcome, { saved }) {
        await file.appendFile(`${JSON.stringify({ format: FORMAT, entry: entryOf(car), outcome, saved })}\n`);
        await file.datasync();
      },
      [Symbol.asyncDispose]: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** What a car is and what was to be done with it: where that was changed in the manifest, it is to be done anew. */
function entryOf({ label, link, vin, actions, edits, partial }: BatchCar): string {
  const written = [label, link, vin ?? null, actions, edits.map(({ text }) => text), partial];
  return createHash('sha256').update(JSON.stringify(written)).digest('hex');
}

function readLines(path: string, text: string): Map<string, CarOutcome> {
  const succeeded = new Map<string, CarOutcome>();
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const parsed = lineSchema.safeParse(parseJson(line));
    if (parsed.success) {
      const { entry, outcome } = parsed.data;
      if (outcome.ok) succeeded.set(entry, outcome as unknown as CarOutcome);
    } else if (index === 0 && (lines.length > 1 || !line.startsWith('{'))) {
      // Any other line may be torn: its car is simply done again.
      throw notARecord(path, 'line 1 is none of its lines');
    }
  }
  return succeeded;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'a+', 0o600);
  } catch (error) {
    throw new KombiError({
      code: 'usage.file',
      message: `${path} cannot be opened: ${messageOf(error)}`,
      hint: 'Name a file that can be written to; it is made where there is none.',
    });
  }
}

function notARecord(path: string, why: string): KombiError {
  return new KombiError({
    code: 'usage.file',
    message: `${path} is no record of a batch: ${why}`,
    hint: 'Name the file that an earlier run was given with --resume, or one that is not there yet.',
  });
}
