import { type Did, type EcuAddress, isKombiError, KombiError, type Vin } from '../../core/index.ts';
import { encodeReadDid, NegativeResponseError, type UdsClient } from '../../uds/index.ts';
import type { Gate } from './gate.ts';

const GATEWAY = 0x10;
/** Active diagnostic session: short, and every F- and G-series ECU of the recordings has it (bmw-diagnostics §5.2). */
const SESSION_DID = 0xf186 as Did;

const BACK_WITHIN_MS = 60_000;
const POLL_MS = 100;
const POLL_ANSWER_MS = 200;

/** Gateway last: while it restarts nobody else can be reached. */
export function resetOrder(ecus: Iterable<EcuAddress>): readonly EcuAddress[] {
  return [...new Set(ecus)].sort((left, right) => Number(left === GATEWAY) - Number(right === GATEWAY));
}

/**
 * Resets an ECU (`11 01`) and waits until it answers again, so that what is read next comes out of its permanent
 * memory. A missing answer is no failure: many ECUs go down before they can give one.
 *
 * @throws {NegativeResponseError} when the ECU refuses
 * @throws {KombiError} `ecu.not-back` when it stays away for a minute; `link.*`
 */
export async function resetEcu(options: { gate: Gate; client: UdsClient; vin: Vin; ecu: EcuAddress }): Promise<void> {
  const { gate, client, vin, ecu } = options;
  await gate.withToken({ kind: 'reset', vin, ecu }, async (message) => {
    try {
      await client.request(ecu, message);
    } catch (error) {
      if (!isKombiError(error, 'ecu.no-response')) throw error;
    }
  });
  await waitUntilBack(client, ecu);
}

async function waitUntilBack(client: UdsClient, ecu: EcuAddress): Promise<void> {
  const deadline = client.clock.now() + BACK_WITHIN_MS;
  do {
    await client.clock.sleep(POLL_MS);
    if (await answers(client, ecu)) return;
  } while (client.clock.now() < deadline);
  throw new KombiError({
    code: 'ecu.not-back',
    message: 'The ECU does not answer after its reset',
    hint: 'Switch the ignition off and on again.',
  });
}

/** A late answer to an earlier poll says "back" just as well, so no poll needs a fresh link. */
async function answers(client: UdsClient, ecu: EcuAddress): Promise<boolean> {
  try {
    await client.request(ecu, encodeReadDid(SESSION_DID), { timeoutMs: POLL_ANSWER_MS });
    return true;
  } catch (error) {
    if (error instanceof NegativeResponseError) return true;
    if (isKombiError(error, 'ecu')) return false;
    throw error;
  }
}
