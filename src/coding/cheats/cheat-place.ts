import { type Did, did, formatDid } from '../../core/index.ts';
import { bytesText, type CheatEntry } from './cheat-file.ts';

/** Where an entry writes, its bytes told as offsets from the start of the block. */
export interface CheatPlace {
  /** Eight upper-case hex digits. */
  readonly cafd: string;
  readonly block: Did;
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
  /** Of a range always FF. */
  readonly mask: number;
}

/** Why an entry is of no use, or only at a place that is not the car's coding. */
export interface CheatFlaw {
  readonly code: 'cafd' | 'block' | 'range' | 'mask' | 'value';
  readonly message: string;
}

/** No block of any car that was recorded has so many. */
const MAX_OFFSET = 0xfff;
const WHOLE = 0xff;
/** Coding blocks (bmw-diagnostics §7.2). */
const BLOCKS = { first: 0x3000, last: 0x3fff } as const;

/** The place of an entry, or what is wrong with what it says of it. */
export function placeOf(entry: CheatEntry): CheatPlace | CheatFlaw {
  const cafd = entry.cafd?.toUpperCase() ?? '';
  if (!/^[0-9A-F]{8}$/.test(cafd)) return { code: 'cafd', message: `the CAFD "${entry.cafd ?? ''}" is not eight hex digits` };
  const block = /^[0-9a-f]{4}$/i.test(entry.block ?? '') ? Number.parseInt(entry.block ?? '', 16) : undefined;
  if (block === undefined || block < BLOCKS.first || block > BLOCKS.last)
    return { code: 'block', message: `the block "${entry.block ?? ''}" is not one of coding, 3000 to 3FFF` };
  const [start, end] = [offsetOf(entry.start), offsetOf(entry.end ?? entry.start)];
  if (start === undefined || end === undefined || end < start)
    return { code: 'range', message: `"${entry.start ?? ''}" to "${entry.end ?? ''}" is no range of bytes` };
  const mask = maskOf(entry.mask);
  if (typeof mask === 'string') return { code: 'mask', message: mask };
  if (end > start && mask !== WHOLE)
    return {
      code: 'mask',
      message: `a range of ${bytesText(end - start + 1)} under the mask ${entry.mask}: which bits the value fills is not known`,
    };
  return { cafd, block: did(block), start, end, mask };
}

export function isFlaw(found: object): found is CheatFlaw {
  return 'message' in found;
}

/** Names a place: `00000794:3060.@1F&30`, of a range `00000794:3060.@B0-B8&FF`. */
export function formatPlace({ cafd, block, start, end, mask }: CheatPlace): string {
  const hex = (value: number) => value.toString(16).toUpperCase().padStart(2, '0');
  return `${cafd}:${formatDid(block)}.@${hex(start)}${end > start ? `-${hex(end)}` : ''}&${hex(mask)}`;
}

function offsetOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,4}$/.test(text)) return undefined;
  const offset = Number(text);
  return offset <= MAX_OFFSET ? offset : undefined;
}

/** Eight bits, such as 00010000b; with a digit missing, nobody can tell which. */
function maskOf(text: string | undefined): number | string {
  const digits = /^([01]+)b?$/i.exec(text ?? '')?.[1];
  if (digits === undefined) return `the mask "${text ?? ''}" is not eight bits such as 00010000b`;
  if (digits.length !== 8) return `the mask "${text}" has ${digits.length} digits, not eight: which are meant is not known`;
  const mask = Number.parseInt(digits, 2);
  return mask === 0 ? 'the mask has no bit' : mask;
}
