import { systemClock } from '../../src/core/index.ts';
import { startHsfzServer, startMockCar } from '../../src/mock/index.ts';
import { createEnetTransport } from '../../src/transport/enet/index.ts';
import { openTcpStream } from '../../src/transport/tcp-stream.ts';
import { contractCar } from './mock-car.ts';
import { describeTransport } from './transport-contract.ts';

describeTransport('ENET, on the mock car over loopback', async () => {
  const car = startMockCar({ profile: 'f06-sos' });
  const server = await startHsfzServer(car);
  const { host, port, controlPort } = server;
  const to = (number: number) => openTcpStream({ host, port: number, connectTimeoutMs: 5000, clock: systemClock });
  return contractCar(car, {
    transport: createEnetTransport({
      open: to(port),
      control: to(controlPort),
      clock: systemClock,
      description: `ENET ${host}:${port}`,
      portName: `${host}:${port}`,
    }),
    unplug: () => server.close(),
  });
});
