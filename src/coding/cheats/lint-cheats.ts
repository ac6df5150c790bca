import type { CheatFile, CheatProblem } from './cheat-file.ts';
import type { CheatImport } from './import-cheats.ts';
import type { Refusal } from './imported-entry.ts';

/** What makes an entry useless by itself; that its unit is blocked or its value a name is no mistake of the file. */
const MISTAKES: ReadonlySet<Refusal> = new Set(['cafd', 'block', 'range', 'mask', 'value', 'metadata', 'contradicts-itself']);

/** All that is wrong with files, by file and line. */
export function lintCheats(files: readonly CheatFile[], { entries, contradictions }: CheatImport): readonly CheatProblem[] {
  const order = new Map(files.map(({ name }, index) => [name, index]));
  const problems: CheatProblem[] = files.flatMap(({ problems, broken }) => [...problems, ...(broken === undefined ? [] : [broken])]);
  for (const { entry, refusal, note = '' } of entries) {
    if (refusal !== undefined && MISTAKES.has(refusal))
      problems.push({ file: entry.file, line: entry.line, severity: 'error', code: refusal, message: note });
  }
  for (const { kind, message, entries: pair } of contradictions) {
    if (kind === 'twice') continue;
    const [first, second] = pair;
    problems.push({
      file: second.file,
      line: second.line,
      severity: 'warning',
      code: 'contradiction',
      message: `${message} (${first.file}, line ${first.line})`,
    });
  }
  return problems.sort((left, right) => (order.get(left.file) ?? 0) - (order.get(right.file) ?? 0) || left.line - right.line);
}
