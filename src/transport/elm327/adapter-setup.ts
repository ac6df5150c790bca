import { KombiError, printableAscii } from '../../core/index.ts';
import type { ByteStream } from '../byte-stream.ts';
import { type AdapterFindings, newFindings } from './adapter-findings.ts';
import type { Chip } from './chip.ts';
import { chipError } from './chip-texts.ts';

/** How long a chip that was left busy gets to come back to its prompt, before it is taken for idle; longer where nothing is known of it. */
export const QUIET_MS = 100;
const LONG_QUIET_MS = 400;
const PROBE_TIMEOUT_MS = 500;
/** What a program that says OK to anything says where its name belongs. */
export const NO_NAME = 'OK';
/** The first line may meet rests of an older one, noise after power-up, a sleeping adapter, or one that is still busy. */
const PROBES = 3;
/** The end of something older: what came next would be taken for the answer to the wrong question. */
const OLDER = /STOPPED|ELM327|^[0-9A-F ]{5,}$/;

/**
 * Brings a chip in any state, at the baud rate it may or may not have, to its prompt and asks who it is.
 *
 * @param patient false: give up after one question that nothing at all answered
 * @returns what is known of it from now on, or undefined when no ELM327 answers
 */
export async function identifyChip(chip: Chip, patient: boolean, signal?: AbortSignal): Promise<AdapterFindings | undefined> {
  for (let probe = 0; probe < PROBES; probe += 1) {
    // One that is idle, as nearly all are, need not be waited for.
    if (probe > 0) await chip.settle(LONG_QUIET_MS, signal);
    const known = await askName(chip, patient, signal);
    if (known !== undefined) return known;
    if (!patient && !chip.heard) return undefined;
  }
  return undefined;
}

async function askName(chip: Chip, patient: boolean, signal?: AbortSignal): Promise<AdapterFindings | undefined> {
  const answer = (await chip.tryAsk('STI', PROBE_TIMEOUT_MS, signal)).lines.filter((line) => line !== 'STI');
  const [stn = ''] = answer;
  if (answer.length > 1 || OLDER.test(stn) || (!patient && !chip.heard)) return undefined;
  if (/^STN\d/.test(stn)) return newFindings(printable(stn), true);
  const { lines, prompted } = await chip.tryAsk('ATI', PROBE_TIMEOUT_MS, signal);
  // A modem may say that too, but never prompts.
  const name = lines.find((line) => line.includes('ELM327') || (prompted && line === NO_NAME));
  return name === undefined ? undefined : newFindings(printable(name), false);
}

/** All that an idle chip says of itself beyond its name, serial number or stored name included. */
export async function askIdentity(chip: Chip, isStn: boolean, signal?: AbortSignal): Promise<string> {
  const said: string[] = [];
  for (const command of isStn ? ['STDI', 'STSN'] : ['AT@1', 'AT@2']) {
    said.push(...(await chip.ask(command, signal)).filter((line) => line !== command));
  }
  return printable(said.join(' '));
}

/** What to say when {@link identifyChip} found nobody. */
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
export async function leaveChip(chip: Chip, isStn: boolean): Promise<void> {
  for (const command of isStn ? ['STPPMC', 'ATD', 'STPC'] : ['ATD', 'ATPC']) await chip.tryAsk(command, PROBE_TIMEOUT_MS);
}

/** `12.6V`, to volts. Clones may print nothing, or anything. */
export function parseVoltage(answer: readonly string[]): number | undefined {
  const digits = answer.map((line) => /^(\d{1,2}\.\d)V?$/.exec(line)?.[1]).find((found) => found !== undefined);
  return digits === undefined ? undefined : Number(digits);
}

function printable(text: string): string {
  return printableAscii(Buffer.from(text, 'latin1'));
}
