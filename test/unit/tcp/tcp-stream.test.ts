import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock, toHex } from '../../../src/core/index.ts';
import { openTcpStream } from '../../../src/transport/tcp-stream.ts';

const opened: { server: Server; sockets: Socket[] }[] = [];

async function listen(serve: (socket: Socket) => void = () => {}): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  opened.push({ server, sockets });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function open(port: number, host = '127.0.0.1') {
  return openTcpStream({ host, port, connectTimeoutMs: 5000, clock: systemClock });
}

afterEach(() => {
  for (const { server, sockets } of opened.splice(0)) {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
});

describe('a TCP stream', () => {
  it('carries bytes both ways', async () => {
    const stream = await open(await listen((socket) => socket.on('data', (data) => socket.write(data))))();
    const heard = new Promise<string>((resolve) => stream.onData((chunk) => resolve(toHex(chunk))));
    await stream.write(Uint8Array.of(0x22, 0xf1, 0x90));
    expect(await heard).toBe('22F190');
    await stream.close();
    await stream.close();
  });

  it.each([
    ['resolves when it has', (socket: Socket) => socket.resume(), undefined],
    ['is refused when the other end is gone first', (socket: Socket) => socket.resetAndDestroy(), 'link.closed'],
  ])('has written at once what the system takes; what it cannot take yet %s', async (_, then, code) => {
    let served: (socket: Socket) => void = () => {};
    const other = new Promise<Socket>((resolve) => {
      served = resolve;
    });
    const stream = await open(await listen((socket) => served(socket)))();
    stream.onData(() => {});
    expect(stream.write(Uint8Array.of(1))).toBeUndefined();
    const written = stream.write(new Uint8Array(16 << 20));
    expect(written).toBeInstanceOf(Promise);
    then(await other);
    if (code === undefined) await written;
    else await expect(written).rejects.toMatchObject({ code });
    await stream.close();
  });

  it('keeps what arrives before somebody listens', async () => {
    let sent: () => void = () => {};
    const written = new Promise<void>((resolve) => {
      sent = resolve;
    });
    const stream = await open(await listen((socket) => socket.write(Uint8Array.of(1, 2, 3), () => sent())))();
    await written;
    await new Promise((resolve) => setImmediate(resolve));
    expect(await new Promise<string>((resolve) => stream.onData((chunk) => resolve(toHex(chunk))))).toBe('010203');
    await stream.close();
  });

  it('tells once that the other end is gone, and refuses to write after it', async () => {
    const stream = await open(await listen((socket) => socket.end()))();
    const lost = new Promise<Error>((resolve) => stream.onLost(resolve));
    stream.onData(() => {});
    expect(await lost).toMatchObject({ code: 'link.closed', exit: 8 });
    await expect(stream.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'link.closed' });
  });

  it('does not call its own closing a loss', async () => {
    const stream = await open(await listen())();
    let lost = false;
    stream.onLost(() => {
      lost = true;
    });
    stream.onData(() => {});
    await stream.close();
    expect(lost).toBe(false);
    await expect(stream.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'link.closed' });
  });

  it('names a port that nobody listens on', async () => {
    const port = await listen();
    const server = opened.pop()?.server;
    server?.close();
    await once(server as Server, 'close');
    await expect(open(port)()).rejects.toMatchObject({
      code: 'link.refused',
      exit: 8,
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });

  it('names a host that does not exist', async () => {
    await expect(open(6801, 'no-such-host.invalid')()).rejects.toMatchObject({ code: 'link.unreachable', exit: 8 });
  });

  it('gives up at the deadline of its clock', async () => {
    // Its time is up before the operating system can have connected.
    const clock: Clock = Object.create(systemClock, {
      timer: {
        value: (_delayMs: number, fire: () => void) => {
          queueMicrotask(fire);
          return { cancel: () => {} };
        },
      },
    });
    const port = await listen();
    const late = openTcpStream({ host: '127.0.0.1', port, connectTimeoutMs: 5000, clock });
    await expect(late()).rejects.toMatchObject({
      code: 'link.timeout',
      exit: 8,
      message: `127.0.0.1:${port} did not answer within 5000 ms`,
    });
  });

  it('is abandoned at once on a signal', async () => {
    const port = await listen();
    const controller = new AbortController();
    const opening = open(port)(controller.signal);
    controller.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    await expect(open(port)(controller.signal)).rejects.toThrow('enough');
  });
});
