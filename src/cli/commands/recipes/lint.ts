import { readFile } from 'node:fs/promises';
import { type CheatFile, type CheatProblem, importCheats, lintCheats } from '../../../coding/cheats/index.ts';
import { decodeOwnRecipes } from '../../../coding/index.ts';
import { isKombiError, KombiError, messageOf } from '../../../core/index.ts';
import { readCheatFiles } from '../../cheat-files.ts';
import type { CommandSpec } from '../../command.ts';
import { plural } from '../../format.ts';
import { problemLines, refusedBy } from '../../import-text.ts';

export const lint: CommandSpec = {
  name: 'lint',
  summary: 'what is wrong with files of FDL cheats, by line',
  description:
    'Errors make an entry, or the file, useless; warnings were understood all the same, or contradict another entry. Files of recipes (.json) are checked too.',
  arguments: [{ syntax: '<file...>', help: 'files of FDL cheats, in XML, read together; or recipes of your own, in JSON' }],
  examples: ['kombi recipes lint Botho.xml', 'kombi recipes lint *.xml --json'],
  run: async (context, input) => {
    const paths = input.rest(0);
    const [own, cheats] = [paths.filter((path) => path.endsWith('.json')), paths.filter((path) => !path.endsWith('.json'))];
    const files: readonly CheatFile[] = await readCheatFiles(cheats);
    const imported = importCheats(files, { catalog: await context.catalog() });
    const problems: CheatProblem[] = [...lintCheats(files, imported)];
    for (const path of own) problems.push(...(await lintOwn(path)));
    const errors = problems.filter(({ severity }) => severity === 'error').length;
    const warnings = problems.length - errors;
    const style = await context.style();
    const waiting = refusedBy(imported.entries)['name-unknown'] ?? 0;
    return {
      result: { files: paths, errors, warnings, problems, names: waiting },
      lines: [
        ...problemLines(problems, context.width, style),
        `${plural(errors, 'error')}, ${plural(warnings, 'warning')}${waiting === 0 ? '' : `; values known by a name only: ${waiting}`}`,
      ],
      ...(errors === 0 ? {} : { error: lintError(errors) }),
    };
  },
};

async function lintOwn(path: string): Promise<readonly CheatProblem[]> {
  try {
    decodeOwnRecipes(await readFile(path, 'utf8'), path);
    return [];
  } catch (error) {
    if (!isKombiError(error) && !(error instanceof Error && 'syscall' in error)) throw error;
    return [{ file: path, line: 1, severity: 'error', code: 'recipes', message: messageOf(error) }];
  }
}

function lintError(errors: number): KombiError {
  return new KombiError({
    code: 'usage.cheat-file',
    message: `${plural(errors, 'error')} in the files`,
    hint: 'Such entries are left out by `kombi recipes import`; a file that is no XML is refused.',
  });
}
