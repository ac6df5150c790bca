import { isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, type Node, parseDocument } from 'yaml';
import { Lines, MAX_MANIFEST_DEPTH, type ManifestDocument, UnsoundManifest } from './manifest-document.ts';

const MAX_TOKENS = 1 << 18;
/** Of one value; wrong escapes in a long one cost the library seconds. */
const MAX_TOKEN = 1 << 14;
const BYTE_ORDER_MARK = '\ufeff';
const DOCUMENT = '\u0002';

/** @throws {UnsoundManifest} */
export function readYamlManifest(text: string): ManifestDocument {
  checkShape(text);
  const counter = new LineCounter();
  // A name that stands twice is found below: the library compares every pair of names.
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: false,
    stringKeys: true,
    strict: true,
    prettyErrors: false,
    lineCounter: counter,
  });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw new UnsoundManifest(`it is not YAML: ${problem.message}`, counter.linePos(problem.pos[0]).line);
  const lines = new Lines();
  const value = plain(document.contents, [], { lines, counter });
  return { value, lineOf: (path) => lines.of(path) };
}

/**
 * Looks at the words of the text before anything is built of them: the library descends by recursion and would run out
 * of memory on a text that only opens. Nesting takes an indent, a mark on the same line or a bracket.
 */
function checkShape(text: string): void {
  const indents: number[] = [];
  let brackets = 0;
  let marks = 0;
  let tokens = 0;
  let line = 1;
  let lineStart = true;
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (tokens > MAX_TOKENS) throw new UnsoundManifest(`it has more than ${MAX_TOKENS} words and marks`, line);
    if (lineStart && token !== DOCUMENT && token !== BYTE_ORDER_MARK) {
      const indent = /^ *$/.test(token) ? token.length : 0;
      while ((indents.at(-1) ?? -1) >= indent) indents.pop();
      indents.push(indent);
      marks = 0;
      lineStart = false;
    }
    if (token === '-' || token === '?' || token === ':') marks += 1;
    if (token === '[' || token === '{') brackets += 1;
    if (token === ']' || token === '}') brackets -= 1;
    if (token.length > MAX_TOKEN && !token.startsWith('#')) throw new UnsoundManifest(`a value has ${token.length} characters`, line);
    if (token.startsWith('%')) throw new UnsoundManifest('directives are not taken', line);
    if (Math.max(indents.length, marks, brackets) > 2 * MAX_MANIFEST_DEPTH) throw tooDeep(line);
    line += token.split('\n').length - 1;
    if (token.endsWith('\n')) lineStart = true;
  }
}

interface Place {
  readonly lines: Lines;
  readonly counter: LineCounter;
}

/** A node as plain data. No object of it has a prototype that a name could reach. */
function plain(node: unknown, path: readonly PropertyKey[], place: Place): unknown {
  if (node === null || node === undefined) return null;
  const { anchor, tag, range } = node as Node & { anchor?: string };
  const line = range ? place.counter.linePos(range[0]).line : undefined;
  if (line !== undefined) place.lines.set(path, line);
  if (path.length > MAX_MANIFEST_DEPTH) throw tooDeep(line);
  if (isAlias(node) || anchor !== undefined) throw new UnsoundManifest('anchors and aliases are not taken', line);
  if (tag !== undefined) throw new UnsoundManifest(`the tag ${tag} is not taken`, line);
  if (isScalar(node)) return node.value;
  if (isSeq(node)) return node.items.map((item, index) => plain(item, [...path, index], place));
  if (!isMap(node)) throw new UnsoundManifest('this is neither a value, a list nor a table', line);
  const table: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const { key, value } of node.items) {
    const name = String(isScalar(key) ? key.value : key);
    plain(key, [...path, name], place);
    if (Object.hasOwn(table, name)) throw new UnsoundManifest(`"${name}" stands twice`, place.lines.of([...path, name]));
    table[name] = plain(value, [...path, name], place);
  }
  return table;
}

function tooDeep(line: number | undefined): UnsoundManifest {
  return new UnsoundManifest(`it is nested more than ${MAX_MANIFEST_DEPTH} deep`, line);
}
