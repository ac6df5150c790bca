// Preloaded into a real kombi (`node --import …/barrier.js bin/kombi.js …`). Numbers every barrier, which is a point
// where the program leaves a mark outside itself: a message to the car, a step of the archive on disk. At one of them
// it sends its own process a signal. KOMBI_BARRIER holds the options as JSON:
//
//   archive   folder whose files count
//   trace     file that gets a line per barrier passed or struck
//   at        number of the barrier to strike at, from 0; absent: only count
//   among     regular expression: only barriers that it finds are counted
//   side      'before' the act, 'after' it, or 'half': only the first half of the bytes leave
//   signal    'SIGKILL', 'SIGTERM', …; or 'hold', which waits at an act on disk until SIGUSR2 comes
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import { relative } from 'node:path';

const { archive, trace, at, among = '', side, signal } = JSON.parse(process.env['KOMBI_BARRIER'] ?? '{}');
const { appendFileSync, writeSync, readlinkSync } = fs;
const counted = new RegExp(among);
let barrier = 0;

function strike() {
  process.kill(process.pid, signal);
}

// Listened for from the start: the trace tells of the barrier before the program waits at it, and unheard the signal would kill.
const released = signal === 'hold' ? new Promise((resolve) => process.once('SIGUSR2', resolve)) : undefined;

/** The program goes on living meanwhile. */
async function held() {
  const living = setInterval(() => undefined, 1000);
  await released;
  clearInterval(living);
}

/**
 * @param {string} name
 * @param {() => unknown} act
 * @param {() => void} [half]
 */
function pass(name, act, half) {
  const isCounted = counted.test(name);
  const isHere = isCounted && barrier === at;
  if (isCounted) barrier += 1;
  appendFileSync(trace, `${name}\n`);
  if (!isHere) return act();
  if (signal === 'hold') return held().then(act);
  if (side === 'half') half?.();
  if (side !== 'after') strike();
  const done = act();
  if (side !== 'after') return done;
  if (!(done instanceof Promise)) {
    strike();
    return done;
  }
  return done.then((result) => {
    strike();
    return result;
  });
}

/** @param {string} path */
function isInArchive(path) {
  return path === archive || path.startsWith(`${archive}/`);
}

/** Names of files hold times and hashes, which no two runs share.
 * @param {string} path */
function shown(path) {
  return relative(archive, path).replace(/[0-9a-f]{8,}|\d{8}T\d{6}Z|-\d{4}-/g, '*') || '.';
}

for (const name of ['rename', 'link', 'unlink', 'mkdir']) {
  const original = fs.promises[name];
  fs.promises[name] = (...args) => {
    const path = String(args[0]);
    return isInArchive(path) ? pass(`${name} ${shown(path)}`, () => original(...args)) : original(...args);
  };
}

const open = fs.promises.open;
fs.promises.open = async (path, ...args) => {
  const handle = await open(path, ...args);
  if (!isInArchive(String(path))) return handle;
  const { write, sync, truncate } = handle;
  handle.sync = () => pass(`sync ${shown(path)}`, () => sync.call(handle));
  handle.truncate = (length) => pass(`truncate ${shown(path)}`, () => truncate.call(handle, length));
  handle.write = (bytes, offset, length, position) =>
    pass(
      `write ${shown(path)}`,
      () => write.call(handle, bytes, offset, length, position),
      () => writeSync(handle.fd, bytes, offset, length >> 1, position),
    );
  return handle;
};

// To a car over TCP. A pipe has no port, and stdout may be one.
const send = Socket.prototype.write;
Socket.prototype.write = function (bytes, ...args) {
  const rest = () => send.call(this, bytes, ...args);
  if (this.remotePort === undefined) return rest();
  return pass(`send ${Buffer.from(bytes).toString('hex')}`, rest, () => send.call(this, bytes.subarray(0, bytes.length >> 1)));
};

// To a car over a serial port. serialport promisifies `fs.write`, so what that needs is kept.
const write = fs.write;
fs.write = Object.defineProperties((fd, bytes, offset, length, ...args) => {
  const rest = () => write(fd, bytes, offset, length, ...args);
  if (!isTerminal(fd)) return rest();
  return pass(`send ${JSON.stringify(bytes.toString('latin1'))}`, rest, () => writeSync(fd, bytes, offset, length >> 1));
}, Object.getOwnPropertyDescriptors(write));

/** @param {number} fd */
function isTerminal(fd) {
  return fd > 2 && readlinkSync(`/proc/self/fd/${fd}`).startsWith('/dev/pts/');
}

syncBuiltinESMExports();
