import { HOSTILE_TEXTS, HOSTILE_VALUES } from './hostile.ts';
import type { Random } from './random.ts';

interface Place {
  readonly parent: Record<string, unknown>;
  readonly key: string;
}

const DEEP = 40;
/** Deeper than any stack would bear; once in a while, because building it takes time. */
const ABYSS = 20_000;

/** A document with one to three values replaced, removed, repeated, moved or buried; arrays are changed as objects are. */
export function mutatedDocument<T>(random: Random, sample: T): T {
  const document = structuredClone(sample);
  for (let left = random.between(1, 3); left > 0; left -= 1) mutatePlace(random, placesIn(document));
  return document;
}

/** The text of a document, sometimes as only a writer of another mind would spell it. */
export function hostileJson(random: Random, document: unknown, indent?: number): string {
  const text = JSON.stringify(document, null, indent);
  switch (random.below(10)) {
    case 0:
      return text.replace(
        '{',
        `{${random.pick(['"__proto__":{"polluted":1},', '"\\u005f_proto__":{"polluted":1},', '"constructor":{"prototype":{"polluted":1}},'])}`,
      );
    case 1:
      return duplicateKey(random, text);
    case 2:
      return text.replace(/":\s*(\d+)/, `": ${random.pick(['1e999', '-0', '1e0', '00', '1.0', '9007199254740993', '0x10', 'NaN'])}`);
    case 3:
      return random.oneIn(50) ? nested(random, ABYSS) : text.replace(/":\s*"[^"]*"/, `":${nested(random, DEEP)}`);
    default:
      return text;
  }
}

function mutatePlace(random: Random, places: readonly Place[]): void {
  if (places.length === 0) return;
  const { parent, key } = random.pick(places);
  const value = parent[key];
  switch (random.below(7)) {
    case 0:
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete parent[key];
      return;
    case 1:
      if (Array.isArray(parent)) parent.unshift(value);
      else put(parent, random.pick(HOSTILE_TEXTS), value);
      return;
    case 2:
      if (Array.isArray(parent)) parent.push(value);
      else put(parent, `${key} `, value);
      return;
    case 3: {
      const other = random.pick(places);
      put(parent, key, structuredClone(other.parent[other.key]));
      return;
    }
    case 4:
      put(parent, key, typeof value === 'string' ? insideText(random, value) : typeof value === 'number' ? -value : [value]);
      return;
    default:
      put(parent, key, structuredClone(random.pick(HOSTILE_VALUES)));
  }
}

function insideText(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + random.pick(HOSTILE_TEXTS) + text.slice(random.oneIn(2) ? at : at + 1);
}

/** Plain assignment to `__proto__` would set the prototype in place of the key. */
function put(parent: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

function placesIn(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, child] of Object.entries(value)) {
    found.push({ parent: value as Record<string, unknown>, key });
    placesIn(child, found);
  }
  return found;
}

function duplicateKey(random: Random, text: string): string {
  const keys = [...text.matchAll(/"[A-Za-z]+":/g)];
  const found = random.pick(keys);
  if (found === undefined) return text;
  return `${text.slice(0, found.index)}${found[0]}${random.pick(['0', '"x"', '[]', '{}', 'null'])},${text.slice(found.index)}`;
}

function nested(random: Random, depth: number): string {
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ] as const);
  return `${open.repeat(depth)}0${random.oneIn(3) ? '' : close.repeat(depth)}`;
}
