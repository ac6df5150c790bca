import type { Clock, Timer } from '../core/index.ts';
import type { Progress } from '../job/index.ts';
import { escapeText } from './escape.ts';
import type { Output } from './io.ts';
import { describeProgress } from './progress-line.ts';
import type { Style } from './style.ts';

const QUIET_MS = 1000;
const REPAINT_MS = 100;
/** Of the cars under way; the rest are counted. */
const MAX_LINES = 12;

export interface BoardOptions {
  readonly output: Output;
  readonly style: Style;
  readonly clock: Clock;
  /** How many there are in all, and how many were done before. */
  readonly total: number;
  readonly done: number;
}

/**
 * What many cars are doing: on a terminal a line for each, rewritten; elsewhere a line when a car is done. On a terminal
 * only about work that takes more than a second.
 */
export class ProgressBoard {
  readonly #options: BoardOptions;
  readonly #under = new Map<string, string>();
  #done: number;
  #failed = 0;
  #painted = 0;
  #due = false;
  #timer: Timer | undefined;

  constructor(options: BoardOptions) {
    this.#options = options;
    this.#done = options.done;
  }

  begin(label: string): void {
    this.#under.set(label, 'Connecting …');
    this.#wake();
  }

  tell(label: string, progress: Progress): void {
    // A car that was given up may still speak.
    if (this.#under.has(label)) this.#under.set(label, describeProgress(progress));
    this.#wake();
  }

  end(label: string, how: 'done' | 'failed' | 'not done'): void {
    const { output, total } = this.#options;
    this.#under.delete(label);
    if (how !== 'not done') this.#done += 1;
    if (how === 'failed') this.#failed += 1;
    if (output.isTerminal) this.#wake();
    else output.write(`[${this.#done}/${total}] ${escapeText(label)} ${how}\n`);
  }

  /** Before anything else is written to the terminal, and when all is over. */
  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#erase();
  }

  #wake(): void {
    const { output, clock } = this.#options;
    if (!output.isTerminal || this.#timer !== undefined) return;
    this.#timer = clock.backgroundTimer(this.#due ? REPAINT_MS : QUIET_MS, () => {
      this.#timer = undefined;
      this.#due = true;
      this.#paint();
    });
  }

  #paint(): void {
    const { output, style, total } = this.#options;
    // A line that wraps could not be erased.
    const width = (output.columns ?? 80) - 1;
    const shown = [...this.#under].slice(0, MAX_LINES).map(([label, text]) => `${escapeText(label)}  ${text}`);
    const more = this.#under.size - shown.length;
    if (more > 0) shown.push(`and ${more} more`);
    shown.push(`${this.#done} of ${total} cars done${this.#failed > 0 ? `, ${this.#failed} of them failed` : ''}`);
    this.#erase();
    output.write(shown.map((line) => `${style.quiet(line.slice(0, width))}\n`).join(''));
    this.#painted = shown.length;
  }

  #erase(): void {
    if (this.#painted > 0) this.#options.output.write(`\r\u001b[${this.#painted}A\u001b[J`);
    this.#painted = 0;
  }
}
