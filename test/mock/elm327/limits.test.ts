import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock, VirtualClock } from '../../../src/core/index.ts';
import { type Elm327TcpServerOptions, startElm327TcpServer } from '../../../src/mock/elm327/index.ts';
import { isLinux, knock } from '../another-address.ts';
import { FakeCar } from '../can/fake-car.ts';
import { Terminal } from './terminal.ts';

async function start(options: Elm327TcpServerOptions = {}) {
  const server = await startElm327TcpServer(new FakeCar({ clock: systemClock }), { baud: 500_000, ...options });
  onTestFinished(() => server.close());
  return server;
}

/** One that never hangs up by itself. */
function greedyClient(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

describe('the WiFi adapter', () => {
  it.skipIf(!isLinux)('listens on loopback alone unless told otherwise (needs all of 127/8, as on Linux)', async () => {
    expect(await knock((await start()).port)).toBe('ECONNREFUSED');
    expect(await knock((await start({ host: '0.0.0.0' })).port)).toBe('open');
  });

  it('drops a client that says nothing', async () => {
    const { port } = await start({ idleMs: 50 });
    const socket = connect(port, '127.0.0.1').resume();
    await once(socket, 'close');
    expect(socket.destroyed).toBe(true);
  });

  it('drops a client that does not read', async () => {
    // Fast enough that what waits is soon more than any buffer of the system holds.
    const { port } = await start({ baud: 4_000_000_000 });
    const socket = greedyClient(port);
    const dropped = new Promise((resolve) => socket.on('close', resolve));
    const ask = () => {
      for (let lines = 0; lines < 500; lines += 1) socket.write('ATPPS\r');
      if (!socket.destroyed) setImmediate(ask);
    };
    ask();
    await dropped;
    expect(socket.destroyed).toBe(true);
  });

  it('serves one, turns away the others of sixteen, and is not held up by those that stay', async () => {
    const server = await start();
    const served = greedyClient(server.port);
    await once(served, 'connect');
    served.write('ATI\r');
    await once(served, 'data');
    const others = Array.from({ length: 30 }, () => greedyClient(server.port));
    await Promise.all(others.map((socket) => once(socket.resume(), 'end').catch(() => undefined)));
    served.write('ATI\r');
    expect(String((await once(served, 'data'))[0])).toContain('ATI');
    // They still have their halves open; the server ends all the same.
    await server.close();
    expect(others.every((socket) => socket.readableEnded || socket.destroyed)).toBe(true);
  });
});

describe('a flood', () => {
  it('of characters faster than the line is lost beyond 64 KiB, and the chip answers afterwards', async () => {
    const terminal = new Terminal();
    await terminal.ask('ATE0');
    const before = terminal.adapter.counters.charactersReceived;
    const line = `${'x'.repeat(62)}\r`;
    for (let sent = 0; sent < 1_000_000; sent += line.length) terminal.send(line);
    await terminal.clock.sleep(60_000);
    const taken = terminal.adapter.counters.charactersReceived - before;
    expect(taken).toBeGreaterThan(60_000);
    expect(taken).toBeLessThanOrEqual(64 * 1024);
    terminal.output = '';
    expect(await terminal.ask('ATI')).toBe('ELM327 v2.1\r\r>');
  });

  it('of questions whose long answers nobody takes is lost beyond what an ECU keeps', async () => {
    const car = new FakeCar({ clock: new VirtualClock(), answers: { '22F190': `62F190${'41'.repeat(17)}` } });
    const { CanBus, CarOnCan } = await import('../../../src/mock/can/index.ts');
    const bus = new CanBus(car.clock);
    new CarOnCan(car, bus);
    let answers = 0;
    const tester = {
      receive: ({ data }: { readonly data: Uint8Array }) => {
        if ((data[1] ?? 0) >> 4 === 1) answers += 1;
      },
    };
    bus.attach(tester);
    for (let asked = 0; asked < 500; asked += 1) bus.send(tester, { id: 0x6f1, data: Uint8Array.of(0x60, 3, 0x22, 0xf1, 0x90) });
    // Without a flow control each is given up after a second.
    await car.clock.sleep(600_000);
    expect(car.received).toHaveLength(500);
    expect(answers).toBeGreaterThan(60);
    expect(answers).toBeLessThan(70);
  });
});
