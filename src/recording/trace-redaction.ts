import { Buffer } from 'node:buffer';
import { isTracedMessage, type Trace, type TracedMessage, type TraceEvent } from './trace.ts';

/** What no bug report needs, and what stands in its place: as long, so that every length and offset stays true. */
interface Secret {
  readonly bytes: Buffer;
  readonly instead: Buffer;
}

/**
 * Takes out who a car is: its VIN, whole and its last seven, and the serial numbers of its ECUs, wherever they stand in
 * messages, as ASCII or as the very bytes that an ECU told for its serial. They are known once they have been told, so
 * `learn` comes before `redact`, and whoever has written lines already must look at them again when `learn` says so.
 */
export interface Redactor {
  /** Takes note of what an event gives away. @returns whether that was new */
  learn(event: TraceEvent): boolean;
  /**
   * The event without what is known so far; the very event where it holds none of it.
   *
   * @param known looks only for what has been learnt since there were so many secrets
   */
  redact(event: TraceEvent, known?: number): TraceEvent;
  redactText(text: string): string;
  /** How many things there are to leave out. */
  readonly secrets: number;
  /** Whether the car has told its VIN. */
  readonly knowsVin: boolean;
}

const VIN_LENGTH = 17;
const SHORT_VIN_LENGTH = 7;
/** In its place stands what is a VIN still, so that a redacted trace can be replayed. */
const PLACEHOLDER = 'X';
/** A shorter one could be anything; zeros or FF throughout are no serial number but its absence. */
const LEAST_SERIAL_BYTES = 4;
const ANSWER_HEAD_BYTES = 3;
/** The last four are digits (ISO 3779, published); a car that was never given one tells zeros. */
const VIN_SHAPE = /(?:(?<![A-Za-z0-9])|(?<=BMWVIN))(?=[A-HJ-NPR-Z0-9]*[A-Z])[A-HJ-NPR-Z0-9]{13}\d{4}(?![A-Za-z0-9])/g;
const SHORT_VIN_SHAPE = /^[A-HJ-NPR-Z0-9]{7}$/;

export function createRedactor(): Redactor {
  const secrets: Secret[] = [];
  const keys = new Set<string>();
  let knowsVin = false;

  const add = (bytes: Buffer, filler: number): boolean => {
    const key = bytes.toString('hex');
    if (keys.has(key) || bytes.every((byte) => byte === bytes[0])) return false;
    keys.add(key);
    secrets.push({ bytes, instead: Buffer.alloc(bytes.length, filler) });
    return true;
  };
  const addText = (text: string): boolean => {
    const filler = PLACEHOLDER.charCodeAt(0);
    const upper = add(Buffer.from(text, 'latin1'), filler);
    return add(Buffer.from(text.toLowerCase(), 'latin1'), PLACEHOLDER.toLowerCase().charCodeAt(0)) || upper;
  };
  const addVin = (vin: string): boolean => {
    const whole = addText(vin);
    return addText(vin.slice(-SHORT_VIN_LENGTH)) || whole;
  };
  const addSerial = (serial: Buffer): boolean => {
    const isText = serial.every((byte) => byte >= 0x20 && byte < 0x7f);
    return serial.length >= LEAST_SERIAL_BYTES && add(serial, isText ? '0'.charCodeAt(0) : 0);
  };
  /** Looks in the bytes as they were, so that one secret may lie across another. */
  const cleaned = (bytes: Uint8Array, known = 0): Uint8Array => {
    const told = bufferOf(bytes);
    let clean: Buffer | undefined;
    for (const { bytes: secret, instead } of secrets.slice(known)) {
      for (let at = told.indexOf(secret); at >= 0; at = told.indexOf(secret, at + secret.length)) {
        clean ??= Buffer.from(told);
        instead.copy(clean, at);
      }
    }
    return clean === undefined ? bytes : new Uint8Array(clean);
  };
  const redactText = (text: string, known = 0) => {
    const bytes = Buffer.from(text);
    const clean = cleaned(bytes, known);
    return clean === bytes ? text : Buffer.from(clean).toString();
  };

  return {
    get knowsVin() {
      return knowsVin;
    },
    get secrets() {
      return secrets.length;
    },
    learn: (event) => {
      const text = event.kind === 'failed' ? event.message : isTracedMessage(event) ? bufferOf(event.payload).toString('latin1') : '';
      let isNew = false;
      for (const [vin] of text.matchAll(VIN_SHAPE)) {
        isNew = addVin(vin) || isNew;
        knowsVin = true;
      }
      if (event.kind !== 'received') return isNew;
      const { vin, shortVin, serial } = toldBy(event);
      if (vin !== undefined) {
        isNew = addVin(vin) || isNew;
        knowsVin = true;
      }
      if (shortVin !== undefined) isNew = addText(shortVin) || isNew;
      return (serial !== undefined && addSerial(serial)) || isNew;
    },
    redact: (event, known) => {
      if (event.kind === 'failed') {
        const message = redactText(event.message, known);
        return message === event.message ? event : { ...event, message };
      }
      if (!isTracedMessage(event)) return event;
      const payload = cleaned(event.payload, known);
      return payload === event.payload ? event : { ...event, payload };
    },
    redactText: (text) => redactText(text),
  };
}

/** A whole trace without VIN and serial numbers. */
export function redactTrace(trace: Trace): Trace {
  const redactor = createRedactor();
  for (const event of trace.events) redactor.learn(event);
  const { link } = trace.header;
  return {
    header: { ...trace.header, ...(link === undefined ? {} : { link: redactor.redactText(link) }), redacted: true },
    events: trace.events.map((event) => redactor.redact(event)),
    torn: trace.torn,
  };
}

/**
 * What the answer to one question says of the car, where its place is known.
 *
 * @see source: bmw-diagnostics §5.2 (F190 and F18C recorded; 37FE ends with the last seven of the VIN, published), §7.3
 *   (3010 of a G31's cluster, recorded), §7.5 (1A 90, published)
 */
function toldBy({ payload }: TracedMessage): { readonly vin?: string; readonly shortVin?: string; readonly serial?: Buffer } {
  const bytes = bufferOf(payload);
  if (bytes[0] === 0x5a && bytes[1] === 0x90) return vinIn(bytes.subarray(2));
  if (bytes[0] !== 0x62 || bytes.length <= ANSWER_HEAD_BYTES) return {};
  const data = bytes.subarray(ANSWER_HEAD_BYTES);
  switch (bytes.readUInt16BE(1)) {
    case 0xf190:
      return vinIn(data);
    case 0xf18c:
      return { serial: Buffer.from(data) };
    case 0x37fe:
      return shortVinIn(data.subarray(-SHORT_VIN_LENGTH));
    case 0x3010:
      return shortVinIn(data);
    default:
      return {};
  }
}

function vinIn(data: Buffer): { readonly vin?: string } {
  const vin = data.subarray(0, VIN_LENGTH).toString('latin1');
  return /^[A-Za-z0-9]{17}$/.test(vin) ? { vin: vin.toUpperCase() } : {};
}

function shortVinIn(data: Buffer): { readonly shortVin?: string } {
  const text = data.toString('latin1');
  return SHORT_VIN_SHAPE.test(text) ? { shortVin: text } : {};
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
