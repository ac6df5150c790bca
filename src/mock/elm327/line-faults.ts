import type { FaultBoard, FaultEvent } from '../car-port.ts';

/** Not ASCII, and no end of line: what a bad contact makes of characters. */
const GARBAGE = '\xfc\x80\xff';

/** A line of the car after the faults of the cable and the chip: `data-error`, `drop-byte`, `garbage`, `nul`. */
export function harmedLine(text: string, faults: FaultBoard, event: FaultEvent): string {
  let line = text;
  const middle = text.length >> 1;
  if (faults.strike('data-error', event) !== undefined) line += '<DATA ERROR';
  if (faults.strike('drop-byte', event) !== undefined) line = line.slice(0, middle) + line.slice(middle + 1);
  if (faults.strike('nul', event) !== undefined) line = `${line.slice(0, middle)}\0${line.slice(middle)}`;
  if (faults.strike('garbage', event) !== undefined) line = GARBAGE + line;
  return line;
}
