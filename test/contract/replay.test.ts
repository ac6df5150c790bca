import { systemClock } from '../../src/core/index.ts';
import { startHsfzServer, startMockCar } from '../../src/mock/index.ts';
import { decodeTrace, encodeTraceEvent, encodeTraceHeader } from '../../src/recording/index.ts';
import { createEnetTransport } from '../../src/transport/enet/index.ts';
import { openTcpStream } from '../../src/transport/tcp-stream.ts';
import { createReplay, recordTransport } from '../../src/transport/trace/index.ts';
import { aboutCar } from './mock-car.ts';
import { type ContractCar, describeTransport } from './transport-contract.ts';

/** What each test of the suite had with a real wire, so that the same test can have it again from the recording. */
const recorded = new Map<string, { text: string; readonly car: Omit<ContractCar, 'transport'> }>();

describeTransport('ENET, recorded', async (test) => {
  const car = startMockCar({ profile: 'f06-sos' });
  const server = await startHsfzServer(car);
  const { host, port, controlPort } = server;
  const to = (number: number) => openTcpStream({ host, port: number, connectTimeoutMs: 5000, clock: systemClock });
  const about = aboutCar(car);
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
