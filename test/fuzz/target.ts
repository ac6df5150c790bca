import { escapeText } from '../../src/cli/escape.ts';
import { describeError, errorLines } from '../../src/cli/report-error.ts';
import { KombiError } from '../../src/core/index.ts';
import { mutatedBytes, mutatedText } from './mutate.ts';
import type { Random } from './random.ts';

export type Input = Uint8Array | string;

interface TargetOf<I extends Input> {
  readonly name: string;
  /** First parts of the codes that its errors may have; none: it must not throw at all. */
  readonly errors: readonly string[];
  readonly samples: readonly I[];
  /** Inputs that know the shape, for two of three; the others are samples with something wrong. */
  readonly make?: (random: Random) => I;
  /** It gives promises. */
  readonly waits?: true;
  /** Throws a KombiError where it refuses. Anything else thrown is a failure; so is what the target finds wrong itself. */
  readonly parse: (input: I) => unknown;
}

/** Something that takes bytes or text from a stranger. */
export interface Target {
  readonly name: string;
  readonly errors: readonly string[];
  readonly waits: boolean;
  make(random: Random): Input;
  parse(input: Input): unknown;
}

export function bytesTarget(target: TargetOf<Uint8Array>): Target {
  return {
    name: target.name,
    errors: target.errors,
    waits: target.waits ?? false,
    make: (random) => (target.make !== undefined && !random.oneIn(3) ? target.make(random) : mutatedBytes(random, target.samples)),
    parse: (input) => target.parse(typeof input === 'string' ? new TextEncoder().encode(input) : input),
  };
}

export function textTarget(target: TargetOf<string>): Target {
  return {
    name: target.name,
    errors: target.errors,
    waits: target.waits ?? false,
    make: (random) => (target.make !== undefined && !random.oneIn(3) ? target.make(random) : mutatedText(random, target.samples)),
    parse: (input) => target.parse(typeof input === 'string' ? input : Buffer.from(input).toString('latin1')),
  };
}

/** What is wrong with how an input was taken, other than by what was thrown. */
export class Violation extends Error {}

export function demand(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Violation(what);
}

const CODE = /^[a-z]+(\.[a-z0-9-]+)+$/;
const PLAIN = { heading: String, mark: String, quiet: String, good: String, warning: String, failure: String };
const NEVER = new AbortController().signal;

/** @throws the error itself, or a {@link Violation}, unless it is a refusal such as the room says it makes, fit for a screen */
export function checkRefusal(error: unknown, rooms: readonly string[]): void {
  if (!(error instanceof KombiError)) throw error;
  if (!rooms.some((room) => error.code.startsWith(`${room}.`)) || !CODE.test(error.code)) throw error;
  demand(error.message !== '', `${error.code} says nothing`);
  // Only what is not plain already could come out otherwise, and laying out lines is dear.
  if (escapeText(error.message + (error.hint ?? '')) === error.message + (error.hint ?? '')) return;
  const lines = errorLines(describeError(error, NEVER), { style: PLAIN, width: 80, verbose: false }).split('\n');
  for (const line of lines) demand(escapeText(line) === line, `${error.code} writes ${JSON.stringify(line)} to the screen`);
}

/** Runs `work`, whose refusals are no failure. @returns whether it was refused */
export function mayRefuse(work: () => void, rooms: readonly string[]): boolean {
  try {
    work();
    return false;
  } catch (error) {
    checkRefusal(error, rooms);
    return true;
  }
}
