import { KombiError, printableAscii } from '../../core/index.ts';
import type { ByteStream } from '../byte-stream.ts';
import type { AdapterIdentity } from '../transport.ts';
import type { Chip } from './chip.ts';
import { chipError } from './chip-texts.ts';

/** How long a chip that was left busy gets to come back to its prompt, before it is taken for idle. */
const QUIET_MS = 100;
const PROBE_TIMEOUT_MS = 500;
/** The first line may meet rests of an older one, noise after power-up, or a sleeping adapter. */
const PROBES = 3;

interface Setting {
  readonly command: string;
  readonly what: string;
}

/**
 * EdiabasLib's raw mode (third-party code, used on cars), with M0 and TPB for SPB, which would rewrite the protocol the
 * owner has stored. D goes first: it undoes what another program left, echo and spaces included.
 */
const REQUIRED: readonly Setting[] = [
  { command: 'ATD', what: 'defaults' },
  { command: 'ATE0', what: 'echo off' },
  { command: 'ATS0', what: 'spaces off' },
  { command: 'ATH1', what: 'headers' },
  { command: 'ATAL', what: 'long messages' },
  { command: 'ATR1', what: 'responses on and off' },
  { command: 'ATM0', what: 'protocol memory off' },
  { command: 'ATAT0', what: 'adaptive timing off' },
  { command: 'ATSTFF', what: 'timeout' },
  { command: 'ATSH6F1', what: 'request identifier' },
  { command: 'ATCF600', what: 'receive filter' },
  { command: 'ATCM700', what: 'receive mask' },
  { command: 'ATPBC001', what: 'raw 11-bit CAN at 500 kbit/s' },
  { command: 'ATTPB', what: 'user protocol B' },
];

/** A real chip refuses it; one that agrees to anything is a stub (elm327.md §4, field reports). */
const NO_COMMAND = 'ATXX1';

/** Acknowledge frames while monitoring (1.4b). */
const AWAKE = 'ATCSM0';
/** Five times the timeout, 5.1 s (2.1). Without it monitoring stands in. */
const PATIENT = 'ATCTM5';

/** A chip that is ready for use. */
export interface ChipSetUp {
  readonly adapter: AdapterIdentity;
  /** Acknowledges what it hears while it monitors, so that nothing is lost where nobody else does. */
  readonly monitorsAwake: boolean;
}

/**
 * Brings a chip in any state, at the baud rate it may or may not have, to its prompt and asks who it is.
 *
 * @param patient false: give up after one probe that nothing at all answered
 * @returns its answer to ATI, or undefined when no ELM327 answers
 */
export async function probeChip(chip: Chip, patient: boolean, signal?: AbortSignal): Promise<string | undefined> {
  await chip.settle(QUIET_MS, signal);
  for (let probe = 0; probe < PROBES; probe += 1) {
    const answer = await chip.tryAsk('ATI', PROBE_TIMEOUT_MS, signal);
    const name = answer.find((line) => line.includes('ELM327'));
    if (name !== undefined) return printable(name);
    if (!patient && !chip.heard) return undefined;
  }
  return undefined;
}

/** What to say when {@link probeChip} found nobody. */
export function nobodyThere(stream: ByteStream, heard: boolean): KombiError {
  return heard
    ? new KombiError({
        code: 'link.not-an-elm327',
        message: `What answers at ${stream.description} is no ELM327`,
        hint: 'Check that the port is the adapter (`kombi adapters` lists the ports) and the baud rate: ?baud=38400 or ?baud=115200.',
      })
    : new KombiError({
        code: 'link.no-answer',
        message: `Nothing answers at ${stream.description}`,
        hint: 'Check that the adapter is plugged into the car and has power, and the baud rate: ?baud=38400 or ?baud=115200.',
      });
}

/**
 * Identifies the chip and sets it up for raw CAN.
 *
 * @throws {KombiError} `link.no-answer`, `link.not-an-elm327` (exit 8)
 * @throws {KombiError} `adapter.unfit` (exit 3) naming every command that it lacks, or that it agrees to anything
 */
export async function setUpChip(chip: Chip, signal?: AbortSignal): Promise<ChipSetUp> {
  const name = await probeChip(chip, true, signal);
  if (name === undefined) throw nobodyThere(chip.stream, chip.heard);
  const missing: Setting[] = [];
  for (const setting of REQUIRED) {
    if (!(await isAccepted(chip, setting.command, signal))) missing.push(setting);
  }
  if (missing.length > 0)
    throw unfit(name, `lacks what coding needs: ${missing.map(({ command, what }) => `${command} (${what})`).join(', ')}`);
  if (await isAccepted(chip, NO_COMMAND, signal)) throw unfit(name, `says OK to ${NO_COMMAND}, which is no command: its OKs mean nothing`);
  const monitorsAwake = (await chip.ask(AWAKE, signal)).at(-1) === 'OK';
  await chip.ask(PATIENT, signal);
  const stn = (await chip.ask('STI', signal)).find((line) => line.startsWith('STN'));
  const voltage = parseVoltage(await chip.ask('ATRV', signal));
  const firmware = stn === undefined ? name : printable(stn);
  return { adapter: { kind: 'ELM327', firmware, ...(voltage === undefined ? {} : { voltage }) }, monitorsAwake };
}

/**
 * Sends a setting and tells whether the chip took it.
 *
 * @throws {KombiError} `link.elm327.*` it says something else than yes or no, such as that it has restarted
 */
export async function isAccepted(chip: Chip, command: string, signal?: AbortSignal): Promise<boolean> {
  const answer = await chip.ask(command, signal);
  for (const line of answer) {
    const error = line === '?' ? undefined : chipError(line);
    if (error !== undefined) throw error;
  }
  return answer.at(-1) === 'OK';
}

export function unfit(name: string, why: string): KombiError {
  return new KombiError({
    code: 'adapter.unfit',
    message: `The adapter "${name}" ${why}`,
    hint: 'Use an OBDLink, an adapter with a PIC18F25K80 (firmware 1.4b or later), or an ENET cable.',
  });
}

/** Leaves the chip as another program expects it: defaults, and no protocol open. Nothing of ours was stored. */
export async function leaveChip(chip: Chip, mayBeBusy: boolean): Promise<void> {
  if (mayBeBusy) await chip.settle(QUIET_MS);
  await chip.tryAsk('ATD', PROBE_TIMEOUT_MS);
  await chip.tryAsk('ATPC', PROBE_TIMEOUT_MS);
}

/** `12.6V`, to volts. Clones may print nothing, or anything. */
function parseVoltage(answer: readonly string[]): number | undefined {
  const digits = answer.map((line) => /^(\d{1,2}\.\d)V?$/.exec(line)?.[1]).find((found) => found !== undefined);
  return digits === undefined ? undefined : Number(digits);
}

function printable(text: string): string {
  return printableAscii(Buffer.from(text, 'latin1'));
}
