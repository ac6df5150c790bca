import { connect } from 'node:net';
import { dashboard, diffStates, type HsfzServer, type MockCar, startHsfzServer, startMockCar } from 'kombi';
import { afterEach, beforeEach, expect, it } from 'vitest';

// The mock car in the tests of another project: your program talks to it over a real socket, as to a car.

let car: MockCar;
let gateway: HsfzServer;

beforeEach(async () => {
  car = startMockCar({ profile: 'f06-sos' });
  gateway = await startHsfzServer(car);
});

afterEach(async () => {
  await gateway.close();
  car.close();
});

/** Stands for the program under test: asks the cluster for one identifier, over HSFZ. */
async function askCluster(identifier: readonly [number, number]): Promise<Buffer> {
  const socket = connect(gateway.port, gateway.host);
  socket.write(Buffer.from([0, 0, 0, 5, 0, 1, 0xf4, 0x60, 0x22, ...identifier]));
  let received = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    received = Buffer.concat([received, chunk]);
    const acknowledged = received.length >= 6 ? 6 + received.readUInt32BE(0) : Number.POSITIVE_INFINITY;
    const answerEnd =
      received.length >= acknowledged + 6 ? acknowledged + 6 + received.readUInt32BE(acknowledged) : Number.POSITIVE_INFINITY;
    if (received.length >= answerEnd) return received.subarray(acknowledged + 8, answerEnd);
  }
  throw new Error('the gateway closed the connection');
}

it('answers my program as the car would', async () => {
  const answer = await askCluster([0xf1, 0x90]);
  expect(answer.subarray(0, 3)).toEqual(Buffer.from([0x62, 0xf1, 0x90]));
  expect(answer.toString('latin1', 3)).toBe(car.vin);
});

it('shows the driver what the profile says, and keeps its state while it is only read', async () => {
  const before = car.exportState();
  await askCluster([0x33, 0x01]);
  expect(dashboard(car).shown).toContain(299);
  expect(diffStates(before, car.exportState())).toEqual([]);
});
