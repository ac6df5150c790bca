import type { CheatFile, CheatImport, CheatProblem, Counts, ImportedEntry } from '../coding/cheats/index.ts';
import { toHex } from '../core/index.ts';
import { escapeText } from './escape.ts';
import { plural } from './format.ts';
import type { Style } from './style.ts';
import { table, wrap } from './text.ts';

const SHOWN_CONTRADICTIONS = 20;

const REFUSALS: Readonly<Record<NonNullable<ImportedEntry['refusal']>, string>> = {
  'name-unknown': 'known by a name only, of which no entry gives the number',
  blocked: 'for units that no recipe may change',
  value: 'with a value that does not fit',
  mask: 'with a mask that is none',
  range: 'with a range of bytes that is none',
  block: 'with a block that is none',
  cafd: 'with coding data (CAFD) that are none',
  metadata: 'for blocks that say what the coding is',
  'contradicts-itself': 'giving the same bits two values',
};

/** What `recipes import` tells programs. */
export function importResult(files: readonly CheatFile[], { entries, recipes, counts, unknownNames, contradictions }: CheatImport) {
  return {
    files: files.map(({ name, entries: own, codes, problems }) => ({ file: name, entries: own.length, codes, warnings: problems.length })),
    counts: { ...counts, refusedBy: refusedBy(entries) },
    recipes: recipes.map(({ id, title, risk, variants }) => ({
      id,
      title: title.en,
      risk,
      cafds: variants.flatMap(({ cafds }) => cafds),
      edits: variants.flatMap(({ edits }) => edits),
      evidence: variants[0]?.evidence ?? 'hypothesis',
    })),
    entries: entries.map(({ entry, status, refusal, note, bytes }) => ({
      file: entry.file,
      line: entry.line,
      cafd: entry.cafd ?? null,
      block: entry.block ?? null,
      status,
      ...(refusal === undefined ? {} : { refusal }),
      ...(note === undefined ? {} : { note }),
      ...(bytes === undefined ? {} : { value: toHex(bytes) }),
    })),
    unknownNames: unknownNames.map(({ key, module, description, numbers, entries: waiting }) => ({
      key,
      module: module ?? null,
      description: description ?? null,
      numbers,
      entries: waiting,
    })),
    contradictions: contradictions.map(({ kind, message, entries: pair }) => ({
      kind,
      message,
      at: pair.map(({ file, line }) => ({ file, line })),
    })),
  };
}

export interface ImportTextOptions {
  readonly files: readonly CheatFile[];
  readonly imported: CheatImport;
  /** Where the recipes were kept; undefined where they were not. */
  readonly saved: readonly string[] | undefined;
  readonly width: number;
  readonly style: Style;
}

/** The same for people. */
export function importLines({ files, imported, saved, width, style }: ImportTextOptions): string[] {
  const { entries, counts, recipes, unknownNames, contradictions } = imported;
  const paragraph = (text: string, indent = 0) => wrap(escapeText(text), { width, indent, lead: ' '.repeat(indent) });
  const refusals = Object.entries(refusedBy(entries)).map(([reason, count]) => `${count} ${REFUSALS[reason as keyof typeof REFUSALS]}`);
  const told = contradictions.slice(0, SHOWN_CONTRADICTIONS);
  return [
    ...table(
      files.map(({ name, entries: own, codes }) => [
        style.mark(escapeText(name)),
        `${plural(own.length, 'entry')} in ${plural(codes, 'code')}`.replace('entrys', 'entries'),
      ]),
      width,
    ),
    '',
    ...paragraph(`Entries: ${countsText(counts.entries)}`),
    ...refusals.flatMap((text) => paragraph(text, 2)),
    ...paragraph(`Codes: ${countsText(counts.codes)}; a code is refused where one of its entries is`),
    ...(contradictions.length === 0
      ? []
      : ['', ...wrap(style.warning(`${contradictions.length} contradictions; what they touch counts as a hypothesis`), { width })]),
    ...told.flatMap(({ message, entries: pair }) =>
      paragraph(`${message} (${pair.map(({ file, line }) => `${file}:${line}`).join(', ')})`, 2),
    ),
    ...(contradictions.length > told.length ? [`  and ${contradictions.length - told.length} more, with --json`] : []),
    '',
    ...(unknownNames.length === 0
      ? []
      : paragraph(
          `${plural(unknownNames.length, 'name')} without a number: --names FILE writes them down, --values FILE takes the answers.`,
        )),
    ...paragraph(
      saved === undefined
        ? `${plural(recipes.length, 'recipe')}, not kept: --save keeps them for \`kombi recipes check\` and \`kombi apply\`.`
        : `${plural(recipes.length, 'recipe')} kept in ${saved.join(', ')}`,
    ),
  ];
}

/** One problem a line: `Botho.xml:1512 error: the mask …`. */
export function problemLines(problems: readonly CheatProblem[], width: number, style: Style): string[] {
  return problems.flatMap(({ file, line, severity, message }) => {
    const mark = severity === 'error' ? style.failure(severity) : style.warning(severity);
    return wrap(`${style.mark(escapeText(`${file}:${line}`))} ${mark}: ${escapeText(message)}`, { width, indent: 2 }).map((text, index) =>
      index === 0 ? text.trimStart() : text,
    );
  });
}

function countsText({ total, taken, resolved, asked, refused }: Counts): string {
  return `${total}, of which ${taken} taken, ${resolved} resolved by another entry, ${asked} by your word, ${refused} refused`;
}

export function refusedBy(entries: readonly ImportedEntry[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { refusal } of entries) if (refusal !== undefined) counts[refusal] = (counts[refusal] ?? 0) + 1;
  return counts;
}
