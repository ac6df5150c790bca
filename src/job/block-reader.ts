import { type Did, type EcuAddress, isKombiError, type KombiError } from '../core/index.ts';
import { decodeReadDid, encodeReadDid, NegativeResponseError, NRC, refusalOf } from '../uds/index.ts';
import type { Car } from './car.ts';
import { assertStillThere } from './same-car.ts';

/**
 * What asking for one block came to. `absent`: there is none. `refused`: there is one, and it is not shown now.
 * `silent`: no answer, though the ECU answers otherwise. `gone`: the ECU does not answer any more.
 */
export type BlockAnswer =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'absent'; readonly nrc: number }
  | { readonly kind: 'refused'; readonly nrc: number }
  | { readonly kind: 'silent' }
  | { readonly kind: 'gone' };

export interface BlockReader {
  read(did: Did): Promise<BlockAnswer>;
}

const TESTER_PRESENT = Uint8Array.of(0x3e, 0x00);
const GONE: BlockAnswer = { kind: 'gone' };
const SILENT: BlockAnswer = { kind: 'silent' };
const OUT_OF_RANGE: BlockAnswer = { kind: 'absent', nrc: NRC.requestOutOfRange };
/** So many identifiers may an ECU pass over in silence; each costs three waits. */
const MOST_SILENT = 4;
/** A gateway that restarts, or a plug that is put back, is waited for so long in all. */
const LINK_PAUSES_MS = [1000, 2000, 4000, 8000, 15_000];
/** So often may a question break a link that is sound, before it is taken for the reason. */
const BREAKS_OF_A_QUESTION = 2;
const ABSENT: ReadonlySet<number> = new Set([NRC.serviceNotSupported, NRC.subFunctionNotSupported, NRC.requestOutOfRange]);
/** The gateway says that the ECU behind it does not answer (bmw-diagnostics §1.2 and §5.8). */
const SUBNET_SILENT = 0x25;

/**
 * Reads the blocks of one ECU and outlasts what may pass: a link that comes back, an ECU that is slow to wake. What does
 * not pass becomes an answer, so that one ECU never ends the reading of the others. Behind a link that was opened anew the
 * VIN is asked for before the answer counts.
 *
 * @throws {KombiError} `car.changed` (exit 3), and `link.*` where the link stays lost
 */
export function createBlockReader(car: Car, ecu: EcuAddress): BlockReader {
  let silences = 0;
  let gone = false;
  let sameAt = Number.NaN;
  const assertSame = async () => {
    await outlast(car, () => car.assertSame());
    sameAt = car.client.reopened;
  };
  return {
    async read(did) {
      if (gone) return GONE;
      const answer = (await outlast(car, () => ask(car, ecu, did))) ?? SILENT;
      if (sameAt !== car.client.reopened) await assertSame();
      if (answer.kind !== 'silent') return answer;
      silences += 1;
      gone = silences > MOST_SILENT || !(await outlast(car, () => isThere(car, ecu)));
      await assertSame();
      return gone ? GONE : SILENT;
    },
  };
}

async function ask(car: Car, ecu: EcuAddress, did: Did): Promise<BlockAnswer> {
  try {
    const answer = await car.client.readAnswer(ecu, encodeReadDid(did), { signal: car.signal });
    const nrc = refusalOf(answer);
    if (nrc === undefined) return { kind: 'bytes', bytes: decodeReadDid(answer) };
    if (nrc === SUBNET_SILENT) return SILENT;
    return nrc === NRC.requestOutOfRange ? OUT_OF_RANGE : { kind: ABSENT.has(nrc) ? 'absent' : 'refused', nrc };
  } catch (error) {
    if (isSilence(error)) return SILENT;
    throw error;
  }
}

async function isThere(car: Car, ecu: EcuAddress): Promise<boolean> {
  try {
    await car.client.read(ecu, TESTER_PRESENT, { signal: car.signal });
    return true;
  } catch (error) {
    if (error instanceof NegativeResponseError) return error.nrc !== SUBNET_SILENT;
    if (isSilence(error)) return false;
    throw error;
  }
}

/** Whether an error says something of one ECU or one answer, and nothing of the link or the others. */
export function isSilence(error: unknown): error is KombiError {
  if (error instanceof NegativeResponseError) return error.nrc === SUBNET_SILENT;
  return isKombiError(error, 'ecu') || isKombiError(error, 'uds') || isKombiError(error, 'link.isotp');
}

/**
 * Waits for a link that was lost to come back; reads only, so asking again does no harm.
 *
 * @returns undefined where the link works, and breaks each time at this question
 */
export async function outlast<Result>(car: Car, read: () => Promise<Result>): Promise<Result | undefined> {
  let breaks = 0;
  for (const pauseMs of LINK_PAUSES_MS) {
    try {
      return await read();
    } catch (error) {
      if (!passes(car, error)) throw error;
    }
    await car.client.clock.sleep(pauseMs, car.signal);
    try {
      await assertStillThere(car);
      breaks += 1;
      if (breaks === BREAKS_OF_A_QUESTION) return undefined;
    } catch (error) {
      if (!passes(car, error)) throw error;
    }
  }
  return read();
}

function passes(car: Car, error: unknown): boolean {
  return isKombiError(error, 'link') && car.signal?.aborted !== true;
}
