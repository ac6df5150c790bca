import { type Clock, formatEcuAddress, type Timer } from '../core/index.ts';
import type { Progress } from '../job/index.ts';
import type { Output } from './io.ts';
import type { Style } from './style.ts';

const QUIET_MS = 1000;
const ERASE_LINE = '\r\u001b[K';

const STEPS: Readonly<Record<Progress['step'], string>> = {
  find: 'Looking for ECUs',
  identify: 'Asking who it is',
  scan: 'Looking for coding blocks',
  backup: 'Reading for the backup',
  write: 'Writing',
  verify: 'Reading back',
  reset: 'Restarting the ECU',
  'roll-back': 'Putting the old bytes back',
  fence: 'Waiting until the car is certainly quiet',
  faults: 'Reading trouble codes',
  clear: 'Clearing trouble codes',
  check: 'Trying recipes',
};

/** One line on a terminal, rewritten as work goes on, and only about work that takes more than a second. */
export class ProgressLine {
  readonly #output: Output;
  readonly #style: Style;
  readonly #clock: Clock;
  #timer: Timer | undefined;
  #due = false;
  #text = '';

  constructor(options: { output: Output; style: Style; clock: Clock }) {
    this.#output = options.output;
    this.#style = options.style;
    this.#clock = options.clock;
  }

  readonly tell = (progress: Progress): void => {
    if (!this.#output.isTerminal) return;
    this.#text = describeProgress(progress);
    if (this.#due) this.#paint();
    this.#timer ??= this.#clock.backgroundTimer(QUIET_MS, () => {
      this.#due = true;
      this.#paint();
    });
  };

  /** Before anything else is written to the terminal, and when the work is over. */
  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#due) this.#output.write(ERASE_LINE);
    this.#due = false;
  }

  #paint(): void {
    // A line that wraps could not be erased.
    this.#output.write(ERASE_LINE + this.#style.quiet(this.#text.slice(0, (this.#output.columns ?? 80) - 1)));
  }
}

/** `Reading for the backup 60 3 of 14 …` */
export function describeProgress({ step, ecu, done, total, found, ofCar, remainingMs }: Progress): string {
  const where = ecu === undefined ? '' : ` ${formatEcuAddress(ecu)}`;
  const place = ofCar === undefined ? '' : `ECU ${ofCar.ecu} of ${ofCar.ecus} · `;
  const count = done === undefined || total === undefined ? '' : ` ${done} of ${total}`;
  const sofar = found === undefined ? '' : `, ${found} found`;
  const left = remainingMs === undefined ? '' : ` · about ${duration(remainingMs)} left`;
  return `${place}${STEPS[step]}${where}${count}${sofar}${left} …`;
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
