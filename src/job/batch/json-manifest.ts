import { messageOf } from '../../core/index.ts';
import { Lines, MAX_MANIFEST_DEPTH, type ManifestDocument, UnsoundManifest } from './manifest-document.ts';

interface Level {
  /** The names so far of an object; undefined in a list. */
  readonly names: Set<string> | undefined;
  /** Where the next value stands: a name, or a place in the list. */
  at: string | number;
}

const TOKEN = /"(?:[^"\\]+|\\.)*"|[{}[\],:\n]|[^\s"{}[\],:]+/gs;

/** @throws {UnsoundManifest} */
export function readJsonManifest(text: string): ManifestDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UnsoundManifest(`it is not JSON: ${messageOf(error)}`, lineOfError(text, messageOf(error)));
  }
  const lines = locate(text);
  return { value, lineOf: (path) => lines.of(path) };
}

/** Walks a text that is known to be JSON, for what `JSON.parse` does not tell: lines, names that stand twice, and depth. */
function locate(text: string): Lines {
  const lines = new Lines();
  const levels: Level[] = [];
  const path = () => levels.map(({ at }) => at);
  let line = 1;
  let name: string | undefined;
  for (const [token] of text.matchAll(TOKEN)) {
    const level = levels.at(-1);
    if (token === '\n') {
      line += 1;
    } else if (token === '{' || token === '[') {
      lines.set(path(), line);
      levels.push({ names: token === '{' ? new Set() : undefined, at: token === '{' ? '' : 0 });
      if (levels.length > MAX_MANIFEST_DEPTH) throw new UnsoundManifest(`it is nested more than ${MAX_MANIFEST_DEPTH} deep`, line);
    } else if (token === '}' || token === ']') {
      levels.pop();
    } else if (token === ',') {
      name = undefined;
      if (typeof level?.at === 'number') level.at += 1;
    } else if (token === ':') {
      if (level?.names === undefined || name === undefined) continue;
      if (level.names.has(name)) throw new UnsoundManifest(`"${name}" stands twice`, line);
      level.names.add(name);
      level.at = name;
    } else {
      // In an object the last string before a colon is the name of what follows.
      if (level?.names !== undefined && token.startsWith('"')) name = JSON.parse(token) as string;
      lines.set(path(), line);
    }
  }
  return lines;
}

/** Node says where as "position 37", newer ones as "line 3 column 5" too. */
function lineOfError(text: string, message: string): number | undefined {
  const position = /position (\d+)/.exec(message)?.[1];
  return position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length;
}
