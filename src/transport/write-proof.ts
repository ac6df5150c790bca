import { type EcuAddress, equalBytes } from '../core/index.ts';
import type { ProveOptions, Transport } from './transport.ts';

/** SVK, the longest identifier that every ECU has (recorded: G31, F10). */
const READ_SVK = Uint8Array.of(0x22, 0xf1, 0x01);
/** The ident table of an E-series ECU, 31 bytes and more (recorded: E61). */
const READ_IDENT = Uint8Array.of(0x1a, 0x80);
/** The active session's identifier six times over: 13 bytes, a first and two consecutive frames, and only a read. */
const READ_AT_LENGTH = Uint8Array.of(0x22, 0xf1, 0x86, 0xf1, 0x86, 0xf1, 0x86, 0xf1, 0x86, 0xf1, 0x86, 0xf1, 0x86);
/** The same once: whether it answers at all. */
const READ_SESSION = READ_AT_LENGTH.slice(0, 3);
const SINGLE_FRAME_BYTES = 6;
const EQUAL_READS = 3;
const ANSWER_TIMEOUT_MS = 2000;
/** P2* of the recorded sessions, and the pending answers that are waited out. */
const PENDING_TIMEOUT_MS = 5000;
const MAX_PENDING = 30;
/** Refusals that an ECU gives only after it has the whole message: wrong length, answer too long, out of range. */
const WHOLE_BUT_REFUSED = [0x13, 0x14, 0x31];
/** Over KWP2000 12 stands for a wrong format too (ISO 14230-3). */
const KWP_WHOLE_BUT_REFUSED = [0x12, ...WHOLE_BUT_REFUSED];

/** `proven`; `only-short`: long messages are harmed where short ones pass; `unanswered`: the ECU did not answer so that it could tell. */
export type Proof = 'proven' | 'only-short' | 'unanswered';

/**
 * Proves that long messages arrive unharmed in both directions: three long answers that are equal, and a long request that is
 * answered. Reads only.
 */
export async function proveLongMessages(transport: Transport, target: EcuAddress, options: ProveOptions = {}): Promise<Proof> {
  const { signal, protocol = 'uds' } = options;
  const longRead = protocol === 'kwp' ? READ_IDENT : READ_SVK;
  const wholeButRefused = protocol === 'kwp' ? KWP_WHOLE_BUT_REFUSED : WHOLE_BUT_REFUSED;
  const failure = async (): Promise<Proof> =>
    (await exchange(transport, target, READ_SESSION, signal)) === undefined ? 'unanswered' : 'only-short';
  let before: Uint8Array | undefined;
  for (let read = 0; read < EQUAL_READS; read += 1) {
    const answer = await exchange(transport, target, longRead, signal);
    if (answer === undefined) return failure();
    if (answer[0] === 0x7f || answer.length <= SINGLE_FRAME_BYTES) return 'unanswered';
    if (before !== undefined && !equalBytes(before, answer)) return 'only-short';
    before = answer;
  }
  const answer = await exchange(transport, target, READ_AT_LENGTH, signal);
  if (answer === undefined) return failure();
  const wasWhole = answer[0] !== 0x7f || (answer[1] === READ_AT_LENGTH[0] && wholeButRefused.includes(answer[2] ?? 0));
  return wasWhole ? 'proven' : 'unanswered';
}

/** One request and its final answer, stale ones passed over; undefined when none comes. */
async function exchange(
  transport: Transport,
  target: EcuAddress,
  request: Uint8Array,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  await transport.send(target, request, signal);
  let deadlineMs = transport.clock.now() + ANSWER_TIMEOUT_MS;
  for (let pending = 0; pending < MAX_PENDING; ) {
    const message = await transport.receive(deadlineMs, signal);
    if (message === undefined) return undefined;
    const { source, payload } = message;
    if (source !== target) continue;
    if (payload[0] === 0x7f && payload[1] === request[0] && payload[2] === 0x78) {
      pending += 1;
      deadlineMs = transport.clock.now() + PENDING_TIMEOUT_MS;
    } else if (
      payload[0] === 0x7f
        ? payload[1] === request[0]
        : payload[0] === (request[0] ?? 0) + 0x40 && payload[1] === request[1] && (request.length < 3 || payload[2] === request[2])
    ) {
      return payload;
    }
  }
  return undefined;
}
