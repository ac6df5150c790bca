import { systemClock } from '../../src/core/index.ts';
import { startDoipServer, startMockCar } from '../../src/mock/index.ts';
import { createDoipTransport } from '../../src/transport/doip/index.ts';
import { openTcpStream } from '../../src/transport/tcp-stream.ts';
import { contractCar } from './mock-car.ts';
import { describeTransport } from './transport-contract.ts';

describeTransport('DoIP, on the mock car over loopback', async () => {
  const car = startMockCar({ profile: 'f06-sos' });
  const server = await startDoipServer(car);
  const { host, port } = server;
  return contractCar(car, {
    transport: createDoipTransport({
      open: openTcpStream({ host, port, connectTimeoutMs: 5000, clock: systemClock }),
      clock: systemClock,
      description: `DoIP ${host}:${port}`,
      portName: `${host}:${port}`,
    }),
    unplug: () => server.close(),
  });
});
