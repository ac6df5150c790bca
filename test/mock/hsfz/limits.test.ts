import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { VirtualClock } from '../../../src/core/index.ts';
import { type HsfzServerOptions, startHsfzServer, startMockCar } from '../../../src/mock/index.ts';
import { socketWire } from '../../../src/mock/network/index.ts';
import { ANOTHER_ADDRESS, isLinux, knock } from '../another-address.ts';
import { RawClient } from './support.ts';

const PING = '00 00 00 04 00 01 F4 60 3E 00';
const PONG = '000000040002F4603E0000000004000160F47E00';

async function start(options: HsfzServerOptions = {}) {
  const server = await startHsfzServer(startMockCar({ profile: 'f06-sos' }), options);
  onTestFinished(() => server.close());
  return server;
}

/** What discovery answers at another address, or why it does not. */
async function ask(port: number): Promise<string> {
  const socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  // Connected, so that the system tells that nobody listens.
  await new Promise<void>((resolve) => socket.connect(port, ANOTHER_ADDRESS, () => resolve()));
  const answer = Promise.race([
    once(socket, 'message').then(
      () => 'answered',
      (error: NodeJS.ErrnoException) => error.code ?? '',
    ),
    once(socket, 'error').then(([error]) => (error as NodeJS.ErrnoException).code ?? ''),
  ]);
  socket.send(Buffer.from('000000000011', 'hex'));
  return answer;
}

describe('the gateway', () => {
  it.skipIf(!isLinux)('listens on loopback alone, all three ends (needs all of 127/8, as on Linux)', async () => {
    const { host, port, controlPort, discoveryPort } = await start();
    expect(host).toBe('127.0.0.1');
    expect([await knock(port), await knock(controlPort), await ask(discoveryPort)]).toEqual([
      'ECONNREFUSED',
      'ECONNREFUSED',
      'ECONNREFUSED',
    ]);
  });

  it.skipIf(!isLinux)('listens elsewhere where it is told to (needs all of 127/8, as on Linux)', async () => {
    const { port, controlPort } = await start({ host: '0.0.0.0' });
    expect([await knock(port), await knock(controlPort)]).toEqual(['open', 'open']);
  });

  it('drops a tester and a control client that say nothing, and has room again', async () => {
    const server = await start({ idleMs: 50 });
    const silent = await Promise.all([
      ...Array.from({ length: 8 }, () => RawClient.open(server.port)),
      ...Array.from({ length: 8 }, () => RawClient.open(server.controlPort)),
    ]);
    for (const client of silent) expect(await client.ended()).toBe('fin');
    const client = await RawClient.open(server.port);
    client.send(PING);
    expect(await client.read(PONG.length / 2)).toBe(PONG);
    client.socket.destroy();
  });
});

/** A socket whose other end reads nothing: nothing leaves. */
function stuckSocket(writableLength: number) {
  const calls: string[] = [];
  const note = (name: string) => () => void calls.push(name);
  const socket = {
    writableLength,
    write: note('write'),
    destroy: note('destroy'),
    destroySoon: note('destroySoon'),
    once: () => undefined,
  };
  return { calls, socket: socket as unknown as Socket };
}

describe('a client that does not read', () => {
  it('is dropped when more than 1 MiB waits for it', () => {
    const { calls, socket } = stuckSocket((1 << 20) + 1);
    socketWire(socket, new VirtualClock()).write(Uint8Array.of(1));
    expect(calls).toEqual(['destroy']);
  });

  it('keeps a connection that was ended no longer than two seconds', async () => {
    const clock = new VirtualClock();
    const { calls, socket } = stuckSocket(1000);
    socketWire(socket, clock).end();
    await clock.sleep(1999);
    expect(calls).toEqual(['destroySoon']);
    await clock.sleep(2);
    expect(calls).toEqual(['destroySoon', 'destroy']);
  });
});
