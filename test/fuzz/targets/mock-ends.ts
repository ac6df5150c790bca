import { fromHex } from '../../../src/core/index.ts';
import { IsoTpReceiver } from '../../../src/mock/can/iso-tp-receiver.ts';
import { IsoTpSender } from '../../../src/mock/can/iso-tp-sender.ts';
import { DcanCable } from '../../../src/mock/dcan/index.ts';
import { type PersonalityName, personalityNames, plugIn } from '../../../src/mock/elm327/index.ts';
import { ControlConnection } from '../../../src/mock/hsfz/control-connection.ts';
import { answerDatagram, type Car, DiagnosticConnection, DoipConnection, loadProfile, startMockCar } from '../../../src/mock/index.ts';
import type { TesterConnection, Wire } from '../../../src/mock/network/index.ts';
import { encodeTelegram } from '../../../src/transport/dcan/index.ts';
import { encodeDoipDiagnostic, encodeDoipFrame, takeDoipFrame } from '../../../src/transport/doip/index.ts';
import { encodeHsfzDiagnostic, encodeHsfzFrame, takeHsfzFrame } from '../../../src/transport/enet/index.ts';
import type { AnyFrame, TakeFrame } from '../../../src/transport/frame-buffer.ts';
import type { Random } from '../random.ts';
import { StepClock } from '../step-clock.ts';
import { bytesTarget, demand, type Target } from '../target.ts';
import { canFramesOf, harmedFrames, packCanFrames, piecesOf, segmented } from './wire.ts';

const PROFILE = loadProfile('f06-short');
/** The answers to one input; a client that does not read is cut off at a tenth of this by the server. */
const MOST_OUTPUT = 16 * 1024 * 1024;

const REQUESTS = [
  '22F190',
  '22F101',
  '1003',
  '1041',
  '2E330100',
  '1101',
  '3E00',
  '3E80',
  '19020C',
  '1904B7F341FF',
  '14FFFFFF',
  '310110010A0A43',
  '2701',
  '2200',
  '22F190F18CF150',
  '850201',
  '280301',
].map(fromHex);
const ECUS = [0x10, 0x12, 0x40, 0x60, 0x61, 0xdf, 0x99];

/** A car of its own for each input: what one has written, the next must not find. */
function freshCar(): { car: Car; clock: StepClock } {
  const clock = new StepClock();
  return { car: startMockCar({ profile: PROFILE, clock }), clock };
}

/** @param begin makes the gateway's end, and what is asked beside it */
function feedGateway<Frame extends AnyFrame>(
  input: Uint8Array,
  take: TakeFrame<Frame>,
  begin: (car: Car, wire: Wire) => { readonly gateway: TesterConnection; readonly beside: (input: Uint8Array) => void },
): void {
  const { car, clock } = freshCar();
  const output: Uint8Array[] = [];
  let bytes = 0;
  let ended = false;
  const wire = {
    write: (chunk: Uint8Array) => {
      demand(!ended, 'it writes to a connection that it has ended');
      bytes += chunk.length;
      demand(bytes < MOST_OUTPUT, 'it never stops writing');
      output.push(chunk.slice());
    },
    end: () => {
      ended = true;
    },
    reset: () => {
      ended = true;
    },
  };
  const { gateway, beside } = begin(car, wire);
  for (const piece of piecesOf(input)) {
    gateway.feed(piece);
    clock.advance(20);
  }
  if (!ended) beside(input);
  clock.advance(1000);
  gateway.close();
  const written = Buffer.concat(output);
  let end = 0;
  for (let frame = take(written, end); frame !== undefined; frame = take(written, end)) end = frame.end;
  demand(end === written.length, 'it wrote half a frame');
}

function feedHsfz(input: Uint8Array): void {
  feedGateway(input, takeHsfzFrame, (car, wire) => {
    const control = new ControlConnection(car, { ...wire, end: () => undefined });
    return {
      gateway: new DiagnosticConnection(car, wire, { absent: '0043', aliveMs: 0, idleMs: 60_000 }),
      beside: (bytes) => control.feed(bytes),
    };
  });
}

const ACTIVATE = encodeDoipFrame(0x0005, fromHex('0EF3000000000000000000'));

function feedDoip(input: Uint8Array): void {
  feedGateway(input, takeDoipFrame, (car, wire) => ({
    gateway: new DoipConnection(car, wire, { aliveMs: 0, idleMs: 60_000 }),
    beside: (bytes) => {
      const answer = answerDatagram(car, bytes, { most: 8, connected: 1 });
      demand(answer === undefined || takeDoipFrame(answer)?.end === answer.length, 'it answers with what is no frame');
    },
  }));
}

function feedCable(input: Uint8Array): void {
  const { car, clock } = freshCar();
  const cable = new DcanCable(car);
  let bytes = 0;
  cable.connect({
    output: (chunk) => {
      bytes += chunk.length;
      demand(bytes < MOST_OUTPUT, 'it never stops talking');
    },
    unplugged: () => undefined,
  });
  for (const piece of piecesOf(input)) {
    cable.feed(piece);
    clock.advance(20);
  }
  clock.advance(10_000);
  cable.close();
}

const LINES = [
  'ATZ',
  'ATI',
  'ATE0',
  'ATS0',
  'ATH1',
  'ATSH6F1',
  'ATCF600',
  'ATCM700',
  'ATPBC001',
  'ATTPB',
  'ATR0',
  'ATMA',
  'ATPPS',
  'ATBRD23',
  'ATFCSD300000',
  'ATFCSH6F1',
  'ATFCSM1',
  'ATCRA6XX',
  'ATSP0',
  'ATRTR',
  'ATLP',
  'AT@3ABCDEFGHIJKL',
  'ATPP2CSV81',
  'ATPP2CON',
  'STI',
  'STP33',
  'STCSEGR1',
  'STCAF1,60',
  'STCFCPA6F160,660F1',
  'STPXD:22F190,R:1',
  'STPXL:20',
  'STPPMA250,6F1,60023E00',
  'STBR500000',
  '0100',
  '6003 22F190',
  '6010 14 2E 33 01',
  '60300000',
  '6021414243444546',
  '0902',
  'DF0222F150',
  '',
];
const RAW = ['ATE0', 'ATSH6F1', 'ATCF600', 'ATCM700', 'ATPBC001', 'ATTPB', 'ATAL', 'ATH1', 'ATS0'];

function adapterLines(random: Random): Uint8Array {
  const lines = random.oneIn(2) ? [...RAW] : [];
  for (let left = random.between(1, 8); left > 0; left -= 1) lines.push(random.pick(LINES));
  if (random.oneIn(3)) lines.splice(random.below(lines.length), 0, Buffer.from(random.bytes(random.below(300))).toString('latin1'));
  return Uint8Array.from([random.below(256), ...Buffer.from(lines.map((line) => `${line}\r`).join(''), 'latin1')]);
}

function feedAdapter(input: Uint8Array): void {
  const { car, clock } = freshCar();
  const personalities: readonly PersonalityName[] = personalityNames();
  const adapter = plugIn(car, { personality: personalities[(input[0] ?? 0) % personalities.length] ?? 'genuine-2.1' });
  let characters = 0;
  adapter.connect({
    output: (bytes) => {
      characters += bytes.length;
      demand(characters < MOST_OUTPUT, 'it never stops printing');
    },
    unplugged: () => undefined,
  });
  for (const piece of piecesOf(input.subarray(1))) {
    adapter.feed(piece);
    clock.advance(20);
  }
  // Past every patience: an unfinished line, a long timeout, a trial of a rate.
  clock.advance(40_000);
  adapter.close();
}

const FRAMES_OF_TESTER = [
  '022F19',
  '3022F190',
  '300000',
  '310000',
  '320000',
  '30FFF1',
  '0322F190',
  '00',
  '',
  '21FFFFFFFFFFFF',
  '10FFFFFFFFFFFF',
  '100100',
].map(fromHex);

function feedEcuOnCan(input: Uint8Array): void {
  const clock = new StepClock();
  let delivered = 0;
  const send = (bytes: Uint8Array, sent?: () => void) => {
    demand(bytes.length >= 1 && bytes.length <= 7, `a frame of ${bytes.length} bytes behind its address`);
    if (sent !== undefined) clock.backgroundTimer(0.25, sent);
  };
  const sender = new IsoTpSender({ clock, room: 7, send, harm: () => undefined });
  const receiver = new IsoTpReceiver({
    clock,
    room: 7,
    admit: (head) => (head[0] === 0xff ? 'overflow' : { waits: (head[1] ?? 0) & 3 }),
    flowControl: () => ({ blockSize: 3, separationTime: 1 }),
    send,
    deliver: (payload) => {
      delivered += payload.length;
      demand(payload.length >= 1 && payload.length <= 4095, `a message of ${payload.length} bytes`);
      sender.transmit(payload);
    },
  });
  for (const frame of canFramesOf(input)) {
    if ((frame[0] ?? 0) >> 4 === 3) sender.flowControl(frame);
    else receiver.accept(frame);
    clock.advance(frame[1] === 0xee ? 1500 : 1);
  }
  clock.advance(10_000);
  demand(delivered <= input.length + 4095, 'more than was sent');
}

/** The mock car's ends: who connects to one is as much a stranger as who is connected to. */
export const MOCK_TARGETS: readonly Target[] = [
  bytesTarget({
    name: 'mock-hsfz',
    errors: [],
    samples: [
      ...REQUESTS.map((request) => encodeHsfzDiagnostic(0xf4, 0x60, request)),
      encodeHsfzFrame(0x10, new Uint8Array(0)),
      encodeHsfzFrame(0x11, new Uint8Array(0)),
    ],
    make: (random) =>
      Buffer.concat(
        Array.from({ length: random.between(1, 6) }, () =>
          random.oneIn(5)
            ? encodeHsfzFrame(random.below(0x60), random.bytes(random.below(10)))
            : encodeHsfzDiagnostic(
                random.pick([0xf4, 0xf5, 0xf1]),
                random.pick(ECUS),
                random.oneIn(3) ? random.bytes(random.below(20)) : random.pick(REQUESTS),
              ),
        ),
      ),
    parse: feedHsfz,
  }),
  bytesTarget({
    name: 'mock-doip',
    errors: [],
    samples: [
      ...REQUESTS.map((request) => Buffer.concat([ACTIVATE, encodeDoipDiagnostic(0x0ef3, 0x60, request)])),
      ...[0x0001, 0x0002, 0x4001, 0x4003].map((type) => encodeDoipFrame(type, new Uint8Array(0))),
    ],
    make: (random) =>
      Buffer.concat([
        ...(random.oneIn(6) ? [] : [ACTIVATE]),
        ...Array.from({ length: random.between(1, 6) }, () =>
          random.oneIn(5)
            ? encodeDoipFrame(random.pick([0, 1, 3, 5, 8, 0x4001, 0x8001, random.below(0x10000)]), random.bytes(random.below(20)))
            : encodeDoipDiagnostic(
                random.pick([0x0ef3, 0x0ef3, 0x0ef3, 0x0e80, 0x60]),
                random.pick([...ECUS, 0x1060]),
                random.oneIn(3) ? random.bytes(random.below(20)) : random.pick(REQUESTS),
              ),
        ),
      ]),
    parse: feedDoip,
  }),
  bytesTarget({
    name: 'mock-dcan',
    errors: [],
    samples: REQUESTS.map((payload) => encodeTelegram({ target: 0x60, source: 0xf1, isFunctional: false, payload })),
    make: (random) =>
      Buffer.concat(
        Array.from({ length: random.between(1, 6) }, () =>
          random.oneIn(6)
            ? random.bytes(random.below(20))
            : encodeTelegram({
                target: random.pick(ECUS),
                source: random.pick([0xf1, 0xf1, 0xf4]),
                isFunctional: random.oneIn(6),
                payload: random.oneIn(3) ? random.bytes(random.between(1, 300)) : random.pick(REQUESTS),
              }),
        ),
      ),
    parse: feedCable,
  }),
  bytesTarget({
    name: 'mock-elm327',
    errors: [],
    samples: LINES.map((line) => Uint8Array.from([0, ...Buffer.from(`${line}\r`)])),
    make: adapterLines,
    parse: feedAdapter,
  }),
  bytesTarget({
    name: 'mock-iso-tp',
    errors: [],
    samples: [packCanFrames(FRAMES_OF_TESTER)],
    make: (random) =>
      harmedFrames(
        random,
        segmented(random.bytes(random.between(7, 80)), 0x60).map((frame) => frame.slice(1)),
        FRAMES_OF_TESTER,
      ),
    parse: feedEcuOnCan,
  }),
];
