import { type Clock, KombiError } from '../../core/index.ts';
import type { LineRate } from '../byte-stream.ts';
import { isAccepted } from './adapter-setup.ts';
import type { Chip } from './chip.ts';

/** The fastest first. All are rates that a search for an adapter tries, should this program die before it has switched back. */
export const FAST_BAUDS = [500_000, 115_200] as const;

/** An ELM chip's rate is this divided by a byte (elm327.md §1). */
const BASE_BAUD = 4_000_000;
/** How long the chip waits at the new rate, before it names itself and then for the answer; 75 ms as delivered (elm327.md §6). */
const TRIAL_MS = 100;
const ANSWER_MS = 500;
/** ATZ with its lamp test takes a second. */
const RESET_MS = 1500;
const READINGS = 3;

export interface RateChange {
  readonly chip: Chip;
  readonly clock: Clock;
  readonly rate: LineRate;
  readonly isStn: boolean;
  readonly baud: number;
}

/**
 * Switches chip and line to another rate: the chip tries it, names itself, and goes back by itself unless it is answered.
 * Lost with power, stored nowhere.
 *
 * @returns false where the rate is as before
 * @throws {KombiError} `link.elm327.reset` it had to be restarted to get back; `link.elm327.silent` it cannot be reached
 * @see source: ELM327DSI p. 63 (ATBRD), OBDLink FRPM Rev E (STBR)
 */
export async function switchRate(change: RateChange): Promise<boolean> {
  const { chip, clock, rate, isStn, baud } = change;
  const from = rate.baud;
  const command = rateCommand(isStn, baud);
  if (command === undefined || !(await isAccepted(chip, isStn ? `STBRT${TRIAL_MS}` : `ATBRT${hexByte(TRIAL_MS / 5)}`))) return false;
  await chip.write(command);
  const said = await chip.next(clock.now() + ANSWER_MS);
  // OK without a prompt: the chip is about to try.
  if (said.kind !== 'line' || said.text !== 'OK') {
    await chip.settle(ANSWER_MS);
    return false;
  }
  await rate.set(baud);
  if (await isNamed(change)) {
    await chip.confirm();
    if ((await chip.prompted(ANSWER_MS)) && (await isUnderstood(change))) return true;
    await chip.settle(TRIAL_MS);
    await chip.tryAsk('ATZ', RESET_MS);
    await rate.set(from);
    await chip.settle(TRIAL_MS);
    if (await isUnderstood(change)) throw restarted(chip);
  }
  await rate.set(from);
  await chip.settle(TRIAL_MS * 2);
  if (await isUnderstood(change)) return false;
  throw chip.silence('come back from another rate');
}

/** Takes chip and line back to where they were, by a restart where nothing else helps. Never throws for an answer that does not come. */
export async function restoreRate(change: RateChange): Promise<void> {
  const { chip, rate, baud } = change;
  if (await switchRate(change).catch(() => false)) return;
  await chip.settle(TRIAL_MS);
  await chip.tryAsk('ATZ', RESET_MS);
  await rate.set(baud);
}

/** @returns undefined where the chip cannot be told that rate */
function rateCommand(isStn: boolean, baud: number): string | undefined {
  if (isStn) return `STBR${baud}`;
  const divisor = Math.round(BASE_BAUD / baud);
  return divisor > 0xff ? undefined : `ATBRD${hexByte(divisor)}`;
}

async function isNamed({ chip, clock }: RateChange): Promise<boolean> {
  const deadlineMs = clock.now() + TRIAL_MS + ANSWER_MS;
  for (;;) {
    const event = await chip.next(deadlineMs);
    if (event.kind !== 'line') return false;
    if (/ELM327|STN\d/.test(event.text)) return true;
  }
}

/** Whether it answers the same question with its name, several times in a row. */
async function isUnderstood({ chip, isStn }: RateChange): Promise<boolean> {
  for (let reading = 0; reading < READINGS; reading += 1) {
    const { lines: answer } = await chip.tryAsk(isStn ? 'STI' : 'ATI', ANSWER_MS);
    if (!answer.some((line) => line.includes(isStn ? 'STN' : 'ELM327'))) return false;
  }
  return true;
}

function hexByte(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}

function restarted({ stream }: Chip): KombiError {
  return new KombiError({
    code: 'link.elm327.reset',
    message: `The adapter at ${stream.description} did not carry a faster rate, and was restarted`,
    hint: 'Its settings are lost. Open the link again.',
  });
}
