import { spawnSync } from 'node:child_process';
import { SerialPortMock } from 'serialport';
import { afterAll, describe } from 'vitest';
import { type Clock, systemClock, VirtualClock } from '../../src/core/index.ts';
import {
  lineOf,
  type PersonalityName,
  personalityNames,
  plugIn,
  startElm327Pty,
  startElm327TcpServer,
} from '../../src/mock/elm327/index.ts';
import { startMockCar } from '../../src/mock/index.ts';
import { createMockSerialPort } from '../../src/mock/serial/index.ts';
import { createElm327Transport } from '../../src/transport/elm327/index.ts';
import type { OpenByteStream } from '../../src/transport/index.ts';
import { openSerialStream } from '../../src/transport/serial/index.ts';
import { openTcpStream } from '../../src/transport/tcp-stream.ts';
import { contractCar } from './mock-car.ts';
import { type ContractCar, describeTransport, type Lacks } from './transport-contract.ts';

/** Fast lines where the time is real. */
const BAUD = 500_000;
const lacks: Lacks = { keepAliveDuringRequest: 'the chip listens only while nothing is sent' };

function transport(open: OpenByteStream, clock: Clock) {
  return createElm327Transport({ open, clock, description: 'ELM327 on the mock car', portName: undefined });
}

afterAll(() => SerialPortMock.binding.reset());

/** Those that are of no use, and one whose line loses what the contract waits for: they have tests of their own. */
const UNFIT: readonly PersonalityName[] = ['not-elm', 'silent-acceptor', 'emulator', 'lossy'];

async function onMockPort(personality: PersonalityName, test: string, maxReadSize = 1024): Promise<ContractCar> {
  const clock = new VirtualClock();
  const car = startMockCar({ profile: 'f06-sos', clock });
  const path = `/dev/mock-${personality}-${maxReadSize}-${test}`;
  const adapter = plugIn(car, { personality });
  const { binding, unplug } = await createMockSerialPort(adapter, { path, maxReadSize });
  const wired = lineOf(personality).wired ?? true;
  const open = openSerialStream({ path, baudRate: adapter.baud, clock, wired, binding });
  return contractCar(car, { transport: transport(open, clock), unplug });
}

describeTransport('ELM327 on a mock serial port that reads one byte at a time', (test) => onMockPort('genuine-2.1', test, 1), lacks);
for (const name of personalityNames().filter((candidate) => !UNFIT.includes(candidate))) {
  describeTransport(`the adapter ${name}, in virtual time`, (test) => onMockPort(name, test), lacks);
}

describeTransport(
  'ELM327 over TCP',
  async () => {
    const car = startMockCar({ profile: 'f06-sos' });
    const server = await startElm327TcpServer(car, { personality: 'wifi', baud: BAUD });
    const open = openTcpStream({ host: server.host, port: server.port, connectTimeoutMs: 5000, clock: systemClock });
    return contractCar(car, { transport: transport(open, systemClock), unplug: () => server.close() });
  },
  lacks,
);

describe.skipIf(spawnSync('socat', ['-V']).status !== 0)('with socat (skipped where it is not installed)', () => {
  describeTransport(
    'ELM327 on a pseudo-terminal',
    async () => {
      const car = startMockCar({ profile: 'f06-sos' });
      const pty = await startElm327Pty(car, { baud: BAUD });
      const open = openSerialStream({ path: pty.path, baudRate: BAUD, clock: systemClock });
      return contractCar(car, { transport: transport(open, systemClock), unplug: () => pty.close() });
    },
    lacks,
  );
});
