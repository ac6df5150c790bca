import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import { fromHex, isKombiError, toHex } from '../../../src/core/index.ts';
import {
  type Car,
  createFaultBoard,
  type HsfzServer,
  type HsfzServerOptions,
  parseFault,
  startHsfzServer,
  startMockCar,
} from '../../../src/mock/index.ts';
import { RawClient } from './support.ts';

const PING = '00 00 00 04 00 01 F4 60 3E 00';
const PONG = '000000040002F4603E0000000004000160F47E00';
const servers: HsfzServer[] = [];
const clients: RawClient[] = [];
const udp: UdpSocket[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.destroy();
  for (const socket of udp.splice(0)) socket.close();
  for (const server of servers.splice(0)) await server.close();
});

async function start(faults: readonly string[] = [], options: HsfzServerOptions = {}): Promise<{ server: HsfzServer; car: Car }> {
  const car = startMockCar({ profile: 'f06-sos', faults: createFaultBoard(faults.map(parseFault)) });
  const server = await startHsfzServer(car, options);
  servers.push(server);
  return { server, car };
}

async function open(port: number): Promise<RawClient> {
  const client = await RawClient.open(port);
  clients.push(client);
  return client;
}

async function ping(client: RawClient): Promise<string> {
  client.send(PING);
  return client.read(PONG.length / 2);
}

describe('the gateway on the network', () => {
  it('answers on loopback, on ports of its own', async () => {
    const { server } = await start();
    expect(server.host).toBe('127.0.0.1');
    expect(new Set([server.port, server.controlPort]).size).toBe(2);
    expect(await ping(await open(server.port))).toBe(PONG);
  });

  it('tells terminal 15 on the control port, on and off', async () => {
    const { server, car } = await start();
    const client = await open(server.controlPort);
    client.send('00 00 00 00 00 10');
    expect(await client.read(7)).toBe('00000001001005');
    car.environment.ignition = false;
    client.send('00 00 00 00 00 10');
    expect(await client.read(7)).toBe('00000001001000');
    client.send('00 00 00 00 00 77');
    expect(await client.read(6)).toBe('000000000041');
  });

  it('answers a discovery from the port that was asked, and nothing else there', async () => {
    const { server } = await start();
    const socket = createSocket('udp4');
    udp.push(socket);
    const answer = new Promise<readonly [string, RemoteInfo]>((resolve) => {
      socket.once('message', (message, sender) => resolve([toHex(message), sender]));
    });
    socket.send(fromHex('00 00 00 00 00 10'), server.discoveryPort, '127.0.0.1');
    socket.send(fromHex('00 00 00 00 00 11'), server.discoveryPort, '127.0.0.1');
    const [message, sender] = await answer;
    const text = Buffer.from('DIAGADR10BMWMAC02004B4F0606BMWVINWBA6C92010D000001').toString('hex').toUpperCase();
    expect(message).toBe(`000000320011${text}`);
    expect(sender.port).toBe(server.discoveryPort);
  });

  it('ends a connection by FIN and breaks one by RST', async () => {
    const { server } = await start(['disconnect,after=1,times=1', 'rst,after=2,times=1']);
    const first = await open(server.port);
    expect(await ping(first)).toBe(PONG);
    first.send(PING);
    expect(await first.ended()).toBe('fin');
    const second = await open(server.port);
    second.send(PING);
    expect(await second.ended()).toBe('ECONNRESET');
    expect(await ping(await open(server.port))).toBe(PONG);
  });

  it('takes eight testers, turns the ninth away, and takes one again when one has gone', async () => {
    const { server } = await start();
    const testers = await Promise.all(Array.from({ length: 8 }, () => open(server.port)));
    expect(await Promise.all(testers.map(ping))).toEqual(new Array(8).fill(PONG));
    const ninth = await open(server.port);
    expect(await ninth.ended()).toBe('fin');
    testers[0]?.socket.end();
    await testers[0]?.ended();
    expect(await ping(await open(server.port))).toBe(PONG);
  });

  it('keeps sixteen connections of all kinds, and closes what comes after', async () => {
    const { server } = await start();
    const control = await Promise.all(Array.from({ length: 16 }, () => open(server.controlPort)));
    control[15]?.send('00 00 00 00 00 10');
    expect(await control[15]?.read(7)).toBe('00000001001005');
    const seventeenth = await open(server.controlPort);
    await seventeenth.ended();
    const eighteenth = await open(server.port);
    expect(await eighteenth.read(1)).toBe('');
  });

  it('says which port it cannot have, and leaves none open', async () => {
    const { server, car } = await start();
    const error = await startHsfzServer(car, { controlPort: server.controlPort }).catch((thrown: unknown) => thrown);
    expect(isKombiError(error, 'mock.listen') && error.message).toContain(`TCP port ${server.controlPort} of 127.0.0.1`);
  });

  it('ends every connection when it closes, and may be closed twice', async () => {
    const { server } = await start();
    const client = await open(server.port);
    expect(await ping(client)).toBe(PONG);
    await server.close();
    await server.close();
    expect(await client.ended()).toBe('fin');
    expect(await (await open(server.port)).ended()).toBe('ECONNREFUSED');
  });
});
