import { type Clock, type EcuAddress, formatEcuAddress } from '../../core/index.ts';
import { encodeFlowControl, type FirstFrame, FLOW_STATUS, IsoTpReceiver, IsoTpSender, isoTpError } from '../isotp/index.ts';
import type { CanChannel, FrameEvent } from './can-channel.ts';

/** N_Bs and N_Cr of ISO 15765-2: the wait for a flow control and for the next consecutive frame. */
const FLOW_CONTROL_TIMEOUT_MS = 1000;
const NEXT_FRAME_TIMEOUT_MS = 1000;
/** 12 lines of 20 characters fit the smallest known buffer, 256 bytes, even if none drains meanwhile. */
const BLOCK_FRAMES = 12;
const SEPARATION_TIME = 0;

/** Who talks with whom, and what becomes of frames that belong to no long message. */
export interface Conversation {
  readonly channel: CanChannel;
  readonly clock: Clock;
  readonly target: EcuAddress;
  keep(event: FrameEvent): void;
}

/** Sends one message of more than a frame. The chip must be idle; afterwards it listens for the answer. */
export async function sendLong(conversation: Conversation, message: Uint8Array, signal?: AbortSignal): Promise<void> {
  const { channel, clock, target } = conversation;
  const sender = new IsoTpSender(target, message);
  await channel.send(sender.first, 'open', signal);
  let notBeforeMs = Number.NEGATIVE_INFINITY;
  while (sender.step !== 'done') {
    if (sender.step === 'flow-control') {
      await awaitFlowControl(conversation, sender, signal);
      await hush(conversation, signal);
      continue;
    }
    const pauseMs = notBeforeMs - clock.now();
    if (pauseMs > 0) await clock.sleep(pauseMs, signal);
    const frame = sender.next();
    await channel.send(frame, sender.step === 'frame' ? 'none' : 'open', signal);
    notBeforeMs = clock.now() + sender.separationMs;
  }
}

async function awaitFlowControl(conversation: Conversation, sender: IsoTpSender, signal?: AbortSignal): Promise<void> {
  const { channel, clock, target } = conversation;
  let deadlineMs = clock.now() + FLOW_CONTROL_TIMEOUT_MS;
  while (sender.step === 'flow-control') {
    const event = await channel.next(deadlineMs, signal);
    if (event.kind !== 'frame')
      throw isoTpError('no-flow-control', `ECU ${formatEcuAddress(target)} did not say that it takes the message`);
    if (event.source === target && event.frame.kind === 'flow-control') {
      sender.takeFlowControl(event.frame);
      deadlineMs = clock.now() + FLOW_CONTROL_TIMEOUT_MS;
    } else conversation.keep(event);
  }
}

/** Takes the rest of a message whose first frame has come. Afterwards the chip is idle. */
export async function receiveLong(conversation: Conversation, first: FirstFrame, signal?: AbortSignal): Promise<Uint8Array> {
  const { channel, clock, target } = conversation;
  const receiver = new IsoTpReceiver(first, { blockSize: BLOCK_FRAMES });
  const flowControl = encodeFlowControl(target, FLOW_STATUS.continueToSend, BLOCK_FRAMES, SEPARATION_TIME);
  await channel.stop(signal);
  while (receiver.step !== 'whole') {
    if (receiver.step === 'flow-control') {
      await channel.send(flowControl, receiver.nextBlockFrames, signal);
      receiver.sentFlowControl();
    }
    const event = await channel.next(clock.now() + NEXT_FRAME_TIMEOUT_MS, signal);
    if (event.kind !== 'frame') {
      throw isoTpError(
        'missing',
        `ECU ${formatEcuAddress(target)} fell silent ${receiver.missingFrames} frames before the end of a message`,
      );
    }
    if (event.source === target) receiver.take(event.frame);
    else conversation.keep(event);
    if (receiver.step !== 'frame') await channel.stop(signal);
  }
  return receiver.message;
}

/** Brings the chip to its prompt and keeps what had come. */
export async function hush({ channel, keep }: Pick<Conversation, 'channel' | 'keep'>, signal?: AbortSignal): Promise<void> {
  await channel.stop(signal);
  for (;;) {
    const event = await channel.next(Number.NEGATIVE_INFINITY, signal);
    if (event.kind !== 'frame') return;
    keep(event);
  }
}
