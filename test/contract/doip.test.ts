import { type Did, type EcuAddress, systemClock } from '../../src/core/index.ts';
import { startDoipServer, startMockCar } from '../../src/mock/index.ts';
import { createDoipTransport } from '../../src/transport/doip/index.ts';
import { openTcpStream } from '../../src/transport/tcp-stream.ts';
import { describeTransport } from './transport-contract.ts';

const LONG_DID = 0x3301;

describeTransport('DoIP, on the mock car over loopback', async () => {
  const car = startMockCar({ profile: 'f06-sos' });
  const server = await startDoipServer(car);
  const { host, port } = server;
  return {
    transport: createDoipTransport({
      open: openTcpStream({ host, port, connectTimeoutMs: 5000, clock: systemClock }),
      clock: systemClock,
      description: `DoIP ${host}:${port}`,
      portName: `${host}:${port}`,
    }),
    vin: car.vin,
    long: { did: LONG_DID as Did, bytes: car.profile.ecus.get(0x60)?.blocks.get(LONG_DID) ?? new Uint8Array(0) },
    pending: { ecu: 0x12 as EcuAddress, did: 0xf101 as Did },
    ecus: car.ecuAddresses(),
    unplug: () => server.close(),
    dispose: async () => {
      await server.close();
      car.close();
    },
  };
});
