import type { Clock } from '../../core/index.ts';
import type { ByteStream, OpenByteStream } from '../byte-stream.ts';
import { identifyChip, nobodyThere } from './adapter-setup.ts';
import { Chip } from './chip.ts';

/** ELM chips leave the factory with 38400, OBDLink USB with 115200; the rest in the order of how often they are met (elm327 §1). */
export const BAUD_RATES = [38400, 115200, 9600, 230400, 57600, 500000] as const;

/**
 * Opens at the first baud rate at which an ELM327 answers, and remembers it for the next time.
 *
 * @throws {KombiError} `link.no-answer`, `link.not-an-elm327`, and what opening throws
 */
export function openAtAnyBaud(openAt: (baudRate: number) => OpenByteStream, clock: Clock): OpenByteStream {
  let known: number | undefined;
  return async (signal) => {
    if (known !== undefined) return openAt(known)(signal);
    let heard: ByteStream | undefined;
    let last: ByteStream | undefined;
    for (const baudRate of BAUD_RATES) {
      const stream = await openAt(baudRate)(signal);
      const chip = new Chip(stream, clock);
      try {
        if ((await identifyChip(chip, false, signal)) !== undefined) {
          known = baudRate;
          return stream;
        }
      } catch (error) {
        // Noise is no reason to stop: it is what a wrong rate looks like.
        if (chip.failure === undefined || chip.failure.code === 'link.closed') {
          await stream.close();
          throw error;
        }
      }
      await stream.close();
      if (chip.heard) heard = stream;
      last = stream;
    }
    throw nobodyThere((heard ?? last) as ByteStream, heard !== undefined);
  };
}
