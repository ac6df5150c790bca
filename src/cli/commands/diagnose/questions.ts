import type { Outcome } from '../../command.ts';
import type { Context } from '../../context.ts';
import { table, wrap } from '../../text.ts';

/** The questions and their choices: what a file of answers may hold. */
export async function listQuestions(context: Context): Promise<Outcome> {
  const { language, width } = context;
  const { questions } = (await context.catalog()).diagnosis;
  const style = await context.style();
  const told = questions.map(({ id, text, several, choices }) => ({
    id,
    text: text[language],
    several,
    choices: choices.map((choice) => ({ id: choice.id, label: choice.label[language] })),
  }));
  return {
    result: { questions: told },
    lines: told.flatMap(({ id, text, several, choices }) => [
      ...wrap(`${style.mark(id)}${several ? ' [ … ]' : ''}  ${text}`, { width, indent: 2 }),
      ...table(
        choices.map((choice) => [choice.id, choice.label]),
        width,
        { indent: 4 },
      ),
    ]),
  };
}
