import { EDGE_NUMBERS, HOSTILE_BYTES, HOSTILE_TEXTS } from './hostile.ts';
import type { Random } from './random.ts';

const MOST_MUTATIONS = 4;
/** Longer than any line, name or field may be; seldom, because it costs time. */
const LONG = 3000;

/** A valid sample with one to four things wrong, or pure noise. */
export function mutatedBytes(random: Random, samples: readonly Uint8Array[]): Uint8Array {
  if (random.oneIn(12)) return random.bytes(random.below(random.oneIn(20) ? LONG : 48));
  let bytes = random.pick(samples);
  for (let left = random.between(1, MOST_MUTATIONS); left > 0; left -= 1) bytes = mutateBytes(random, bytes, samples);
  return bytes;
}

/** As {@link mutatedBytes}, for what takes a string: code units, so that halves of surrogate pairs are among them. */
export function mutatedText(random: Random, samples: readonly string[]): string {
  if (random.oneIn(12)) return String.fromCharCode(...random.bytes(random.below(32)).map((byte) => byte & 0x7f));
  let text = random.pick(samples);
  for (let left = random.between(1, MOST_MUTATIONS); left > 0; left -= 1) text = mutateText(random, text, samples);
  return text;
}

function mutateBytes(random: Random, bytes: Uint8Array, samples: readonly Uint8Array[]): Uint8Array {
  const at = random.below(bytes.length + 1);
  const length = random.below(random.pick([2, 9, bytes.length - at + 1]));
  switch (random.below(9)) {
    case 0: {
      const flipped = new Uint8Array(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8));
      return flipped;
    }
    case 1: {
      const changed = new Uint8Array(bytes);
      changed[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
      return changed;
    }
    case 2:
      return bytes.slice(0, at);
    case 3:
      return splice(bytes, at, length);
    case 4:
      return splice(bytes, at, 0, random.pick(HOSTILE_BYTES));
    case 5:
      return splice(bytes, at, 0, bytes.slice(at, at + length));
    case 6:
      return splice(bytes, at, random.below(5), numberAt(random));
    case 7:
      return splice(bytes, at, bytes.length, random.pick(samples).slice(random.below(8)));
    default:
      return splice(bytes, at, 0, random.bytes(random.oneIn(40) ? LONG : length));
  }
}

function mutateText(random: Random, text: string, samples: readonly string[]): string {
  const at = random.below(text.length + 1);
  const end = at + random.below(random.pick([2, 9, text.length - at + 1]));
  const replaced = (by: string, until = at) => text.slice(0, at) + by + text.slice(until);
  switch (random.below(8)) {
    case 0:
      return replaced(random.pick(HOSTILE_TEXTS));
    case 1:
      return replaced(random.pick(HOSTILE_TEXTS), end);
    case 2:
      return text.slice(0, at);
    case 3:
      return replaced('', end);
    case 4:
      return replaced(text.slice(at, end));
    case 5:
      return replaced(String(random.pick(EDGE_NUMBERS) * random.pick([1, -1, 0.1])), end);
    case 6:
      return replaced(random.pick(samples).slice(random.below(8)), text.length);
    default:
      return replaced(
        String.fromCharCode(random.oneIn(4) ? random.below(0x10000) : random.between(0x20, 0x7e)).repeat(random.oneIn(40) ? LONG : 1),
      );
  }
}

/** A length or count at an edge, in one to four bytes of either order. */
function numberAt(random: Random): Uint8Array {
  const value = random.pick(EDGE_NUMBERS);
  const bytes = Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
  return random.oneIn(4) ? bytes.reverse() : bytes.slice(random.below(4));
}

function splice(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array = new Uint8Array(0)): Uint8Array {
  const behind = bytes.subarray(Math.min(bytes.length, at + remove));
  const result = new Uint8Array(at + insert.length + behind.length);
  result.set(bytes.subarray(0, at));
  result.set(insert, at);
  result.set(behind, at + insert.length);
  return result;
}
