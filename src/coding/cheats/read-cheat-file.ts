import type { SaxesParser } from 'saxes';
import { nearestMatch } from '../../catalog/index.ts';
import type { CheatEntry, CheatFile, CheatProblem } from './cheat-file.ts';

/** Larger than any real one by far: the largest known has 170 kB. */
export const MAX_CHEAT_BYTES = 64 * 1024 * 1024;
const MAX_DEPTH = 16;
/** Of one file; whoever has more has read enough. */
const MAX_PROBLEMS = 1000;
/** Longer than any value or description; what is cut off makes the entry an unknown name, and so refused. */
const MAX_TEXT = 4096;

/** Which attributes an element may have. */
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  fdl: [],
  cafd: ['id', 'name', 'series', 'author'],
  code: ['description', 'series'],
  group: ['id'],
  function: ['start', 'end', 'mask', 'comment'],
};
/** Which element stands in which. */
const PARENTS: Readonly<Record<string, string>> = { cafd: 'fdl', code: 'cafd', group: 'code', function: 'group' };

/**
 * Reads a file of FDL cheats and forgives what can be understood all the same: a misspelt attribute, a missing name.
 *
 * Shape   `FDL/cafd@id@name[@series][@author]/code@description/group@id/function@start@end@mask[@comment]`, the value as text
 *
 * Entities are never expanded, and a document type is refused: nothing in the file makes more of it than its bytes.
 *
 * @param name the file's name, for problems
 */
export async function readCheatFile(text: string, name: string): Promise<CheatFile> {
  const { SaxesParser } = await import('saxes');
  const reader = new CheatReader(name, new SaxesParser({ xmlns: false, position: true }));
  reader.read(text);
  return reader.result();
}

/** Without namespaces an attribute is its text. */
interface Options {
  readonly xmlns: false;
  readonly position: true;
}

type Attributes = Readonly<Record<string, string>>;

interface OpenElement {
  readonly name: string;
  readonly attributes: Attributes;
  readonly line: number;
}

/** Ends the reading; never leaves this file. */
class Broken extends Error {}

class CheatReader {
  readonly #file: string;
  readonly #entries: CheatEntry[] = [];
  readonly #problems: CheatProblem[] = [];
  readonly #open: OpenElement[] = [];
  readonly #parser: SaxesParser<Options>;
  #broken: CheatProblem | undefined;
  #codes = 0;
  #text = '';

  constructor(file: string, parser: SaxesParser<Options>) {
    this.#file = file;
    this.#parser = parser;
    parser.on('error', (error) => this.#break('xml', error.message.replace(/^\d+:\d+: /, '').replace(/\.$/, '')));
    parser.on('doctype', () => this.#break('doctype', 'a document type is not read: files of cheats have none'));
    parser.on('opentag', (tag) => this.#enter(tag));
    parser.on('closetag', () => this.#leave());
    const take = (text: string) => {
      if (this.#open.at(-1)?.name === 'function' && this.#text.length < MAX_TEXT) this.#text += text;
    };
    parser.on('text', take);
    parser.on('cdata', take);
  }

  read(text: string): void {
    try {
      if (text.length > MAX_CHEAT_BYTES) this.#break('size', `it is larger than ${MAX_CHEAT_BYTES} bytes`);
      this.#parser.write(text).close();
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
    }
  }

  result(): CheatFile {
    return { name: this.#file, entries: this.#entries, codes: this.#codes, problems: this.#problems, broken: this.#broken };
  }

  #enter({ name: written, attributes }: { readonly name: string; readonly attributes: Attributes }): void {
    const name = written.toLowerCase();
    if (this.#open.length >= MAX_DEPTH) this.#break('depth', `elements are nested more than ${MAX_DEPTH} deep`);
    const parent = this.#open.at(-1);
    if (parent === undefined && name !== 'fdl')
      this.#break('root', `the file begins with <${clip(written)}>, not with <FDL>: it is no file of cheats`);
    const known = Object.hasOwn(ATTRIBUTES, name);
    if (!known || (parent !== undefined && PARENTS[name] !== parent.name)) {
      this.#tell('error', 'element', `<${clip(written)}> has no place in <${parent?.name}>, and is left out`);
    }
    const line = this.#parser.line;
    this.#open.push({ name: known ? name : '', attributes: known ? this.#attributesOf(name, attributes) : {}, line });
    if (name === 'code') this.#codes += 1;
    this.#text = '';
  }

  #leave(): void {
    const path = [...this.#open];
    const [fdl, cafd, code, group, fn] = path;
    this.#open.pop();
    if (
      path.length !== 5 ||
      fdl === undefined ||
      cafd?.name !== 'cafd' ||
      code?.name !== 'code' ||
      group?.name !== 'group' ||
      fn?.name !== 'function'
    )
      return;
    this.#entries.push({
      file: this.#file,
      line: fn.line,
      cafd: cafd.attributes['id'],
      module: cafd.attributes['name'],
      series: code.attributes['series'] ?? cafd.attributes['series'],
      author: cafd.attributes['author'],
      code: this.#codes - 1,
      description: code.attributes['description'],
      block: group.attributes['id'],
      start: fn.attributes['start'],
      end: fn.attributes['end'],
      mask: fn.attributes['mask'],
      value: this.#text.trim(),
      comment: fn.attributes['comment'],
    });
  }

  /** By the names that they should have. */
  #attributesOf(element: string, given: Readonly<Record<string, string>>): Attributes {
    const known = ATTRIBUTES[element] ?? [];
    const found: Record<string, string> = {};
    for (const [written, value] of Object.entries(given)) {
      const name = known.includes(written) ? written : nearestMatch(written, known);
      if (name === undefined)
        this.#tell('warning', 'attribute', `<${element}> has an attribute "${clip(written)}", which means nothing here`);
      else if (Object.hasOwn(found, name))
        this.#tell('warning', 'attribute', `<${element}> says ${name} twice: "${clip(written)}" is left out`);
      else {
        found[name] = clip(value.trim());
        if (name !== written) this.#tell('warning', 'attribute', `<${element}> has "${clip(written)}", taken for ${name}`);
      }
    }
    const lacks = known.find((name) => ['name', 'description'].includes(name) && (found[name] ?? '') === '');
    if (lacks !== undefined) this.#tell('warning', 'missing', `<${element}> has no ${lacks}`);
    return found;
  }

  #tell(severity: CheatProblem['severity'], code: string, message: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ file: this.#file, line: this.#parser.line, severity, code, message });
  }

  #break(code: string, message: string): never {
    this.#broken = { file: this.#file, line: this.#parser.line, severity: 'error', code, message };
    throw new Broken(message);
  }
}

function clip(text: string): string {
  return text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
}
