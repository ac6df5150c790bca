import { type Did, type EcuAddress, FUNCTIONAL_ADDRESS, fromHex, isKombiError } from '../../../src/core/index.ts';
import { createDoipTransport, encodeDoipDiagnostic, encodeDoipFrame } from '../../../src/transport/doip/index.ts';
import { createElm327Transport } from '../../../src/transport/elm327/index.ts';
import { createEnetTransport, encodeHsfzDiagnostic, encodeHsfzFrame } from '../../../src/transport/enet/index.ts';
import type { ByteStream, Message, OpenByteStream, Transport } from '../../../src/transport/index.ts';
import { UdsClient } from '../../../src/uds/index.ts';
import type { Random } from '../random.ts';
import { StepClock } from '../step-clock.ts';
import { bytesTarget, checkRefusal, demand, type Target } from '../target.ts';
import { canFramesOf, DOIP_SAMPLES, ELM_SAMPLES, HSFZ_SAMPLES, KOMBI, packCanFrames } from './wire.ts';

const LINK_ROOMS = ['link', 'adapter', 'ecu', 'uds', 'car'];
const READ_VIN = fromHex('22F190');
const VIN = 0xf190 as Did;
const SERIAL = 0xf18c as Did;

/** The fastest of strangers takes some time, or who asks again until a deadline would ask for ever. */
const LATENCY_MS = 10;

/** What the other end says to each thing that it is told; where the input has nothing, or nothing more, what `usual` says. */
function answering(clock: StepClock, answers: readonly Uint8Array[], usual: (told: string) => Uint8Array | undefined): OpenByteStream {
  const left = [...answers];
  return async () => {
    let consumer: (chunk: Uint8Array) => void = () => undefined;
    const stream: ByteStream = {
      description: 'a stranger',
      write: async (bytes) => {
        const given = left.shift();
        const answer = given === undefined || given.length === 0 ? usual(Buffer.from(bytes).toString('latin1')) : given;
        if (answer !== undefined) clock.backgroundTimer(LATENCY_MS, () => consumer(answer));
      },
      onData: (next) => {
        consumer = next;
      },
      onLost: () => undefined,
      // Nothing is heard of a socket that was closed, whatever is under way to it.
      close: async () => {
        consumer = () => undefined;
      },
    };
    return stream;
  };
}

/** Opens, asks twice and closes. Whatever is refused on the way, closing ends well. */
async function converse(transport: Transport, clock: StepClock): Promise<void> {
  const signal = undefined;
  const steps = [
    () => transport.open(signal),
    () => transport.send(KOMBI, READ_VIN),
    async () => transport.receive(clock.now() + 1000),
    () => transport.send(KOMBI, new Uint8Array(20)),
    async () => transport.receive(clock.now() + 1000),
  ];
  for (const step of steps) {
    try {
      const message = await clock.drive<unknown>(step());
      if (isMessage(message))
        demand(message.payload.length > 0 && message.payload.length <= 0x10000, 'a message without bytes, or of too many');
    } catch (error) {
      checkRefusal(error, LINK_ROOMS);
    }
  }
  await clock.drive(transport.close());
  clock.advance(LATENCY_MS);
  demand(clock.pending === 0, `${clock.pending} timers are left behind`);
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'payload' in value;
}

/** Answers, each behind two bytes that say how long it is. */
function answersOf(input: Uint8Array): readonly Uint8Array[] {
  const answers: Uint8Array[] = [];
  for (let at = 0; at < input.length; ) {
    const length = (input[at] ?? 0) * 0x100 + (input[at + 1] ?? 0);
    answers.push(input.slice(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return answers;
}

function packAnswers(answers: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(answers.flatMap((answer) => [Uint8Array.of(answer.length >> 8, answer.length), answer]));
}

const text = (line: string) => Uint8Array.from(Buffer.from(line, 'latin1'));
const ACKNOWLEDGE = encodeHsfzFrame(0x02, fromHex('F46022F190'));
const VIN_ANSWER = encodeHsfzDiagnostic(0x60, 0xf4, fromHex('62F190574241'));

function usualGateway(told: string): Uint8Array | undefined {
  return told.length > 8 ? Buffer.concat([ACKNOWLEDGE, VIN_ANSWER]) : undefined;
}

const ACTIVATED = encodeDoipFrame(0x0006, fromHex('0EF300101000000000'));
const DOIP_ACKNOWLEDGE = encodeDoipFrame(0x8002, fromHex('00600EF30022F190'));

function usualDoipGateway(told: string): Uint8Array | undefined {
  return told.charCodeAt(3) === 0x05
    ? ACTIVATED
    : Buffer.concat([DOIP_ACKNOWLEDGE, encodeDoipDiagnostic(0x60, 0x0ef3, fromHex('62F190574241'))]);
}

/** An adapter that can do all that is asked of it, with an ECU behind it that tells its VIN at length. */
function usualAdapter(told: string): Uint8Array {
  if (told === ' ') return text('>');
  if (told === 'ATI\r') return text('ELM327 v2.1\r\r>');
  if (told === 'ATRV\r') return text('12.6V\r\r>');
  if (/^AT(XX|ZZ)|^STI/.test(told)) return text('?\r\r>');
  if (told.startsWith('AT')) return text('OK\r\r>');
  if (told.startsWith('6030')) return text('660F12142434445464748\r660F1224950\r\r>');
  if (told.startsWith('6010')) return text('660F1300000\r');
  if (told.startsWith('602')) return text('>');
  return text('660F1100A62F190574241\r');
}

/** How many things an adapter is told before the first question, and in all of it. */
const TOLD_AT_OPENING = 24;
const TOLD_IN_ALL = 40;

function adapterDialogue(random: Random): Uint8Array {
  const answers: Uint8Array[] = Array.from({ length: TOLD_IN_ALL }, () => new Uint8Array(0));
  for (let left = random.between(1, 3); left > 0; left -= 1) {
    // Mostly behind the opening, which ends at the first thing that is wrong.
    const at = random.oneIn(4) ? random.below(TOLD_AT_OPENING) : random.between(TOLD_AT_OPENING - 3, TOLD_IN_ALL - 1);
    answers[at] = random.oneIn(4) ? random.bytes(random.between(1, 60)) : random.pick(ELM_SAMPLES);
  }
  return packAnswers(answers);
}

/** A transport that gives messages as they stand in the input: a source, and the bytes. */
class ScriptedTransport implements Transport {
  readonly description = 'a scripted car';
  readonly portName = undefined;
  readonly capabilities = { maxPayloadBytes: 4095, functionalAddressing: true, keepAliveDuringRequest: true, writesProven: true };
  readonly adapter = { kind: 'scripted' };
  readonly clock: StepClock;
  readonly #messages: Uint8Array[];
  #asked = false;

  constructor(clock: StepClock, messages: readonly Uint8Array[]) {
    this.clock = clock;
    this.#messages = [...messages];
  }

  async open(): Promise<void> {}
  async close(): Promise<void> {}
  async dispose(): Promise<void> {}

  async ignition(): Promise<'unknown'> {
    return 'unknown';
  }

  async send(): Promise<void> {
    this.#asked = true;
  }

  async receive(deadlineMs: number): Promise<Message | undefined> {
    // What comes before a question would only be thrown away.
    const bytes = this.#asked ? this.#messages.shift() : undefined;
    if (bytes !== undefined) return { source: (bytes[0] ?? 0) as EcuAddress, payload: bytes.slice(1) };
    await this.clock.sleep(deadlineMs - this.clock.now());
    this.#asked = false;
    return undefined;
  }
}

async function askCar(input: Uint8Array): Promise<void> {
  const clock = new StepClock();
  const client = new UdsClient(new ScriptedTransport(clock, canFramesOf(input)));
  const questions = [
    () => client.startSession(KOMBI, 0x03),
    () => client.readDid(KOMBI, VIN),
    () => client.readDtcs(KOMBI, 0x0c),
    () => client.functional(fromHex('22F150'), { quietMs: 500 }),
    () => client.readDid(FUNCTIONAL_ADDRESS, SERIAL),
  ];
  for (const question of questions) {
    try {
      await clock.drive<unknown>(question());
    } catch (error) {
      checkRefusal(error, LINK_ROOMS);
      if (isKombiError(error, 'link.too-many-strays')) return;
    }
  }
}

const UDS_ANSWERS = ['605003003201F4', '6062F19057', '6059020C', '607F2278', '607F2221', '107F2231', '6062F15000', '127E00', '60', ''].map(
  fromHex,
);

/** The client's rooms above the wire, in talk with somebody who answers anything. */
export const DIALOGUE_TARGETS: readonly Target[] = [
  bytesTarget({
    name: 'enet-dialogue',
    waits: true,
    errors: [],
    samples: [packAnswers([ACKNOWLEDGE, ...HSFZ_SAMPLES])],
    make: (random) =>
      packAnswers(
        Array.from({ length: random.between(1, 6) }, () =>
          random.oneIn(4)
            ? encodeHsfzFrame(random.pick([1, 2, 0x12, 0x40, 0x43, 0x45, 0xff]), random.bytes(random.below(12)))
            : random.oneIn(3)
              ? encodeHsfzDiagnostic(0x60, random.pick([0xf4, 0xf1]), random.bytes(random.below(9)))
              : random.pick([ACKNOWLEDGE, ...HSFZ_SAMPLES]),
        ),
      ),
    parse: (input) => {
      const clock = new StepClock();
      const options = { clock, description: 'a stranger', portName: undefined };
      return converse(createEnetTransport({ ...options, open: answering(clock, answersOf(input), usualGateway) }), clock);
    },
  }),
  bytesTarget({
    name: 'doip-dialogue',
    waits: true,
    errors: [],
    samples: [packAnswers([ACTIVATED, DOIP_ACKNOWLEDGE, ...DOIP_SAMPLES])],
    make: (random) =>
      packAnswers([
        random.oneIn(6) ? encodeDoipFrame(0x0006, random.bytes(9)) : ACTIVATED,
        ...Array.from({ length: random.between(1, 5) }, () =>
          random.oneIn(3)
            ? encodeDoipFrame(random.pick([0, 6, 7, 0x8001, 0x8002, 0x8003]), random.bytes(random.below(12)))
            : random.pick([DOIP_ACKNOWLEDGE, ...DOIP_SAMPLES]),
        ),
      ]),
    parse: (input) => {
      const clock = new StepClock();
      const options = { clock, description: 'a stranger', portName: undefined };
      return converse(createDoipTransport({ ...options, open: answering(clock, answersOf(input), usualDoipGateway) }), clock);
    },
  }),
  bytesTarget({
    name: 'elm327-dialogue',
    waits: true,
    errors: [],
    samples: [packAnswers(Array.from({ length: TOLD_AT_OPENING }, () => new Uint8Array(0)))],
    make: adapterDialogue,
    parse: (input) => {
      const clock = new StepClock();
      const options = { clock, description: 'a stranger', portName: undefined };
      return converse(createElm327Transport({ ...options, open: answering(clock, answersOf(input), usualAdapter) }), clock);
    },
  }),
  bytesTarget({
    name: 'uds-dialogue',
    waits: true,
    errors: [],
    samples: [packCanFrames(UDS_ANSWERS)],
    make: (random) => packCanFrames(Array.from({ length: random.between(1, 12) }, () => random.pick(UDS_ANSWERS))),
    parse: askCar,
  }),
];
