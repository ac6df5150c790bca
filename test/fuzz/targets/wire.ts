import { type EcuAddress, fromHex, toHex } from '../../../src/core/index.ts';
import { encodeTelegram, takeTelegram } from '../../../src/transport/dcan/index.ts';
import {
  DOIP_MAX_BODY_BYTES,
  decodeAnnouncement,
  encodeDoipDiagnostic,
  encodeDoipFrame,
  takeDoipFrame,
} from '../../../src/transport/doip/index.ts';
import { parseCanLine } from '../../../src/transport/elm327/can-line.ts';
import { chipError } from '../../../src/transport/elm327/chip-texts.ts';
import { LineSplitter } from '../../../src/transport/elm327/line-splitter.ts';
import { decodeIdentification } from '../../../src/transport/enet/identification.ts';
import { encodeHsfzDiagnostic, encodeHsfzFrame, HSFZ_MAX_BODY_BYTES, takeHsfzFrame } from '../../../src/transport/enet/index.ts';
import { type AnyFrame, FrameBuffer, type TakeFrame } from '../../../src/transport/frame-buffer.ts';
import { decodeIsoTpFrame, IsoTpReceiver, IsoTpSender, MAX_MESSAGE_BYTES } from '../../../src/transport/isotp/index.ts';
import { hashOf, Random } from '../random.ts';
import { bytesTarget, demand, mayRefuse, type Target } from '../target.ts';

const HSFZ_SAMPLES = [
  encodeHsfzDiagnostic(0x60, 0xf4, fromHex('62F190574241364339323031304430303030303031')),
  encodeHsfzFrame(0x02, fromHex('F46022F190')),
  encodeHsfzFrame(0x12, fromHex('F400')),
  encodeHsfzFrame(0x43, fromHex('F499')),
  Buffer.concat([encodeHsfzFrame(0x02, fromHex('F46022F101')), encodeHsfzDiagnostic(0x60, 0xf4, fromHex('7F2278'))]),
];

const IDENTIFICATION = encodeHsfzFrame(0x11, Buffer.from('DIAGADR10BMWMAC020000000001BMWVINWBATESTV1N0000001', 'latin1'));

const ANNOUNCEMENT = encodeDoipFrame(0x04, Buffer.from('WBATESTV1N0000001\0\x10\x02\0\0\0\0\x01\x02\0\0\0\0\x01\0\0', 'latin1'));

const DCAN_SAMPLES = ['8360F122F15037', 'C3DFF122F150F6', '84F16062F1500F87', '83F1607F22780000'].map(fromHex);

const DOIP_SAMPLES = [
  encodeDoipDiagnostic(0x60, 0x0ef3, fromHex('62F190574241364339323031304430303030303031')),
  encodeDoipFrame(0x0006, fromHex('0EF300101000000000')),
  encodeDoipFrame(0x0007, new Uint8Array(0)),
  encodeDoipFrame(0x8003, fromHex('00990EF303')),
  Buffer.concat([encodeDoipFrame(0x8002, fromHex('00600EF30022F101')), encodeDoipDiagnostic(0x60, 0x0ef3, fromHex('7F2278'))]),
];

/** Lines as adapters print them; the last ones are what they say when something is wrong. */
const ELM_SAMPLES = [
  '607F1100962DD69FFFF\r\r>',
  '660F1 03 7F 22 78 \r660F1 10 14 62 F1 90 57 42\r\r>',
  'ATI\rELM327 v2.1\r\r>',
  'OK\r\n\r\n>',
  'STOPPED\r>',
  '660F1100962DD69BUFFER FULL\r>',
  '660F1100962DD6<DATA ERROR\r\r>',
  'NO DATA\r>?\r>',
  'LV RESET\r\rELM327 v1.5\r\r>',
].map((text) => Uint8Array.from(Buffer.from(text, 'latin1')));

const UDS_MESSAGE = fromHex('62F1900102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F');

/** The same bytes in pieces that only they decide, so that a failure comes back. */
export function piecesOf(bytes: Uint8Array): readonly Uint8Array[] {
  const random = new Random(hashOf(bytes));
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = random.pick([1, 3, 7, 64, bytes.length]);
    pieces.push(bytes.slice(at, at + length));
    at += length;
  }
  return pieces;
}

/** Frames on CAN, each behind a byte that says how long it is. */
export function canFramesOf(bytes: Uint8Array): readonly Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = (bytes[at] ?? 0) % 9;
    frames.push(bytes.slice(at + 1, at + 1 + length));
    at += 1 + length;
  }
  return frames;
}

export function packCanFrames(frames: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(frames.flatMap((frame) => [Uint8Array.of(frame.length), frame]));
}

/** A message in frames towards the tester, as many and as long as the message needs. */
export function segmented(message: Uint8Array, address: number): readonly Uint8Array[] {
  const sender = new IsoTpSender(address, message);
  const frames = [sender.first];
  sender.takeFlowControl({ kind: 'flow-control', status: 0, blockSize: 0, separationMs: 0 });
  while (sender.step === 'frame') frames.push(sender.next());
  return frames;
}

/** Frames of a message with some lost, doubled, swapped or strange. */
export function harmedFrames(random: Random, frames: readonly Uint8Array[], strange: readonly Uint8Array[]): Uint8Array {
  const harmed = [...frames];
  for (let left = random.below(4); left > 0; left -= 1) {
    const at = random.below(harmed.length);
    const frame = harmed[at] ?? new Uint8Array(0);
    if (random.oneIn(4)) harmed.splice(at, 1);
    else if (random.oneIn(3)) harmed.splice(at, 0, frame);
    else if (random.oneIn(2)) harmed.splice(at, 0, random.pick(strange));
    else harmed[at] = frame.slice(0, random.below(frame.length + 1));
  }
  return packCanFrames(harmed);
}

const STRANGE_FRAMES = [
  'F1300000',
  'F1310000',
  'F1320000',
  'F130F1F4',
  'F1100000001000FF',
  'F11FFF6263646566',
  'F1037F2278',
  'F1',
  '',
  'F1FF',
].map(fromHex);

const ISO_TP_ROOM = ['link'];

function receiveIsoTp(input: Uint8Array): void {
  let receiver: IsoTpReceiver | undefined;
  const sender = new IsoTpSender(0x60, UDS_MESSAGE);
  for (const bytes of canFramesOf(input)) {
    const refused = mayRefuse(() => {
      const { frame } = decodeIsoTpFrame(bytes);
      if (frame.kind === 'flow-control') {
        sender.takeFlowControl(frame);
        for (let left = 8; left > 0 && sender.step === 'frame'; left -= 1) sender.next();
      }
      if (receiver === undefined) {
        if (frame.kind === 'first') receiver = new IsoTpReceiver(frame, { blockSize: 4 });
      } else {
        if (receiver.step === 'flow-control') receiver.sentFlowControl();
        receiver.take(frame);
      }
    }, ISO_TP_ROOM);
    if (receiver !== undefined) demand(receiver.message.length <= MAX_MESSAGE_BYTES, 'a message longer than any may be');
    if (refused || receiver?.step === 'whole') receiver = undefined;
  }
}

/** Frames read from all bytes at once, and from the same in pieces. */
function cutFrames<Frame extends AnyFrame>(input: Uint8Array, take: TakeFrame<Frame>, show: (frame: Frame) => string): void {
  const whole: string[] = [];
  const cut: string[] = [];
  const refusedWhole = mayRefuse(() => {
    for (let frame = take(input); frame !== undefined; frame = take(input, frame.end)) whole.push(show(frame));
  }, ['link']);
  const buffer = new FrameBuffer(take);
  const refusedCut = mayRefuse(() => {
    for (const piece of piecesOf(input)) buffer.push(piece, (frame) => cut.push(show(frame)));
  }, ['link']);
  demand(whole.join() === cut.join() && refusedWhole === refusedCut, 'it reads otherwise in pieces than whole');
}

/** The client's ends of the wires. */
export const WIRE_TARGETS: readonly Target[] = [
  bytesTarget({
    name: 'hsfz-frames',
    errors: [],
    samples: HSFZ_SAMPLES,
    make: (random) => {
      const body = random.bytes(random.pick([0, 1, 2, 7, 40]));
      const frame = encodeHsfzFrame(random.pick([1, 2, 0x10, 0x11, 0x12, 0x40, 0x45, 0xff, random.below(0x200)]), body);
      const lie = random.pick([body.length, body.length + 1, HSFZ_MAX_BODY_BYTES, HSFZ_MAX_BODY_BYTES + 1, 0xffffffff, random.next()]);
      if (random.oneIn(2)) new DataView(frame.buffer).setUint32(0, lie);
      return Buffer.concat([frame, random.pick(HSFZ_SAMPLES)]);
    },
    parse: (input) => cutFrames(input, takeHsfzFrame, ({ control, body }) => `${control} ${toHex(body)}`),
  }),
  bytesTarget({
    name: 'doip-frames',
    errors: [],
    samples: DOIP_SAMPLES,
    make: (random) => {
      const body = random.bytes(random.pick([0, 1, 2, 9, 33, 40]));
      const frame = encodeDoipFrame(random.pick([0, 4, 6, 7, 0x8001, 0x8002, 0x8003, random.below(0x10000)]), body);
      const lie = random.pick([body.length, body.length + 1, DOIP_MAX_BODY_BYTES, DOIP_MAX_BODY_BYTES + 1, 0xffffffff, random.next()]);
      if (random.oneIn(2)) new DataView(frame.buffer, frame.byteOffset).setUint32(4, lie);
      return Buffer.concat([frame, random.pick(DOIP_SAMPLES)]);
    },
    parse: (input) => cutFrames(input, takeDoipFrame, ({ type, body }) => `${type} ${toHex(body)}`),
  }),
  bytesTarget({
    name: 'dcan-telegrams',
    errors: [],
    samples: DCAN_SAMPLES,
    make: (random) => {
      const payload = random.bytes(random.pick([1, 2, 63, 64, 255, 256]));
      const telegram = encodeTelegram({ target: 0xf1, source: 0x60, isFunctional: random.oneIn(4), payload });
      if (random.oneIn(2)) telegram[random.below(Math.min(6, telegram.length))] = random.pick([0x00, 0x7f, 0x80, 0xc0, 0xff]);
      return Buffer.concat([telegram, random.pick(DCAN_SAMPLES)]);
    },
    parse: (input) => cutFrames(input, takeTelegram, ({ target, source, payload }) => `${target} ${source} ${toHex(payload)}`),
  }),
  bytesTarget({
    name: 'announcement',
    errors: [],
    samples: [ANNOUNCEMENT],
    parse: (input) => {
      const gateway = decodeAnnouncement(input, '169.254.12.34');
      if (gateway !== undefined) demand(/^[\x20-\x7e]{17}$/.test(gateway.vin) && gateway.mac.length === 12, 'a gateway that is none');
    },
  }),
  bytesTarget({
    name: 'identification',
    errors: [],
    samples: [IDENTIFICATION],
    parse: (input) => {
      const gateway = decodeIdentification(input, '169.254.12.34');
      if (gateway !== undefined)
        demand(/^[\x20-\x7e]{17}$/.test(gateway.vin) && gateway.diagnosticAddress <= 0xff, 'a gateway that is none');
    },
  }),
  bytesTarget({
    name: 'elm327-lines',
    errors: ['link'],
    samples: ELM_SAMPLES,
    parse: (input) => {
      const splitter = new LineSplitter({
        line: (text) => {
          demand(text !== '' && text.length <= 1024, `a line of ${text.length}`);
          const can = parseCanLine(text);
          if (can === undefined) {
            const error = chipError(text);
            if (error !== undefined)
              mayRefuse(() => {
                throw error;
              }, ['link']);
          } else {
            demand(can.id <= 0x7ff && can.data.length <= 8, `identifier ${can.id}, ${can.data.length} bytes`);
            mayRefuse(() => decodeIsoTpFrame(can.data), ISO_TP_ROOM);
          }
        },
        prompt: () => {},
      });
      for (const piece of piecesOf(input)) splitter.feed(piece);
    },
  }),
  bytesTarget({
    name: 'iso-tp',
    errors: [],
    samples: [packCanFrames(segmented(UDS_MESSAGE, 0xf1)), packCanFrames(STRANGE_FRAMES)],
    make: (random) => harmedFrames(random, segmented(random.bytes(random.between(7, 80)), 0xf1), STRANGE_FRAMES),
    parse: receiveIsoTp,
  }),
];

export const KOMBI = 0x60 as EcuAddress;
export { DOIP_SAMPLES, ELM_SAMPLES, HSFZ_SAMPLES };
