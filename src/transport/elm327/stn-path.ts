import {
  CAN_TESTER_ADDRESS,
  type EcuAddress,
  ecuAddress,
  formatEcuAddress,
  fromHex,
  isFunctionalAddress,
  toHex,
} from '../../core/index.ts';
import { isAccepted } from './adapter-setup.ts';
import { chipError, rejected } from './chip-texts.ts';
import type { MessagePath, PathEnds, PathKind, SendOptions } from './message-path.ts';
import { ReceiveFilter } from './receive-filter.ts';

/** An ECU answers with identifier 600 + its address (bmw-diagnostics §3.1, recorded). */
const ECU_ID = 0x600;
/** Characters of a command line that every STN chip takes (ddt4all, third-party code); a longer message goes in behind `DATA>`. */
const LINE_CHARACTERS = 511;
/** As long as the most patient of us waits; what is awaited no longer is interrupted. */
const ANSWER_MS = 60_000;
/** Each takes the chip's memory (OBDLink FRPM): so many, then anew. */
const MOST_PAIRS = 16;
const PROMPT_GRACE_MS = 100;

/**
 * The chip cuts and joins messages itself: one line a message, both ways. STP 33 is told nothing for good, unlike SP.
 * AL counts here for what is received. CTOR: N_Bs and N_Cr of ISO 15765-2, of which the chip waits a fraction.
 *
 * @see source: OBDLink FRPM Rev E; an i3 logger (third-party code, used on cars)
 */
export const STN_PATH: PathKind = {
  rung: 'stn',
  opening: [
    { command: 'ATD', what: 'defaults', neededTo: 'read' },
    { command: 'ATH1', what: 'headers', neededTo: 'read' },
    { command: 'ATAL', what: 'long messages', neededTo: 'go-this-way' },
    { command: 'STP33', what: 'ISO 15765 at 500 kbit/s', neededTo: 'go-this-way' },
    { command: 'ATSH6F1', what: 'request identifier', neededTo: 'read' },
    { command: 'STCSEGR1', what: 'joining answers', neededTo: 'go-this-way' },
  ],
  settling: [
    { command: 'ATE0', what: 'echo off', neededTo: 'please' },
    { command: 'ATS0', what: 'spaces off', neededTo: 'please' },
    { command: 'ATM0', what: 'protocol memory off', neededTo: 'please' },
    { command: 'ATAT0', what: 'adaptive timing off', neededTo: 'write' },
    { command: 'ATCSM0', what: 'acknowledging while monitoring', neededTo: 'please' },
    { command: 'STCTOR1000,1000', what: 'patience between frames', neededTo: 'write' },
  ],
  create: (ends) => new StnPath(ends),
};

class StnPath implements MessagePath {
  readonly #ends: PathEnds;
  readonly #filter: ReceiveFilter;
  /** ECUs whose flow control the chip knows. */
  readonly #pairs = new Set<EcuAddress>();
  /** Whose address stands in front of what the chip sends; undefined while it is not known. */
  #target: EcuAddress | undefined;
  /** Answers after which the chip prompts by itself. */
  #owed = Number.POSITIVE_INFINITY;

  constructor(ends: PathEnds) {
    this.#ends = ends;
    this.#filter = new ReceiveFilter(ends);
  }

  async send(target: EcuAddress, payload: Uint8Array, { once, signal }: SendOptions): Promise<void> {
    await this.#aim(target, signal);
    signal?.throwIfAborted();
    const { chip } = this.#ends;
    this.#owed = once ? 1 : Number.POSITIVE_INFINITY;
    const data = toHex(payload);
    const options = `,T:${ANSWER_MS}${once ? ',R:1' : ''}`;
    const line = `STPXD:${data}${options}`;
    if (line.length <= LINE_CHARACTERS) {
      await chip.write(line);
      return;
    }
    const answer = await chip.ask(`STPXL:${payload.length}${options}`, signal);
    if (answer.at(-1) !== 'DATA') throw answer.map(chipError).find((error) => error !== undefined) ?? chip.silence('ask for the message');
    await chip.write(data);
  }

  async hear(deadlineMs: number, signal?: AbortSignal): Promise<'heard' | 'idle' | 'deadline'> {
    const event = await this.#ends.chip.next(deadlineMs, signal);
    if (event.kind !== 'line') return event.kind;
    this.#take(event.text);
    return 'heard';
  }

  listen(): Promise<void> {
    this.#owed = Number.POSITIVE_INFINITY;
    return this.#ends.chip.write('ATMA');
  }

  async hush(signal?: AbortSignal): Promise<void> {
    const { chip } = this.#ends;
    if (this.#owed > 0 || !(await chip.prompted(PROMPT_GRACE_MS + (chip.roundTripMs ?? 0), signal))) await chip.interrupt(signal);
    while ((await this.hear(Number.NEGATIVE_INFINITY, signal)) === 'heard');
  }

  async #aim(target: EcuAddress, signal?: AbortSignal): Promise<void> {
    if (target !== this.#target) {
      this.#target = undefined;
      const address = formatEcuAddress(target);
      await this.#set(`STCAF1,${address}`, signal);
      if (!isFunctionalAddress(target) && !this.#pairs.has(target)) {
        if (this.#pairs.size === MOST_PAIRS) await this.#set('STCFCPC', signal);
        if (this.#pairs.size === MOST_PAIRS) this.#pairs.clear();
        await this.#set(`STCFCPA6F1${address},6${address}F1`, signal);
        this.#pairs.add(target);
      }
      this.#target = target;
    }
    await this.#filter.aim(target, signal);
  }

  async #set(command: string, signal?: AbortSignal): Promise<void> {
    const { chip, findings } = this.#ends;
    if (await isAccepted(chip, command, signal)) return;
    findings.failed('stn');
    throw rejected();
  }

  #take(line: string): void {
    const message = parseMessageLine(line);
    if (message !== undefined) {
      this.#owed -= 1;
      this.#ends.deliver(message);
      return;
    }
    const error = chipError(line);
    if (error !== undefined) throw error;
  }
}

/**
 * Reads `660F162F190…`: identifier, the tester's address where the chip shows it, the message; a single frame may still have its
 * control byte, as while monitoring. No answer begins with F1, nor with a byte below 40, so each form is known by itself.
 */
function parseMessageLine(line: string): { source: EcuAddress; payload: Uint8Array } | undefined {
  const digits = line.replaceAll(' ', '').toUpperCase();
  if (!/^6[0-9A-F]{2}(?:[0-9A-F]{2})+$/.test(digits)) return undefined;
  const id = Number.parseInt(digits.slice(0, 3), 16);
  let payload = fromHex(digits.slice(3));
  if (payload[0] === CAN_TESTER_ADDRESS) payload = payload.subarray(1);
  const [control = 0] = payload;
  if (control >= 1 && control <= 6 && payload.length > control) payload = payload.subarray(1, 1 + control);
  if ((payload[0] ?? 0) < 0x40) return undefined;
  return { source: ecuAddress(id - ECU_ID), payload: Uint8Array.from(payload) };
}
