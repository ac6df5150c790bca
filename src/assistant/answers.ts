import * as z from 'zod';
import { nearestMatch, type Question } from '../catalog/index.ts';
import { KombiError } from '../core/index.ts';

/** By question: the choices that a person made. A question without an entry is not answered. */
export type Answers = Readonly<Record<string, readonly string[]>>;

/** The answer to any question that says nothing. */
export const UNKNOWN = 'unknown';

const documentSchema = z.record(z.string(), z.union([z.string(), z.boolean(), z.array(z.string()), z.null()]));
const HINT = '`kombi diagnose sos --questions` lists them all.';

/**
 * Answers out of a file: by question a choice or a list of them; true and false are yes and no, `unknown` and null say nothing.
 *
 * @throws {KombiError} `usage.answers` (exit 2) for a question or a choice that there is not, with the nearest there is
 */
export function parseAnswers(document: unknown, questions: readonly Question[]): Answers {
  const parsed = documentSchema.safeParse(document);
  if (!parsed.success) {
    const [path] = parsed.error.issues[0]?.path ?? [];
    throw wrong(
      path === undefined
        ? 'The answers are no table of questions'
        : `The answer to ${String(path)} is neither a choice nor a list of choices`,
    );
  }
  const answers: Record<string, readonly string[]> = {};
  for (const [id, given] of Object.entries(parsed.data)) {
    const question = questions.find((each) => each.id === id);
    if (question === undefined) throw unknownWord(`There is no question "${id}"`, id, questions);
    const chosen = [given ?? UNKNOWN].flat().map((choice) => (typeof choice === 'boolean' ? (choice ? 'yes' : 'no') : choice));
    const known = chosen.filter((choice) => choice !== UNKNOWN);
    checkChoices(question, known);
    if (known.length > 0) answers[id] = known;
  }
  return answers;
}

function checkChoices({ id, choices, several }: Question, chosen: readonly string[]): void {
  for (const choice of chosen) {
    const known = choices.find((each) => each.id === choice);
    if (known === undefined) throw unknownWord(`"${choice}" is no answer to the question ${id}`, choice, choices);
    if (known.alone && chosen.length > 1) throw wrong(`The question ${id} has "${choice}" beside other answers`);
  }
  if (chosen.length > 1 && !several) throw wrong(`The question ${id} takes one answer, not ${chosen.length}`);
}

function unknownWord(message: string, word: string, known: readonly { readonly id: string }[]): KombiError {
  const ids = known.map(({ id }) => id);
  const nearest = nearestMatch(word, ids);
  return wrong(message, `${nearest === undefined ? `There is ${[...ids].join(', ')}.` : `Did you mean ${nearest}?`} ${HINT}`);
}

function wrong(message: string, hint = HINT): KombiError {
  return new KombiError({ code: 'usage.answers', message, hint });
}
