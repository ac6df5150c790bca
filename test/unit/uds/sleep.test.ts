import { expect, it } from 'vitest';
import { type Did, type EcuAddress, fromHex } from '../../../src/core/index.ts';
import { UdsClient } from '../../../src/uds/index.ts';
import { ScriptedTransport } from './support/scripted-transport.ts';

const CLUSTER = 0x60 as EcuAddress;
const VIN_DID = 0xf190 as Did;

function answering(): { transport: ScriptedTransport; client: UdsClient } {
  const transport = new ScriptedTransport();
  transport.car = (_target, request, reply) => reply(0x60, request.startsWith('10') ? '5003003201F4' : `6${request.slice(1, 6)}57`);
  return { transport, client: new UdsClient(transport) };
}

it.each<[string, (client: UdsClient) => Promise<unknown>]>([
  ['a read', (client) => client.readDid(CLUSTER, VIN_DID)],
  ['a session', (client) => client.startSession(CLUSTER, 3)],
  ['a functional request', (client) => client.functional(fromHex('22F190'), { quietMs: 10 })],
])('%s after a sleep of the computer goes over a link opened anew, and says so', async (_, ask) => {
  const { transport, client } = answering();
  await ask(client);
  expect(client.reopened).toBe(0);
  transport.clock.asleepMs += 2001;
  await ask(client);
  await ask(client);
  expect([client.reopened, transport.opened]).toEqual([1, 2]);
});

it('takes a calendar that is set back, or corrected a little at a time, for no sleep', async () => {
  const { transport, client } = answering();
  for (const stepMs of [-31_536_000_000, 1500, 1500, 1500]) {
    transport.clock.asleepMs += stepMs;
    await client.readDid(CLUSTER, VIN_DID);
  }
  expect(client.reopened).toBe(0);
});

it('a write is never moved to another link', async () => {
  const { transport, client } = answering();
  transport.clock.asleepMs += 60_000;
  await client.request(CLUSTER, fromHex('2E3301AA'));
  expect([client.reopened, transport.sent]).toEqual([0, ['60 2E3301AA']]);
});
