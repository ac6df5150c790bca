import { FrameBuffer } from '../frame-buffer.ts';
import { type HsfzFrame, takeHsfzFrame } from './hsfz-frame.ts';

/** Cuts a stream of chunks into HSFZ frames. `push` throws `link.hsfz-malformed`. */
export class HsfzReceiveBuffer extends FrameBuffer<HsfzFrame> {
  constructor() {
    super(takeHsfzFrame);
  }
}
