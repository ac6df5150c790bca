import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/core/index.ts';
import {
  decodeIsoTpFrame,
  decodeSeparationTime,
  encodeFlowControl,
  encodeSingleFrame,
  FLOW_STATUS,
  type FlowControlFrame,
  type IsoTpFrame,
  IsoTpReceiver,
  IsoTpSender,
} from '../../../src/transport/isotp/index.ts';

const seed = Number(process.env['KOMBI_SEED'] ?? 15765);
const property = { seed, numRuns: 400 };

function decode(hex: string): IsoTpFrame {
  return decodeIsoTpFrame(fromHex(hex)).frame;
}

/** All frames of a message, for a receiver that takes it in one go. */
function framesOf(message: Uint8Array): Uint8Array[] {
  const sender = new IsoTpSender(0x60, message);
  const frames = [sender.first];
  sender.takeFlowControl({ kind: 'flow-control', status: FLOW_STATUS.continueToSend, blockSize: 0, separationMs: 0 });
  while (sender.step === 'frame') frames.push(sender.next());
  return frames;
}

/** Joins frames as a tester does; undefined while the message is not whole. */
function join(frames: readonly Uint8Array[], maxMessageBytes?: number): Uint8Array | undefined {
  let receiver: IsoTpReceiver | undefined;
  for (const bytes of frames) {
    const { frame } = decodeIsoTpFrame(bytes);
    if (receiver === undefined) {
      if (frame.kind !== 'first') continue;
      receiver = new IsoTpReceiver(frame, maxMessageBytes === undefined ? { blockSize: 0 } : { blockSize: 0, maxMessageBytes });
      receiver.sentFlowControl();
    } else {
      receiver.take(frame);
    }
  }
  return receiver?.step === 'whole' ? receiver.message : undefined;
}

const message = fc.uint8Array({ minLength: 7, maxLength: 4095, size: 'max' });
const separationTime = fc.integer({ min: 0, max: 255 });

describe(`ISO-TP (seed ${seed})`, () => {
  it('carries any message of any length under any block size and separation time', () => {
    fc.assert(
      fc.property(message, fc.integer({ min: 0, max: 255 }), separationTime, (sent, blockSize, stMin) => {
        const sender = new IsoTpSender(0x60, sent);
        const first = decodeIsoTpFrame(sender.first);
        expect(first.address).toBe(0x60);
        if (first.frame.kind !== 'first') throw new Error('no first frame');
        const receiver = new IsoTpReceiver(first.frame, { blockSize });
        let flowControls = 0;
        while (sender.step !== 'done') {
          if (receiver.step !== sender.step) throw new Error(`the receiver wants ${receiver.step}, the sender ${sender.step}`);
          if (sender.step === 'flow-control') {
            flowControls += 1;
            sender.takeFlowControl(
              decodeIsoTpFrame(encodeFlowControl(0xf1, FLOW_STATUS.continueToSend, blockSize, stMin)).frame as FlowControlFrame,
            );
            receiver.sentFlowControl();
            if (sender.separationMs !== decodeSeparationTime(stMin)) throw new Error(`${sender.separationMs} ms for ${stMin}`);
          } else {
            receiver.take(decodeIsoTpFrame(sender.next()).frame);
          }
        }
        expect(receiver.step).toBe('whole');
        expect(toHex(receiver.message)).toBe(toHex(sent));
        const consecutive = Math.ceil((sent.length - 5) / 6);
        expect(flowControls).toBe(blockSize === 0 ? 1 : Math.ceil(consecutive / blockSize));
      }),
      property,
    );
  });

  it('carries every length that one frame holds', () => {
    for (let length = 1; length <= 6; length += 1) {
      const data = Uint8Array.from({ length }, (_, index) => 0xa0 + index);
      const bytes = encodeSingleFrame(0x60, data);
      expect(decodeIsoTpFrame(bytes)).toEqual({ address: 0x60, frame: { kind: 'single', data } });
      expect(bytes.length).toBe(2 + length);
    }
  });

  it('never joins a message from frames of which one is lost, doubled, swapped, cut or renumbered', () => {
    const damage = fc.constantFrom('lose', 'double', 'swap', 'cut', 'renumber', 'first inside', 'single inside', 'flow control inside');
    fc.assert(
      fc.property(message, damage, fc.nat(), fc.integer({ min: 1, max: 15 }), (sent, kind, where, shift) => {
        const frames = framesOf(sent);
        // A lost or doubled last frame leaves a message that never ends, or one that ended before it: both are below.
        const at = 1 + (where % (frames.length - 1));
        const victim = frames[at] ?? new Uint8Array();
        const next = frames[at + 1];
        const renumbered = Uint8Array.from(victim);
        renumbered[1] = 0x20 | (((victim[1] ?? 0) + shift) & 0x0f);
        const needed = Math.min(6, sent.length - 5 - (at - 1) * 6);
        if (kind === 'lose') frames.splice(at, 1);
        if (kind === 'double') frames.splice(at, 0, victim);
        if (kind === 'swap') {
          fc.pre(next !== undefined);
          frames.splice(at, 2, next, victim);
        }
        if (kind === 'cut') frames[at] = victim.subarray(0, 2 + needed - 1);
        if (kind === 'renumber') frames[at] = renumbered;
        if (kind === 'first inside') frames.splice(at, 0, frames[0] ?? victim);
        if (kind === 'single inside') frames.splice(at, 0, encodeSingleFrame(0x60, fromHex('7F2278')));
        if (kind === 'flow control inside') frames.splice(at, 0, encodeFlowControl(0x60, FLOW_STATUS.continueToSend, 0, 0));
        let joined: Uint8Array | undefined;
        let code = 'incomplete';
        try {
          joined = join(frames);
        } catch (error) {
          code = (error as { code: string }).code;
        }
        expect(joined).toBeUndefined();
        const lastLost = kind === 'lose' && at === frames.length;
        const expected = {
          cut: 'link.isotp.malformed',
          'first inside': 'link.isotp.interrupted',
          'single inside': 'link.isotp.interrupted',
          'flow control inside': 'link.isotp.interrupted',
        };
        expect(code).toBe(lastLost ? 'incomplete' : (expected[kind as keyof typeof expected] ?? 'link.isotp.sequence'));
      }),
      property,
    );
  });

  it.each([
    ['', 'link.isotp.malformed'],
    ['F1', 'link.isotp.malformed'],
    ['F100', 'link.isotp.malformed'],
    ['F10762F190414243', 'link.isotp.malformed'],
    ['F10362F1', 'link.isotp.malformed'],
    ['F1100762F1904142', undefined],
    ['F1100662F1904142', 'link.isotp.malformed'],
    ['F1100862F19041', 'link.isotp.malformed'],
    ['F11000000010004142', 'link.isotp.too-long'],
    ['F1100000001000', 'link.isotp.malformed'],
    ['F1300000', undefined],
    ['F13000', 'link.isotp.malformed'],
    ['F1330000', 'link.isotp.malformed'],
    ['F1400000', 'link.isotp.malformed'],
  ])('judges frame "%s": %s', (hex, code) => {
    if (code === undefined) expect(() => decode(hex)).not.toThrow();
    else expect(() => decode(hex)).toThrow(expect.objectContaining({ code, exit: 8 }));
  });

  it('reads separation times as the standard does, reserved values as the longest', () => {
    expect([0x00, 0x0a, 0x7f, 0xf1, 0xf9, 0x80, 0xf0, 0xfa, 0xff].map(decodeSeparationTime)).toEqual([
      0, 10, 127, 0.1, 0.9, 127, 127, 127, 127,
    ]);
  });

  it('refuses a message above the cap before taking any of it', () => {
    const frames = framesOf(new Uint8Array(300));
    expect(() => join(frames, 299)).toThrow(expect.objectContaining({ code: 'link.isotp.too-long' }));
    expect(join(frames, 300)).toHaveLength(300);
    expect(() => new IsoTpSender(0x60, new Uint8Array(4096))).toThrow(expect.objectContaining({ code: 'link.isotp.too-long' }));
  });

  it('joins what a car sent: a padded last frame (i3, shape recorded)', () => {
    expect(toHex(join([fromHex('F1100962DDC003E0'), fromHex('F121050C04AEFFFF')]) ?? new Uint8Array())).toBe('62DDC003E0050C04AE');
  });

  it('waits ten times for the receiver and no more, and starts to count anew after each go-ahead', () => {
    const wait = decode('F1310000') as FlowControlFrame;
    const go = decode('F1300100') as FlowControlFrame;
    const sender = new IsoTpSender(0x60, new Uint8Array(30));
    for (let round = 0; round < 2; round += 1) {
      for (let count = 0; count < 10; count += 1) sender.takeFlowControl(wait);
      expect(sender.step).toBe('flow-control');
      sender.takeFlowControl(go);
      sender.next();
    }
    for (let count = 0; count < 10; count += 1) sender.takeFlowControl(wait);
    expect(() => sender.takeFlowControl(wait)).toThrow(expect.objectContaining({ code: 'link.isotp.waiting' }));
  });

  it('stops when the receiver has no room', () => {
    const sender = new IsoTpSender(0x60, new Uint8Array(30));
    expect(() => sender.takeFlowControl(decode('F1320000') as FlowControlFrame)).toThrow(
      expect.objectContaining({ code: 'link.isotp.overflow' }),
    );
  });
});
