import { FUNCTIONAL_BIT, telegramShape } from './bmw-fast.ts';
import { type IniEntry, iniEntries } from './ini.ts';
import { invalidLine, quoted } from './invalid.ts';
import { linesOf } from './lines.ts';
import { type Recording, RecordingBuilder } from './recording.ts';
import { type AnswerTemplate, type BytePattern, fillTemplates } from './rule.ts';
import { readSimRequest, readSimResponse } from './sim-value.ts';

/** Below this the sense line says "off", volts: a hypothesis, files say 0 or the battery's. */
const SENSED_VOLTS = 5;
const MOST_MILLIVOLTS = 100_000;

/**
 * Reads EdiabasLib's simulation file, for BMW-FAST.
 *
 * Shape   INI: `[REQUEST]` and `[RESPONSE]` with `NAME_n=83,01,F1,…`, a response belonging to the request of its name;
 *         several responses of one name are telegrams of one answer, the same request again is answered in turn.
 *         Requests carry no checksum. `XX` and `80&C0` leave bits of a request open, `..` its end; a byte of a response
 *         may be worked out from one of the request, `00|[01]`, or be the checksum, `00^$00`.
 *         `[POWERSUPPLY]` UBatt and `[IGNITION]` Ignition in millivolts. Other sections are not needed.
 *
 * A fixed checksum that is wrong is passed over, and told as a remark: recordings whose VIN was replaced by hand have such.
 *
 * @throws {KombiError} `recording.invalid` (exit 2) naming the line
 * @see source: recordings and documentation of uholeschak/ediabaslib (third-party), the reference data's README
 */
export function decodeEdiSim(text: string): Recording {
  const recording = new RecordingBuilder();
  const requests = new Map<string, Request>();
  const responses: IniEntry[] = [];
  for (const entry of iniEntries(text)) {
    const { line, section, key } = entry;
    if (section === 'REQUEST') {
      if (requests.has(key)) throw invalidLine(line, `the request ${quoted(key)} stands twice`);
      requests.set(key, { line, pattern: readSimRequest(line, entry.value), answer: [] });
    } else if (section === 'RESPONSE') responses.push(entry);
    else if (section === 'POWERSUPPLY' && key === 'UBATT') recording.voltage = volts(entry);
    else if (section === 'IGNITION' && key === 'IGNITION') recording.ignition = volts(entry) < SENSED_VOLTS ? 'off' : 'on';
    else if (/\.(REQUEST|RESPONSE)$/.test(section)) {
      throw invalidLine(
        line,
        `a section of one ECU, ${quoted(section)}, is not understood`,
        'Only telegrams that name their ECU themselves are.',
      );
    }
  }
  const find = joined(requests);
  for (const { line, key, value } of responses) {
    const request = find(key);
    if (request === undefined) recording.remark(line, 'a response without a request is left out');
    else
      request.answer.push(
        ...readSimResponse(line, value, (at) => recording.remark(at, 'a checksum is wrong, as where a VIN was replaced')),
      );
  }
  for (const [key, request] of requests) {
    if (request.answer.length === 0) throw invalidLine(request.line, `the request ${quoted(key)} has no response`);
    add(recording, request);
  }
  return recording.build();
}

/** Whether the first thing that a text says is a section, so that it is no response text. */
export function isEdiSim(text: string): boolean {
  for (const [, body] of linesOf(text)) if (body !== '' && !body.startsWith(';')) return body.startsWith('[');
  return false;
}

interface Request {
  readonly line: number;
  readonly pattern: BytePattern;
  readonly answer: AnswerTemplate[];
}

/** The request of a response: its own, else of the same name the one with the next lower number, else the first. */
function joined(requests: ReadonlyMap<string, Request>): (key: string) => Request | undefined {
  const byName = new Map<string, { readonly number: number; readonly request: Request }[]>();
  for (const [key, request] of requests) {
    const { name, number } = nameOf(key);
    const siblings = byName.get(name);
    if (siblings === undefined) byName.set(name, [{ number, request }]);
    else siblings.push({ number, request });
  }
  for (const siblings of byName.values()) siblings.sort((left, right) => left.number - right.number);
  return (key) => {
    const own = requests.get(key);
    if (own !== undefined) return own;
    const { name, number } = nameOf(key);
    const siblings = byName.get(name) ?? [];
    return siblings[Math.max(0, countUpTo(siblings, number) - 1)]?.request;
  };
}

/** How many of these, in order, have at most this number. */
function countUpTo(siblings: readonly { readonly number: number }[], number: number): number {
  let [low, high] = [0, siblings.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((siblings[middle]?.number ?? 0) <= number) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nameOf(key: string): { readonly name: string; readonly number: number } {
  const [, name = key, digits = '0'] = /^(.*)_(\d{1,9})$/.exec(key) ?? [];
  return { name, number: Number(digits) };
}

function add(recording: RecordingBuilder, { line, pattern, answer }: Request): void {
  const { values, masks, openEnded } = pattern;
  if (openEnded || masks.some((mask) => mask !== 0xff)) {
    recording.addRule(line, pattern, answer);
    return;
  }
  const shape = telegramShape((offset) => values[offset]);
  if (typeof shape === 'string') throw invalidLine(line, `the request is no telegram: ${shape}`);
  const needed = shape.headerBytes + shape.payloadBytes;
  if (values.length !== needed) throw invalidLine(line, `the request has ${values.length} bytes, and its length asks for ${needed}`);
  const answers = fillTemplates(answer, values);
  if (answers === undefined) throw invalidLine(line, 'the response cannot be worked out from the request');
  const [format = 0, target = 0] = values;
  recording.addExchange(line, {
    target,
    functional: (format & FUNCTIONAL_BIT) !== 0,
    request: values.slice(shape.headerBytes),
    answers,
  });
}

function volts({ line, key, value }: IniEntry): number {
  if (!/^\d{1,6}$/.test(value) || Number(value) > MOST_MILLIVOLTS) {
    throw invalidLine(line, `${quoted(key)} is ${quoted(value)}`, `Write millivolts, 0 to ${MOST_MILLIVOLTS}.`);
  }
  return Number(value) / 1000;
}
