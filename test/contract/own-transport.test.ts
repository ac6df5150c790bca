import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { concatBytes, copyBytes, type EcuAddress, readU16, systemClock } from '../../src/core/index.ts';
import { createLink, loadCatalog, openCar, registerLinkScheme, startMockCar } from '../../src/index.ts';
import { type AnyFrame, FrameBuffer } from '../../src/transport/frame-buffer.ts';
import { GatewayConnection, GatewayTransport } from '../../src/transport/gateway/index.ts';
import { openTcpStream } from '../../src/transport/tcp-stream.ts';
import { aboutCar } from './mock-car.ts';
import { describeTransport } from './transport-contract.ts';

// A transport for a gateway that this test invents, all of it: what src/transport/README.md says, done. Each frame is
// length (u16, of what follows), kind, address of the ECU, UDS bytes.

const MESSAGE = 0x01;
const ACKNOWLEDGE = 0x02;
const LONGEST = 0xffff - 2;

interface TinyFrame extends AnyFrame {
  readonly kind: number;
  readonly ecu: EcuAddress;
  readonly payload: Uint8Array;
}

function takeTiny(buffer: Uint8Array, start = 0, end = buffer.length): TinyFrame | undefined {
  const length = readU16(buffer.subarray(0, end), start);
  if (length === undefined || start + 2 + length > end) return undefined;
  const [kind = 0, ecu = 0] = buffer.subarray(start + 2, start + 4);
  return { kind, ecu: ecu as EcuAddress, payload: buffer.subarray(start + 4, start + 2 + length), end: start + 2 + length };
}

function encodeTiny(kind: number, ecu: number, payload: Uint8Array): Uint8Array {
  const length = 2 + payload.length;
  return concatBytes(Uint8Array.of(length >> 8, length, kind, ecu), payload);
}

class TinyConnection extends GatewayConnection<TinyFrame> {
  protected override encode(target: EcuAddress, payload: Uint8Array): Uint8Array {
    return encodeTiny(MESSAGE, target, payload);
  }

  protected override take({ kind, ecu, payload }: TinyFrame): void {
    this.served = true;
    if (kind === ACKNOWLEDGE) this.acknowledge(({ target }) => target === ecu);
    else this.offer({ source: ecu, payload: copyBytes(payload) });
  }
}

registerLinkScheme('tiny', async ({ host, port = 0 }) => {
  const clock = systemClock;
  return new GatewayTransport({
    open: openTcpStream({ host, port, connectTimeoutMs: 1000, clock }),
    connect: async (connected) =>
      new TinyConnection({ ...connected, clock, ackTimeoutMs: 1000, buffer: new FrameBuffer(takeTiny), protocol: 'tiny' }),
    clock,
    description: `tiny gateway ${host}:${port}`,
    portName: `${host}:${port}`,
    kind: 'TINY',
    maxPayloadBytes: LONGEST,
  });
});

/** The gateway, with the mock car behind it. */
async function startTinyGateway() {
  const car = startMockCar({ profile: 'f06-sos' });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    const buffer = new FrameBuffer(takeTiny);
    const answer = (source: number, payload: Uint8Array) => void socket.write(encodeTiny(MESSAGE, source, payload));
    const take = ({ ecu, payload }: TinyFrame) => {
      socket.write(encodeTiny(ACKNOWLEDGE, ecu, new Uint8Array(0)));
      car.request({ tester: 0xf4, target: ecu, payload: copyBytes(payload) }, answer);
    };
    socket.on('data', (chunk) => buffer.push(chunk, take));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    car.close();
  };
  return { car, close, link: `tiny://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describeTransport('a transport of somebody else', async () => {
  const { car, close, link } = await startTinyGateway();
  return { ...aboutCar(car), transport: await createLink(link), unplug: close, dispose: close };
});

it('takes fewer than a hundred lines of code, and tells the VIN through the library', async () => {
  const code = readFileSync(new URL(import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => !/^(import .*|\/\/.*|\s*)$/.test(line));
  expect(code.length).toBeLessThan(100);
  const { car: mock, close, link } = await startTinyGateway();
  const car = await openCar(await createLink(link), { catalog: loadCatalog(), readOnly: true });
  expect(car.identity.vin).toBe(mock.vin);
  await car.dispose();
  close();
});
