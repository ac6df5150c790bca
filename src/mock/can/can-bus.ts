import type { Clock } from '../../core/index.ts';
import { type CanFrame, frameTimeMs } from './can-frame.ts';

export interface CanNode {
  /** A frame of another node, complete; the node may keep it. */
  receive(frame: CanFrame): void;
}

/**
 * The wire. Frames are served in the order in which they were offered: a node offers its next one only when the last is
 * sent, so arbitration by identifier would change no order that a tester can see.
 */
export class CanBus {
  readonly #clock: Clock;
  readonly #nodes = new Set<CanNode>();
  #freeAt = Number.NEGATIVE_INFINITY;
  #frames = 0;
  #lastFrameAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lastFrameAt = clock.now();
  }

  /** Frames carried so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Time since the last frame ended. */
  get quietMs(): number {
    return this.#clock.now() - this.#lastFrameAt;
  }

  attach(node: CanNode): void {
    this.#nodes.add(node);
  }

  detach(node: CanNode): void {
    this.#nodes.delete(node);
  }

  /** @param sent called when the frame has left, before any other node sees it */
  send(from: CanNode, frame: CanFrame, sent?: () => void): void {
    const now = this.#clock.now();
    this.#freeAt = Math.max(now, this.#freeAt) + frameTimeMs(frame);
    this.#clock.backgroundTimer(this.#freeAt - now, () => {
      this.#frames += 1;
      this.#lastFrameAt = this.#clock.now();
      sent?.();
      for (const node of this.#nodes) {
        if (node !== from) node.receive(frame);
      }
    });
  }
}
