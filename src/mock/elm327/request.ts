import { fromHex } from '../../core/index.ts';
import type { CanFrame } from '../can/index.ts';
import type { ArbitraryMessage } from './at-command.ts';
import { FIRMWARE, type Firmware, type Personality } from './personality.ts';
import { type OpenProtocol, transmitId } from './protocol.ts';
import type { Settings } from './settings.ts';

const FRAME_BYTES = 8;
/** What the 12-bit length of a first frame can say. */
const MOST_BYTES = 0xfff;
/** Fills frames of a fixed length; PP 26 of the factory. */
const FILLER = 0x00;

export interface CanTarget {
  readonly id: number;
  /** The byte in front. */
  readonly address: number | undefined;
}

export interface BusRequest {
  readonly frame: CanFrame;
  /** The response digit: the prompt comes back after so many frames. */
  readonly wanted: number;
  /** Overrides the settings. */
  readonly timeoutMs?: number | undefined;
  /** The whole of a message that no frame holds; `frame` is its first. */
  readonly long?: Uint8Array;
}

/**
 * Turns a line of hex digits into the frame that the chip sends.
 *
 * @param line digits only, upper case; an odd one at the end is the response digit
 * @returns undefined where the chip says `?`; a digit after sixteen others is one such line (ddt4all: "bug in ELM", M)
 */
export function encodeRequest(
  line: string,
  settings: Settings,
  protocol: OpenProtocol,
  { firmware, lacks }: Personality,
): BusRequest | undefined {
  const counted = line.length % 2 === 1;
  const mayCount = isAtLeast(firmware, '1.3') && !lacks.includes('response digit');
  if (counted && (line.length > FRAME_BYTES * 2 || !mayCount)) return undefined;
  const payload = fromHex(counted ? line.slice(0, -1) : line);
  if (payload.length === 0) return undefined;
  const wanted = counted ? Number.parseInt(line.slice(-1), 16) || Number.POSITIVE_INFINITY : Number.POSITIVE_INFINITY;

  const head: number[] = settings.extendedAddress === undefined ? [] : [settings.extendedAddress];
  const formatted = protocol.isoTp && settings.autoFormat;
  if (formatted) head.push(payload.length);
  const length = head.length + payload.length;
  // Before 2.0 eight bytes of one's own needed AL.
  const longest = formatted || settings.longMessages || isAtLeast(firmware, '2.0') ? FRAME_BYTES : FRAME_BYTES - 1;
  if (length > longest) return undefined;
  const data = frameData(head.length === 0 ? payload : Uint8Array.of(...head, ...payload), settings, protocol);
  return { frame: { id: transmitId(settings, protocol), extended: protocol.wide, data }, wanted };
}

/**
 * Turns a whole message into what an STN chip sends: with auto formatting any length, else one frame as it stands.
 *
 * @returns undefined where the chip says `?`
 */
export function encodeMessage(message: ArbitraryMessage, settings: Settings, protocol: OpenProtocol): BusRequest | undefined {
  const { data, timeoutMs, wanted = Number.POSITIVE_INFINITY } = message;
  const id = message.id ?? transmitId(settings, protocol);
  const address = settings.extendedAddress === undefined ? [] : [settings.extendedAddress];
  const isFormatted = protocol.isoTp && settings.autoFormat;
  const room = FRAME_BYTES - address.length - (isFormatted ? 1 : 0);
  if (data.length === 0 || data.length > MOST_BYTES || (!isFormatted && data.length > room)) return undefined;
  const isLong = data.length > room;
  const control = isLong ? [0x10 | (data.length >> 8), data.length & 0xff] : [data.length];
  const bytes = Uint8Array.of(...address, ...(isFormatted ? control : []), ...data).slice(0, FRAME_BYTES);
  const frame = { id, extended: protocol.wide, data: frameData(bytes, settings, protocol) };
  return { frame, wanted, timeoutMs, ...(isLong ? { long: data } : {}) };
}

/** Whom a chip's own flow control goes to, by pairs (STCFCPA), or as OBD-II numbers its ECUs where there are none. */
export function flowControlTarget(id: number, address: number | undefined, settings: Settings): CanTarget | undefined {
  const { pairs } = settings.stn;
  const pair = pairs.find(({ rxId, rxAddress }) => rxId === id && (rxAddress === undefined || rxAddress === address));
  if (pair !== undefined) return { id: pair.txId, address: pair.txAddress };
  return pairs.length > 0 || (id & 0x7f8) !== 0x7e8 ? undefined : { id: id - 8, address: settings.extendedAddress };
}

/** The flow control that the chip sends by itself on a first frame; undefined where it has none to send. */
export function flowControlFor(frame: CanFrame, settings: Settings, protocol: OpenProtocol): CanFrame | undefined {
  const control = frame.data[settings.extendedAddress === undefined ? 0 : 1] ?? 0;
  if (!protocol.isoTp || !settings.autoFlowControl || control >> 4 !== 1) return undefined;
  const { mode, id, data } = settings.flowControl;
  if (mode === 0) {
    // Automatic mode knows the pairs of OBD-II alone (elm327.md §3.3), and those that an STN chip was given.
    const to = flowControlTarget(frame.id, frame.data[0], settings);
    if (to === undefined) return undefined;
    const head = to.address === undefined ? [] : [to.address];
    return { id: to.id, data: frameData(Uint8Array.of(...head, 0x30, 0x00, 0x00), settings, protocol) };
  }
  const to = mode === 1 ? id : frame.id;
  return to === undefined || data === undefined ? undefined : { id: to, extended: to > 0x7ff, data: frameData(data, settings, protocol) };
}

export function frameData(bytes: Uint8Array, settings: Settings, protocol: OpenProtocol): Uint8Array {
  if (protocol.variableDlc || settings.variableDlc || bytes.length === FRAME_BYTES) return bytes;
  const data = new Uint8Array(FRAME_BYTES).fill(FILLER);
  data.set(bytes);
  return data;
}

export function isAtLeast(firmware: Firmware, since: Firmware): boolean {
  return FIRMWARE.indexOf(firmware) >= FIRMWARE.indexOf(since);
}
