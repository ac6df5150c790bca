import { type Answers, parseAnswers, UNKNOWN } from '../../../assistant/index.ts';
import type { Question } from '../../../catalog/index.ts';
import { isKombiError, KombiError } from '../../../core/index.ts';
import { readManifestText } from '../../../job/batch/index.ts';
import type { Context } from '../../context.ts';
import { readNamedFile } from '../../read-named-file.ts';

const DO_NOT_KNOW = { en: "I don't know", de: 'Ich weiß es nicht' } as const;
const SEVERAL = { en: '(any number; none: not known)', de: '(beliebig viele; keine: nicht bekannt)' } as const;

/** Asks a person; Enter alone says that it is not known. */
export async function askQuestions(context: Context, questions: readonly Question[]): Promise<Answers> {
  const { io, language } = context;
  const prompter = await context.prompter();
  const answers: Record<string, readonly string[]> = {};
  for (const { id, text, choices, several } of questions) {
    const offered = choices.map((choice) => ({ value: choice.id, label: choice.label[language] }));
    const chosen = several
      ? await prompter.chooseSome(`${text[language]} ${SEVERAL[language]}`, offered, io.signal)
      : [await prompter.choose(text[language], [{ value: UNKNOWN, label: DO_NOT_KNOW[language] }, ...offered], { signal: io.signal })];
    // Who marks "nothing" beside something means the something.
    const meant = chosen.length > 1 ? chosen.filter((value) => !choices.find((choice) => choice.id === value)?.alone) : chosen;
    const known = meant.filter((value) => value !== UNKNOWN);
    if (known.length > 0) answers[id] = known;
  }
  return answers;
}

/** @throws {KombiError} `usage.answers`, `usage.file` (exit 2) */
export async function loadAnswers(context: Context, file: string): Promise<Answers> {
  const bytes = file === '-' ? Buffer.from(await context.io.stdin.read()) : await readNamedFile(file, 'Name a YAML or JSON file.');
  const name = file === '-' ? 'the answers' : file;
  const { questions } = (await context.catalog()).diagnosis;
  try {
    return parseAnswers((await readManifestText(bytes, name)).value, questions);
  } catch (error) {
    if (!isKombiError(error, 'usage.manifest')) throw error;
    throw new KombiError({
      code: 'usage.answers',
      message: error.message,
      items: error.items,
      hint: '`kombi diagnose sos --questions` shows what the answers look like.',
    });
  }
}
