import { type EcuAddress, formatEcuAddress, isKombiError } from '../../core/index.ts';
import {
  CONSECUTIVE_FRAME_BYTES,
  encodeFlowControl,
  FIRST_FRAME_BYTES,
  type FirstFrame,
  FLOW_STATUS,
  IsoTpReceiver,
  IsoTpSender,
  isoTpError,
} from '../isotp/index.ts';
import type { CanChannel, FrameEvent } from './can-channel.ts';
import { type Flow, flowFor } from './flow.ts';
import type { PathEnds } from './message-path.ts';

/** N_Bs and N_Cr of ISO 15765-2: the wait for a flow control and for the next consecutive frame. */
const FLOW_CONTROL_TIMEOUT_MS = 1000;
const NEXT_FRAME_TIMEOUT_MS = 1000;
/** A response digit says no more. */
const MOST_COUNTED = 15;

/** Who talks with whom, and what becomes of frames that belong to no long message. */
export interface Conversation extends PathEnds {
  readonly channel: CanChannel;
  readonly target: EcuAddress;
  keep(event: FrameEvent): void;
  /** Brings the chip to its prompt and keeps what had come. */
  hush(signal?: AbortSignal): Promise<void>;
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
      await conversation.hush(signal);
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

/** Takes the rest of a message whose first frame has come. */
export async function receiveLong(conversation: Conversation, first: FirstFrame, signal?: AbortSignal): Promise<Uint8Array> {
  const frames = Math.ceil((first.messageBytes - FIRST_FRAME_BYTES) / CONSECUTIVE_FRAME_BYTES);
  const flow = flowFor(conversation, frames);
  try {
    return await receiveRest(conversation, { first, flow, signal });
  } catch (error) {
    const isOverrun = isKombiError(error, 'link.isotp') || isKombiError(error, 'link.elm327.buffer-full');
    if (flow.separationTime > 0 && isOverrun) conversation.findings.saw({ overruns: true });
    throw error;
  }
}

interface Rest {
  readonly first: FirstFrame;
  readonly flow: Flow;
  readonly signal: AbortSignal | undefined;
}

async function receiveRest(conversation: Conversation, { first, flow, signal }: Rest): Promise<Uint8Array> {
  const { channel, clock, target } = conversation;
  const { blockSize, separationTime } = flow;
  const receiver = new IsoTpReceiver(first, { blockSize });
  const flowControl = encodeFlowControl(target, FLOW_STATUS.continueToSend, blockSize, separationTime);
  await channel.stop(signal);
  while (receiver.step !== 'whole') {
    if (receiver.step === 'flow-control') {
      const frames = receiver.nextBlockFrames;
      await channel.send(flowControl, frames > MOST_COUNTED ? 'open' : frames, signal);
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
    if (receiver.step === 'flow-control') await channel.stop(signal);
  }
  return receiver.message;
}
