// One end of a comparison of whole-car backups, in a process of its own; it tells its result by message.
//   car                          the mock car; tells the port of its HSFZ server
//   record <port>                makes one backup; tells what crossed the wire, exchange by exchange, in its segments
//   bare-server <file>           answers as recorded, knowing nothing of HSFZ; tells its port
//   kombi <port>                 makes backups of what answers there; tells how long one takes, and how much of it was waiting for
//                                answers that never came
//   bare <port> <file> <ms>      sends the recorded requests, and pauses behind one to all ECUs as kombi has to; tells how long the rest takes
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HOST = '127.0.0.1';
/** The functional address, and where it stands in an HSFZ frame. */
const TO_ALL = 0xdf;
const TARGET_OFFSET = 7;
/** Backups, each of some two thousand requests: after ten of them the compiler is done. */
const WARM_UP = 10;
const TIMED = 5;

const roles = { car, record, 'bare-server': bareServer, kombi, bare };
const [role, ...args] = process.argv.slice(2);
process.once('disconnect', () => process.exit());
process.send(await roles[role](...args));

async function car() {
  const { startHsfzServer, startMockCar } = await import('../../dist/mock/index.js');
  return (await startHsfzServer(startMockCar({ profile: 'f06-sos' }))).port;
}

/** Stands between the client and the mock car for one backup. A request begins where the other side spoke last. */
async function record(port) {
  const exchanges = [];
  const relay = createServer({ noDelay: true }, (client) => {
    const gateway = connect({ host: HOST, port: Number(port), noDelay: true });
    client.on('data', (chunk) => {
      if (exchanges.length === 0 || exchanges.at(-1).answer.length > 0) exchanges.push({ request: [], answer: [] });
      exchanges.at(-1).request.push(chunk.toString('hex'));
      gateway.write(chunk);
    });
    gateway.on('data', (chunk) => {
      exchanges.at(-1).answer.push(chunk.toString('hex'));
      client.write(chunk);
    });
    client.on('close', () => gateway.destroy());
  });
  await (await backups(await listening(relay)))();
  relay.close();
  return exchanges;
}

async function bareServer(file) {
  const exchanges = load(file);
  return listening(
    createServer({ noDelay: true }, (socket) => {
      let index = 0;
      let received = 0;
      socket.on('data', (chunk) => {
        received += chunk.length;
        const { requestBytes, answer } = exchanges[index];
        if (received < requestBytes) return;
        received = 0;
        index = (index + 1) % exchanges.length;
        for (const segment of answer) socket.write(segment);
      });
      socket.on('error', () => socket.destroy());
    }),
  );
}

async function kombi(port) {
  const backUp = await backups(Number(port));
  for (let index = 0; index < WARM_UP; index += 1) await backUp();
  const taken = { ms: 0, waitedMs: 0 };
  for (let index = 0; index < TIMED; index += 1) {
    const { ms, waitedMs } = await backUp();
    taken.ms += ms / TIMED;
    taken.waitedMs += waitedMs / TIMED;
  }
  return taken;
}

async function bare(port, file, pauseMs) {
  const exchanges = load(file);
  const socket = connect({ host: HOST, port: Number(port), noDelay: true });
  let index = 0;
  let received = 0;
  let done = () => {};
  const ask = () => {
    for (const segment of exchanges[index].request) socket.write(segment);
  };
  socket.on('data', (chunk) => {
    received += chunk.length;
    if (received < exchanges[index].answerBytes) return;
    received = 0;
    const { toAll } = exchanges[index];
    index += 1;
    if (index === exchanges.length) done();
    // A processor that has rested is slow for a while: without the pause the floor would be of another machine.
    else if (toAll) pause();
    else ask();
  });
  socket.once('error', (error) => {
    throw error;
  });
  let pausedMs = 0;
  const pause = () => {
    const startMs = performance.now();
    setTimeout(() => {
      pausedMs += performance.now() - startMs;
      ask();
    }, Number(pauseMs));
  };
  const replay = () =>
    new Promise((resolve) => {
      index = 0;
      done = resolve;
      ask();
    });
  for (let run = 0; run < WARM_UP; run += 1) await replay();
  pausedMs = 0;
  const startMs = performance.now();
  for (let run = 0; run < TIMED; run += 1) await replay();
  const ms = (performance.now() - startMs - pausedMs) / TIMED;
  socket.destroy();
  return ms;
}

/** Makes one backup into an archive that does not know the car: one that does would save most of the asking. */
async function backups(port) {
  const [{ systemClock }, { openTcpStream }, { createEnetTransport }, { loadCatalog }, { openArchive }, { backUp, openCar }] =
    await Promise.all([
      import('../../dist/core/index.js'),
      import('../../dist/transport/tcp-stream.js'),
      import('../../dist/transport/enet/index.js'),
      import('../../dist/catalog/index.js'),
      import('../../dist/archive/index.js'),
      import('../../dist/job/index.js'),
    ]);
  const catalog = loadCatalog();
  const folder = mkdtempSync(join(tmpdir(), 'kombi-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return async () => {
    const transport = createEnetTransport({
      open: openTcpStream({ host: HOST, port, connectTimeoutMs: 5000, clock: systemClock }),
      clock: systemClock,
      description: 'the mock car',
      portName: undefined,
    });
    // Whoever asks all ECUs at once has to wait for the last of them; nothing crosses the wire meanwhile.
    let waitedMs = 0;
    const receive = transport.receive.bind(transport);
    transport.receive = (deadlineMs, signal) => {
      const received = receive(deadlineMs, signal);
      if (!(received instanceof Promise)) return received;
      const startMs = performance.now();
      return received.then((message) => {
        if (message === undefined) waitedMs += performance.now() - startMs;
        return message;
      });
    };
    const archive = openArchive(folder);
    const startMs = performance.now();
    const opened = await openCar(transport, { catalog });
    try {
      const { complete } = await backUp(opened, archive, { tool: { name: 'kombi', version: 'bench' }, mayLack: true });
      if (!complete) throw new Error('a backup lacks something');
    } finally {
      await opened.dispose();
    }
    const ms = performance.now() - startMs;
    rmSync(archive.vehicleDirectory(opened.identity.vin), { recursive: true });
    return { ms, waitedMs };
  };
}

function listening(server) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: 0, host: HOST }, () => resolve(server.address().port));
  });
}

function load(file) {
  const bytes = (list) => list.map((hex) => Buffer.from(hex, 'hex'));
  const sum = (list) => list.reduce((total, { length }) => total + length, 0);
  return JSON.parse(readFileSync(file, 'utf8')).map((exchange) => {
    const [request, answer] = [bytes(exchange.request), bytes(exchange.answer)];
    const toAll = request[0][TARGET_OFFSET] === TO_ALL;
    return { request, answer, toAll, requestBytes: sum(request), answerBytes: sum(answer) };
  });
}
