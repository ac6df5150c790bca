import { createRedactor } from '../../recording/index.ts';

/** What tells whose computer and whose car it is, as far as it is known beforehand. */
export interface Secrets {
  readonly vins: readonly string[];
  /** Of adapters. */
  readonly serials: readonly string[];
  readonly user: string;
  readonly home: string;
  readonly host: string;
}

/** A shorter one stands in other words too; it goes where it is a word of its own. */
const LEAST_ANYWHERE = 4;
const SHORT_VIN_LENGTH = 7;

/** What has a shape of its own, wherever it comes from. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b/gi, 'MAC'],
  [/\b(enx|wlx)[0-9a-f]{12}\b/gi, '$1MAC'],
  // Names of ports that end in the serial number of their adapter: Windows, Linux, macOS.
  [/(VID_\w{4}\+PID_\w{4}\+)[^\\/\s]+/gi, '$1SERIAL'],
  [/(\/by-id\/usb-[^\s]*_)[^_\s]+(-if\d+)/g, '$1SERIAL$2'],
  [/(\/(?:cu|tty)\.(?:usbserial|usbmodem|wchusbserial|SLAB_USBtoUART)-?)[^\s/]+/g, '$1SERIAL'],
];

/**
 * The same value with VINs, serial numbers, the names of user and computer and the home folder taken out of every text in it;
 * names of fields stay.
 */
export function scrub<Value>(value: Value, secrets: Secrets): Value {
  const redactor = createRedactor();
  const named = namedPatterns(secrets);
  // VINs that only a text gives away are learnt from all of them first: the last seven may stand alone in an earlier one.
  mapTexts(value, (text) => {
    redactor.learn({ kind: 'failed', ms: 0, step: 'open', code: '', exit: 0, message: text });
    return text;
  });
  return mapTexts(value, (text) => {
    const known = named.reduce((sofar, [pattern, by]) => sofar.replaceAll(pattern, () => by), text);
    return SHAPES.reduce((sofar, [shape, by]) => sofar.replaceAll(shape, by), redactor.redactText(known));
  });
}

function namedPatterns({ vins, serials, user, home, host }: Secrets): readonly (readonly [RegExp, string])[] {
  // A home in front of the user's name that it ends in, a computer in front of the user it is called after.
  return [
    ...wordPattern(home, '~'),
    ...vins.flatMap((vin) => [...wordPattern(vin, 'VIN'), ...wordPattern(vin.slice(-SHORT_VIN_LENGTH), 'VIN')]),
    ...serials.flatMap((serial) => wordPattern(serial, 'SERIAL')),
    ...wordPattern(host, 'COMPUTER'),
    ...wordPattern(user, 'USER'),
  ];
}

function wordPattern(text: string, by: string): readonly (readonly [RegExp, string])[] {
  // The root of a file system is nobody's home.
  if (text.length < 2) return [];
  const literal = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const source = text.length < LEAST_ANYWHERE ? `(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])` : literal;
  return [[new RegExp(source, 'giu'), by]];
}

function mapTexts<Value>(value: Value, change: (text: string) => string): Value;
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]));
}
