import { type EcuAddress, isKombiError } from '../core/index.ts';
import type { Asking, WayToAsk } from './ways-to-ask.ts';

/** How an ECU was found: it answered a question to all, the car's own list has it, or it answered when asked on suspicion. */
export type FoundBy = 'broadcast' | 'list' | 'sweep';

export interface FoundEcu {
  readonly address: EcuAddress;
  readonly by: readonly FoundBy[];
  /** False: it is listed and answers nothing, not even when asked alone, more than once. */
  readonly answers: boolean;
}

export interface FindOptions extends Asking {
  readonly way: WayToAsk;
  readonly onProgress?: (progress: { readonly ecu?: EcuAddress; readonly done?: number; readonly total?: number }) => void;
}

/** How often the question to all is asked where it finds nobody. */
const BROADCASTS = 3;
/** How often an ECU that is listed and silent is asked alone: one that is asleep may wake by being asked. */
const ROUNDS = 3;
/** P2 of all recorded ECUs is at most 300 ms (bmw-diagnostics §3.3); the rest is the way through the gateway. */
const SWEEP_ANSWER_MS = 600;

/**
 * Finds the ECUs of a car: those that answer a question to all, and those that the car's own list names. One that is
 * only listed is asked alone, in {@link ROUNDS} rounds, so that it has had time to wake when its turn comes again.
 * Where neither finds any, every address that the catalog knows is asked once.
 *
 * @returns in ascending order
 * @throws {KombiError} `link.*` where the link stays lost
 */
export async function findEcus(options: FindOptions): Promise<readonly FoundEcu[]> {
  const { way, onProgress } = options;
  onProgress?.({});
  const answering = new Set(await broadcast(options));
  const listed = new Set((await way.readEcuList(options)) ?? []);
  const heard = new Set(answering);
  for (let round = 0; round < ROUNDS; round += 1) {
    const silent = [...listed].filter((address) => !heard.has(address));
    for (const [done, address] of silent.entries()) {
      onProgress?.({ ecu: address, done, total: silent.length });
      if (await answersAlone(address, options)) heard.add(address);
    }
  }
  if (answering.size === 0 && listed.size === 0) return sweep(options);
  const all = [...new Set([...answering, ...listed])].sort((left, right) => left - right);
  return all.map((address) => ({
    address,
    by: [...(answering.has(address) ? (['broadcast'] as const) : []), ...(listed.has(address) ? (['list'] as const) : [])],
    answers: heard.has(address),
  }));
}

/**
 * Asks again where the link is lost over it, or nobody answers at all: somebody told the VIN. Many answers at once may be
 * more than an adapter holds, so what fails here is left to the list.
 */
async function broadcast({ way, client, signal }: FindOptions): Promise<readonly EcuAddress[]> {
  for (let tries = 0; tries < BROADCASTS; tries += 1) {
    try {
      const answering = await way.askAll(client, signal);
      if (answering.length > 0) return answering;
    } catch (error) {
      if (signal?.aborted || !isKombiError(error, 'link')) throw error;
    }
  }
  return [];
}

async function sweep(options: FindOptions): Promise<readonly FoundEcu[]> {
  const { catalog, onProgress } = options;
  const found: FoundEcu[] = [];
  for (const [done, { address }] of catalog.ecus.entries()) {
    onProgress?.({ ecu: address, done, total: catalog.ecus.length });
    if (await answersAlone(address, options, SWEEP_ANSWER_MS)) found.push({ address, by: ['sweep'], answers: true });
  }
  return found.sort((left, right) => left.address - right.address);
}

/** Asks once; a link that is lost over it is opened anew, once. */
async function answersAlone(address: EcuAddress, options: FindOptions, timeoutMs?: number): Promise<boolean> {
  const { way, client, signal } = options;
  for (let left = 1; ; left -= 1) {
    try {
      await way.askOne(address, options, timeoutMs);
      return true;
    } catch (error) {
      if (isKombiError(error, 'ecu')) return false;
      if (left === 0 || signal?.aborted || !isKombiError(error, 'link')) throw error;
      await client.reopen(signal);
    }
  }
}
