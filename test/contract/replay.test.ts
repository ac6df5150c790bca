import { type Did, type EcuAddress, systemClock } from '../../src/core/index.ts';
import { startHsfzServer, startMockCar } from '../../src/mock/index.ts';
import { decodeTrace, encodeTraceEvent, encodeTraceHeader } from '../../src/recording/index.ts';
import { createEnetTransport } from '../../src/transport/enet/index.ts';
import { openTcpStream } from '../../src/transport/tcp-stream.ts';
import { createReplay, recordTransport } from '../../src/transport/trace/index.ts';
import { type ContractCar, describeTransport } from './transport-contract.ts';

const LONG_DID = 0x3301;

/** What each test of the suite had with a real wire, so that the same test can have it again from the recording. */
const recorded = new Map<string, { text: string; readonly car: Omit<ContractCar, 'transport'> }>();

describeTransport('ENET, recorded', async (test) => {
  const car = startMockCar({ profile: 'f06-sos' });
  const server = await startHsfzServer(car);
  const { host, port, controlPort } = server;
  const to = (number: number) => openTcpStream({ host, port: number, connectTimeoutMs: 5000, clock: systemClock });
  const about = {
    vin: car.vin,
    long: { did: LONG_DID as Did, bytes: car.profile.ecus.get(0x60)?.blocks.get(LONG_DID) ?? new Uint8Array(0) },
    pending: { ecu: 0x12 as EcuAddress, did: 0xf101 as Did },
    ecus: car.ecuAddresses(),
  };
  const session = { text: '', car: { ...about, unplug: () => {}, dispose: () => {} } };
  recorded.set(test, session);
  const transport = recordTransport(
    createEnetTransport({ open: to(port), control: to(controlPort), clock: systemClock, description: 'ENET', portName: undefined }),
    {
      tool: 'kombi test',
      date: new Date(0),
      sink: {
        begin: (header) => {
          session.text += encodeTraceHeader(header);
        },
        add: (event) => {
          session.text += encodeTraceEvent(event);
        },
        close: () => {},
      },
    },
  );
  return {
    ...about,
    transport,
    unplug: () => server.close(),
    dispose: async () => {
      await server.close();
      car.close();
    },
  };
});

describeTransport('the same, replayed', async (test) => {
  const session = recorded.get(test);
  if (session === undefined) throw new Error('nothing was recorded for this test');
  return { ...session.car, transport: createReplay(decodeTrace(Buffer.from(session.text)), 'contract.trace') };
});
