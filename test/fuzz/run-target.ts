import { setFlagsFromString } from 'node:v8';
import { createContext, runInNewContext, Script } from 'node:vm';
import { Random, seedOf } from './random.ts';
import { checkRefusal, type Input, type Target, Violation } from './target.ts';

export interface RunOptions {
  /** Of the whole campaign. */
  readonly seed: number;
  /** The first index, and how many. */
  readonly from: number;
  readonly count: number;
  /** When an input counts as one that hangs. */
  readonly hangMs?: number;
}

export interface Tally {
  readonly inputs: number;
  readonly accepted: number;
  readonly refused: number;
}

/** One input that was not taken as it should be. */
export class FuzzFailure extends Error {
  readonly target: string;
  readonly input: Input;

  constructor(options: { target: string; input: Input; where: string; cause: unknown }) {
    const { target, input, where, cause } = options;
    const why = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    super(`${target}, ${where}, on ${showInput(input)}\n${why}`, { cause });
    this.target = target;
    this.input = input;
  }
}

/** No input could be made: the fault is ours, and no target's. */
export class GeneratorError extends Error {}

/** Inputs between two looks at the clock and at the prototypes. */
const BATCH = 128;
/** An input that takes this long hangs; the slowest take some milliseconds. */
const HANG_MS = 20_000;
/** What may stay in memory of many thousand inputs: compiled code and caches. */
const KEPT_BYTES = 24 * 1024 * 1024;
/** Nothing reads the stacks of refusals, and taking them is half the cost of throwing. */
const NO_STACK = 0;

/**
 * Gives a target so many inputs of its own making.
 *
 * @throws {FuzzFailure} for the first that ends otherwise than by a value or a refusal
 */
export async function runTarget(target: Target, { seed, from, count, hangMs = HANG_MS }: RunOptions): Promise<Tally> {
  const tally = { inputs: 0, accepted: 0, refused: 0 };
  const before = heapAfterCollection();
  const prototypes = prototypeKeys();
  let index = from;
  let input: Input = '';
  const next = () => {
    input = makeInput(target, seedOf(seed, target.name, index));
    return target.parse(input);
  };
  const refused = (error: unknown) => {
    checkRefusal(error, target.errors);
    tally.refused += 1;
  };
  const runBatch = (until: number) => {
    for (; index < until; index += 1) {
      try {
        next();
        tally.accepted += 1;
      } catch (error) {
        refused(error);
      }
    }
  };
  // Nothing watches over these: what a promise waits for, only whoever waits for it can miss.
  const runWaitingBatch = async (until: number) => {
    for (; index < until; index += 1) {
      try {
        await next();
        tally.accepted += 1;
      } catch (error) {
        refused(error);
      }
    }
  };
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = NO_STACK;
  try {
    while (index < from + count) {
      const until = Math.min(from + count, index + BATCH);
      if (target.waits) await runWaitingBatch(until);
      else interruptible(() => runBatch(until), hangMs);
      if (prototypeKeys() !== prototypes) throw new Violation('something was left on a prototype by one of the last inputs');
    }
  } catch (error) {
    if (error instanceof GeneratorError) throw error;
    Error.stackTraceLimit = stackTraceLimit;
    const where = `input ${index} of KOMBI_SEED=${seed}`;
    throw new FuzzFailure({ target: target.name, input, where, cause: await again(target, input, error) });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  tally.inputs = tally.accepted + tally.refused;
  const kept = heapAfterCollection() - before;
  if (kept > KEPT_BYTES) throw new Violation(`${target.name}: ${count} inputs left ${kept} bytes in memory (KOMBI_SEED=${seed})`);
  return tally;
}

/** Gives a target one input, such as one of the corpus. @throws {FuzzFailure} */
export async function runInput(target: Target, input: Input, where: string): Promise<void> {
  const prototypes = prototypeKeys();
  try {
    await interruptible(() => target.parse(input), HANG_MS);
  } catch (error) {
    try {
      checkRefusal(error, target.errors);
    } catch (cause) {
      throw new FuzzFailure({ target: target.name, input, where, cause });
    }
  }
  if (prototypeKeys() !== prototypes)
    throw new FuzzFailure({ target: target.name, input, where, cause: 'it left something on a prototype' });
}

function makeInput(target: Target, seed: number): Input {
  try {
    return target.make(new Random(seed));
  } catch (cause) {
    throw new GeneratorError(`${target.name}: no input can be made of seed ${seed}`, { cause });
  }
}

/** The failure once more, with its stack; what does not fail alone keeps its first error. */
async function again(target: Target, input: Input, error: unknown): Promise<unknown> {
  if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'it hangs';
  try {
    await runInput(target, input, '');
    return error;
  } catch (failure) {
    return failure instanceof FuzzFailure ? failure.cause : failure;
  }
}

const room: { work: () => unknown } = { work: () => undefined };
const call = new Script('work()');
createContext(room);

/** Runs `work` so that an endless loop in it, or in a regular expression, is cut off. */
function interruptible<T>(work: () => T, timeout: number): T {
  room.work = work;
  return call.runInContext(room, { timeout }) as T;
}

function prototypeKeys(): string {
  return [Object, Array, String, Map, Uint8Array, Function].map(({ prototype }) => Reflect.ownKeys(prototype).length).join();
}

let collect: (() => void) | undefined;

/** What is in use once all garbage is gone. */
export function heapAfterCollection(): number {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function showInput(input: Input): string {
  return typeof input === 'string' ? JSON.stringify(input) : `hex ${Buffer.from(input).toString('hex')}`;
}
