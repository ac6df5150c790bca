import { fromHex } from '../../core/index.ts';
import type { CanFrame } from '../can/index.ts';
import { FIRMWARE, type Firmware } from './personality.ts';
import { type OpenProtocol, transmitId } from './protocol.ts';
import type { Settings } from './settings.ts';

const FRAME_BYTES = 8;
/** Fills frames of a fixed length; PP 26 of the factory. */
const FILLER = 0x00;

export interface BusRequest {
  readonly frame: CanFrame;
  /** The response digit: the prompt comes back after so many frames. */
  readonly wanted: number;
}

/**
 * Turns a line of hex digits into the frame that the chip sends.
 *
 * @param line digits only, upper case; an odd one at the end is the response digit
 * @returns undefined where the chip says `?`; a digit after sixteen others is one such line (ddt4all: "bug in ELM", M)
 */
export function encodeRequest(line: string, settings: Settings, protocol: OpenProtocol, firmware: Firmware): BusRequest | undefined {
  const counted = line.length % 2 === 1;
  if (counted && (line.length > FRAME_BYTES * 2 || !isAtLeast(firmware, '1.3'))) return undefined;
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

/** The flow control that the chip sends by itself on a first frame; undefined where it has none to send. */
export function flowControlFor(frame: CanFrame, settings: Settings, protocol: OpenProtocol): CanFrame | undefined {
  const control = frame.data[settings.extendedAddress === undefined ? 0 : 1] ?? 0;
  if (!protocol.isoTp || !settings.autoFlowControl || control >> 4 !== 1) return undefined;
  const { mode, id, data } = settings.flowControl;
  if (mode === 0) {
    // Automatic mode knows the pairs of OBD-II alone (elm327.md §3.3).
    if ((frame.id & 0x7f8) !== 0x7e8) return undefined;
    return { id: frame.id - 8, data: frameData(Uint8Array.of(0x30, 0x00, 0x00), settings, protocol) };
  }
  const to = mode === 1 ? id : frame.id;
  return to === undefined || data === undefined ? undefined : { id: to, extended: to > 0x7ff, data: frameData(data, settings, protocol) };
}

function frameData(bytes: Uint8Array, settings: Settings, protocol: OpenProtocol): Uint8Array {
  if (protocol.variableDlc || settings.variableDlc || bytes.length === FRAME_BYTES) return bytes;
  const data = new Uint8Array(FRAME_BYTES).fill(FILLER);
  data.set(bytes);
  return data;
}

export function isAtLeast(firmware: Firmware, since: Firmware): boolean {
  return FIRMWARE.indexOf(firmware) >= FIRMWARE.indexOf(since);
}
