import type { CheatFile, UnknownName } from '../../../coding/cheats/index.ts';
import { formatUnknownNames, importCheats, parseToldValue, parseToldValues } from '../../../coding/cheats/index.ts';
import { isKombiError, KombiError } from '../../../core/index.ts';
import { readCheatFiles } from '../../cheat-files.ts';
import type { CommandSpec } from '../../command.ts';
import type { Context } from '../../context.ts';
import { createFile } from '../../create-file.ts';
import { escapeText } from '../../escape.ts';
import { importLines, importResult } from '../../import-text.ts';
import { saveOwnRecipes } from '../../own-recipes.ts';
import { readNamedFile } from '../../read-named-file.ts';

export const importRecipes: CommandSpec = {
  name: 'import',
  summary: 'take in files of FDL cheats, and make recipes of them',
  description:
    'Several files are read together: a value that one knows by its name another may give as a number. Names that stay unknown are asked for in a terminal, ' +
    'or told with --values. Units that no recipe may change are left out.',
  arguments: [{ syntax: '<file...>', help: 'files of FDL cheats, in XML' }],
  options: [
    { flags: '--save', help: 'keep the recipes, for `kombi recipes check` and `kombi apply`' },
    { flags: '--values <file>', help: 'numbers for names, a line each: <place> <name>=<hex>' },
    { flags: '--names <file>', help: 'write the names that nobody gives a number for, to fill in for --values' },
  ],
  examples: [
    'kombi recipes import Botho.xml',
    'kombi recipes import *.xml --names names.txt',
    'kombi recipes import *.xml --values names.txt --save',
  ],
  run: async (context, input) => {
    const files = await readCheatFiles(input.rest(0));
    refuseBroken(files);
    const catalog = await context.catalog();
    const first = importCheats(files, { catalog });
    const told = await answers(context, first.unknownNames, input.text('values'));
    const imported = told.size === 0 ? first : importCheats(files, { catalog, told });
    const names = input.text('names');
    if (names !== undefined) await createFile(names, formatUnknownNames(imported.unknownNames), '--names');
    const saved = input.flag('save') ? await saveOwnRecipes(context, imported.recipes) : undefined;
    return {
      result: { ...importResult(files, imported), ...(saved === undefined ? {} : { saved }) },
      lines: importLines({ files, imported, saved, width: context.width, style: await context.style() }),
    };
  },
};

function refuseBroken(files: readonly CheatFile[]): void {
  const broken = files.find((file) => file.broken !== undefined)?.broken;
  if (broken === undefined) return;
  throw new KombiError({
    code: 'usage.cheat-file',
    message: `${broken.file}, line ${broken.line}: ${broken.message}`,
    hint: 'Correct the file; `kombi recipes lint` says what is wrong with it. Of a file that is not whole nothing is taken.',
  });
}

/** Numbers for names, from a file of answers or from the person who sits there. */
async function answers(
  context: Context,
  names: readonly UnknownName[],
  path: string | undefined,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const told = new Map(path === undefined ? [] : parseToldValues(await readAnswers(path), names));
  const open = names.filter(({ key }) => !told.has(key));
  if (open.length === 0 || !context.isPersonThere || context.globals.json || context.globals.yes) return told;
  const { signal } = context.io;
  const prompter = await context.prompter();
  const question = `${open.length} values are known by their names only. Give their numbers now?`;
  if (!(await prompter.confirm(question, false, signal))) return told;
  await context.say('An empty answer leaves one out, a dot leaves out all that follow.');
  for (const name of open) {
    const answer = await askOne(context, name);
    if (answer === 'stop') break;
    if (answer !== undefined) told.set(name.key, answer);
  }
  return told;
}

async function askOne(context: Context, name: UnknownName): Promise<Uint8Array | 'stop' | undefined> {
  const { module, description, key, numbers } = name;
  const others = numbers.length === 0 ? '' : ` (others give ${numbers.join(', ')})`;
  const prompter = await context.prompter();
  for (;;) {
    await context.say(escapeText(`${module ?? 'unit'}: ${description ?? ''}${others}`));
    const answer = (await prompter.ask(escapeText(`${key} is, in hex:`), context.io.signal)).trim();
    if (answer === '') return undefined;
    if (answer === '.') return 'stop';
    try {
      return parseToldValue(answer, name);
    } catch (error) {
      if (!isKombiError(error)) throw error;
      await context.say(escapeText(error.message));
    }
  }
}

async function readAnswers(path: string): Promise<string> {
  return (await readNamedFile(path, 'Name a file of answers, as --names writes it.')).toString('utf8');
}
