import type { EcuAddress } from '../../core/index.ts';
import { encodeSingleFrame, SINGLE_FRAME_BYTES } from '../isotp/index.ts';
import { CanChannel, type FrameEvent, type QuietFrames } from './can-channel.ts';
import { type Conversation, receiveLong, sendLong } from './long-messages.ts';
import type { MessagePath, PathEnds, SendOptions } from './message-path.ts';

/** A way on which the chip carries bare CAN frames and everything ISO-TP is done on this side. */
export class FramePath implements MessagePath {
  readonly #ends: PathEnds;
  readonly #channel: CanChannel;
  /** Where the answers are to come from; first frames of others are not answered. */
  #target: EcuAddress | undefined;

  constructor(ends: PathEnds, quiet: QuietFrames) {
    this.#ends = ends;
    this.#channel = new CanChannel(ends, quiet);
  }

  async send(target: EcuAddress, payload: Uint8Array, { once, signal }: SendOptions): Promise<void> {
    await this.#channel.aim(target, signal);
    this.#target = target;
    if (payload.length > SINGLE_FRAME_BYTES) await sendLong(this.#conversation(target), payload, signal);
    else await this.#channel.send(encodeSingleFrame(target, payload), once ? 1 : 'open', signal);
  }

  async hear(deadlineMs: number, signal?: AbortSignal): Promise<'heard' | 'idle' | 'deadline'> {
    const event = await this.#channel.next(deadlineMs, signal);
    if (event.kind !== 'frame') return event.kind;
    const { source, frame } = event;
    if (frame.kind === 'first' && source === this.#target) {
      this.#ends.deliver({ source, payload: await receiveLong(this.#conversation(source), frame, signal) });
    } else this.#keep(event);
    return 'heard';
  }

  listen(isAwake: boolean): Promise<void> {
    return this.#channel.listen(isAwake ? undefined : this.#target);
  }

  async hush(signal?: AbortSignal): Promise<void> {
    await this.#channel.stop(signal);
    for (;;) {
      const event = await this.#channel.next(Number.NEGATIVE_INFINITY, signal);
      if (event.kind !== 'frame') return;
      this.#keep(event);
    }
  }

  /** Long answers to a functional request would need one flow control per ECU at once: they are left alone. */
  #keep({ source, frame }: FrameEvent): void {
    if (frame.kind === 'single') this.#ends.deliver({ source, payload: frame.data });
  }

  #conversation(target: EcuAddress): Conversation {
    return {
      ...this.#ends,
      channel: this.#channel,
      target,
      keep: (event) => this.#keep(event),
      hush: (signal) => this.hush(signal),
    };
  }
}
