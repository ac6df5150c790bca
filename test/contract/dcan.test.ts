import { spawnSync } from 'node:child_process';
import { SerialPortMock } from 'serialport';
import { afterAll, describe } from 'vitest';
import { type Clock, systemClock, VirtualClock } from '../../src/core/index.ts';
import { DcanCable } from '../../src/mock/dcan/index.ts';
import { startMockCar } from '../../src/mock/index.ts';
import { createMockSerialPort, startPty } from '../../src/mock/serial/index.ts';
import { createDcanTransport, DCAN_BAUD } from '../../src/transport/dcan/index.ts';
import { type OpenSerialStream, openSerialStream } from '../../src/transport/serial/index.ts';
import { contractCar } from './mock-car.ts';
import { describeTransport, type Lacks } from './transport-contract.ts';

const lacks: Lacks = { keepAliveDuringRequest: 'one line for both directions: what is sent meanwhile would end the answer' };

function transport(open: OpenSerialStream, clock: Clock) {
  return createDcanTransport({ open, clock, description: 'a K+DCAN cable to the mock car', portName: undefined });
}

afterAll(() => SerialPortMock.binding.reset());

for (const maxReadSize of [1, 1024]) {
  describeTransport(
    `K+DCAN on a mock serial port that reads ${maxReadSize} bytes at a time, in virtual time`,
    async (test) => {
      const clock = new VirtualClock();
      const car = startMockCar({ profile: 'f06-sos', clock });
      const path = `/dev/mock-dcan-${maxReadSize}-${test}`;
      const { binding, unplug } = await createMockSerialPort(new DcanCable(car), { path, maxReadSize });
      const open = openSerialStream({ path, baudRate: DCAN_BAUD, clock, binding });
      return contractCar(car, { transport: transport(open, clock), unplug });
    },
    lacks,
  );
}

describe.skipIf(spawnSync('socat', ['-V']).status !== 0)('with socat (skipped where it is not installed)', () => {
  describeTransport(
    'K+DCAN on a pseudo-terminal',
    async () => {
      const car = startMockCar({ profile: 'f06-sos' });
      const pty = await startPty(new DcanCable(car), 'dcan');
      const open = openSerialStream({ path: pty.path, baudRate: DCAN_BAUD, clock: systemClock });
      return contractCar(car, { transport: transport(open, systemClock), unplug: () => pty.close() });
    },
    lacks,
  );
});
