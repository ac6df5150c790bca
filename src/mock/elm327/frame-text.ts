import { toHex } from '../../core/index.ts';
import type { CanFrame } from '../can/index.ts';
import type { OpenProtocol } from './protocol.ts';
import type { Settings } from './settings.ts';

/**
 * A received frame as the chip prints it, without the end of line; undefined where it hides the frame.
 *
 * Shape   H1: identifier, with D1 its length digit, all bytes. H0: the bytes. H0 with CAF1 on ISO 15765: the payload, long
 *         messages as a length line and numbered parts. S1 puts a blank after each item, the last included.
 * @param eol stands between the two lines of a first frame
 * @see source: elm327.md §1 and §2.1 (primary document); trailing blank: `data/elm327` (recorded)
 */
export function frameText(frame: CanFrame, settings: Settings, protocol: OpenProtocol, eol: string): string | undefined {
  const { data } = frame;
  const extended = settings.extendedAddress !== undefined;
  if (extended && data[0] !== settings.testerAddress) return undefined;
  const formatted = protocol.isoTp && settings.autoFormat;
  const control = data[extended ? 1 : 0] ?? 0xff;
  // With CAF1 a control byte above 3F is no ISO 15765: an extended address, F1, looks like that without CEA.
  if (formatted && control > 0x3f) return undefined;
  const blank = settings.spaces ? ' ' : '';
  if (settings.headers) {
    const digits = frame.id.toString(16).toUpperCase();
    const id = frame.extended ? toHexSpaced(digits.padStart(8, '0'), blank) : digits.padStart(3, '0') + blank;
    return id + (settings.dlc ? data.length.toString(16) + blank : '') + bytesText(data, blank);
  }
  return formatted ? payloadText(data.subarray(extended ? 1 : 0), control, blank, eol) : bytesText(data, blank);
}

/**
 * A message that an STN chip has joined (STCSEGR), as it prints it.
 *
 * Shape   H1: identifier, the address byte where there is one, the message. H0: the message.
 * @see source: PcmHammer, ScanTool device (third-party code): identifier and message without control bytes; that the address byte
 *   stays is a hypothesis, it does without STCSEGR (an i3 logger, third-party code)
 */
export function messageText(id: number, message: Uint8Array, settings: Settings): string {
  const blank = settings.spaces ? ' ' : '';
  const address = settings.extendedAddress === undefined ? '' : bytesText(Uint8Array.of(settings.testerAddress), blank);
  const head = settings.headers ? id.toString(16).toUpperCase().padStart(3, '0') + blank + address : '';
  return head + bytesText(message, blank);
}

function payloadText(bytes: Uint8Array, control: number, blank: string, eol: string): string | undefined {
  switch (control >> 4) {
    case 0:
      return bytesText(bytes.subarray(1, 1 + control), blank);
    case 1: {
      const length = ((control & 0xf) << 8) | (bytes[1] ?? 0);
      return `${length.toString(16).toUpperCase().padStart(3, '0')}${eol}0:${blank}${bytesText(bytes.subarray(2), blank)}`;
    }
    case 2:
      return `${(control & 0xf).toString(16).toUpperCase()}:${blank}${bytesText(bytes.subarray(1), blank)}`;
    default:
      return undefined;
  }
}

function bytesText(bytes: Uint8Array, blank: string): string {
  return bytes.length === 0 ? '' : toHex(bytes, blank) + blank;
}

function toHexSpaced(digits: string, blank: string): string {
  return digits.replace(/../g, (pair) => pair + blank);
}
