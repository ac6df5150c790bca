// One end of a TCP comparison, in a process of its own: node enet-end.js <role> …; it tells its result by message.
//   car                          the mock car; tells the port of its HSFZ server
//   record <port> <did>          reads the identifier once; tells what crossed the wire, in its segments
//   bare-server <recording>      answers as recorded, knowing nothing of HSFZ; tells its port
//   kombi <port> <did>           reads the identifier over and over; tells requests per second
//   bare <port> <recording>      sends the recorded request over and over; tells requests per second
import { connect, createServer } from 'node:net';

const HOST = '127.0.0.1';
/** Both ends share the core with their compiler: shorter, and it is still at work while the clock runs. */
const WARM_UP = 10_000;
const TIMED = 10_000;

const roles = { car, record, 'bare-server': bareServer, kombi, bare };
const [role, ...args] = process.argv.slice(2);
// A parent that is gone takes its ends with it.
process.once('disconnect', () => process.exit());
process.send(await roles[role](...args));

async function car() {
  const { startHsfzServer, startMockCar } = await import('../../dist/mock/index.js');
  return (await startHsfzServer(startMockCar({ profile: 'f06-sos' }))).port;
}

/** Stands between the client and the mock car for one request. */
async function record(port, did) {
  const segments = { request: [], answer: [] };
  const relay = createServer({ noDelay: true }, (client) => {
    const gateway = connect({ host: HOST, port: Number(port), noDelay: true });
    const pass = (from, to, list) =>
      from.on('data', (chunk) => {
        list.push(chunk.toString('hex'));
        to.write(chunk);
      });
    pass(client, gateway, segments.request);
    pass(gateway, client, segments.answer);
    client.on('close', () => gateway.destroy());
  });
  const { transport, read } = await client(await listening(relay), did);
  await read();
  await transport.dispose();
  relay.close();
  return JSON.stringify(segments);
}

async function bareServer(recording) {
  const { request, answer } = segmentsOf(recording);
  const requestBytes = request.reduce((sum, { length }) => sum + length, 0);
  return listening(
    createServer({ noDelay: true }, (socket) => {
      let received = 0;
      socket.on('data', (chunk) => {
        received += chunk.length;
        if (received < requestBytes) return;
        received = 0;
        for (const segment of answer) socket.write(segment);
      });
      socket.on('error', () => socket.destroy());
    }),
  );
}

async function kombi(port, did) {
  const { transport, read } = await client(Number(port), did);
  const rate = await requestsPerSecond(async (count) => {
    for (let index = 0; index < count; index += 1) await read();
  });
  await transport.dispose();
  return rate;
}

async function bare(port, recording) {
  const { request, answer } = segmentsOf(recording);
  const answerBytes = answer.reduce((sum, { length }) => sum + length, 0);
  const socket = connect({ host: HOST, port: Number(port), noDelay: true });
  let received = 0;
  let left = 0;
  let done = () => {};
  const ask = () => {
    for (const segment of request) socket.write(segment);
  };
  socket.on('data', (chunk) => {
    received += chunk.length;
    if (received < answerBytes) return;
    received = 0;
    left -= 1;
    if (left > 0) ask();
    else done();
  });
  const rate = await requestsPerSecond(
    (count) =>
      new Promise((resolve, reject) => {
        socket.once('error', reject);
        left = count;
        done = resolve;
        ask();
      }),
  );
  socket.destroy();
  return rate;
}

async function client(port, text) {
  const [{ did, ecuAddress, systemClock }, { openTcpStream }, { createEnetTransport }, { UdsClient }] = await Promise.all([
    import('../../dist/core/index.js'),
    import('../../dist/transport/tcp-stream.js'),
    import('../../dist/transport/enet/index.js'),
    import('../../dist/uds/index.js'),
  ]);
  const transport = createEnetTransport({
    open: openTcpStream({ host: HOST, port, connectTimeoutMs: 5000, clock: systemClock }),
    clock: systemClock,
    description: 'the mock car',
    portName: undefined,
  });
  await transport.open();
  const uds = new UdsClient(transport);
  const cluster = ecuAddress(0x60);
  const identifier = did(Number.parseInt(text, 16));
  return { transport, read: () => uds.readDid(cluster, identifier) };
}

async function requestsPerSecond(ask) {
  await ask(WARM_UP);
  const startMs = performance.now();
  await ask(TIMED);
  return (TIMED * 1000) / (performance.now() - startMs);
}

function listening(server) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: 0, host: HOST }, () => resolve(server.address().port));
  });
}

function segmentsOf(recording) {
  const { request, answer } = JSON.parse(recording);
  const bytes = (list) => list.map((hex) => Buffer.from(hex, 'hex'));
  return { request: bytes(request), answer: bytes(answer) };
}
