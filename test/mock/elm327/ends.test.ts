import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { SerialPort } from 'serialport';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/index.ts';
import { type Elm327TcpServerOptions, startElm327Pty, startElm327TcpServer } from '../../../src/mock/elm327/index.ts';
import { FakeCar } from '../can/fake-car.ts';

const FAST = { baud: 500_000 };
const [ELM327, CAR] = ['elm327/index.js', 'index.js'].map((file) => new URL(`../../../dist/mock/${file}`, import.meta.url).href);

/** Reads until the prompt, or until the other end is gone. */
function answerOf(stream: Pick<Socket, 'on' | 'off'>): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const take = (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.endsWith('>')) finish();
    };
    const finish = () => {
      stream.off('data', take);
      stream.off('close', finish);
      resolve(text);
    };
    stream.on('data', take);
    stream.on('close', finish);
  });
}

async function served(options: Elm327TcpServerOptions = {}) {
  const car = new FakeCar({ clock: systemClock, answers: { '3E00': '7E00' } });
  const server = await startElm327TcpServer(car, { ...FAST, ...options });
  onTestFinished(() => server.close());
  const client = () => connect(server.port, server.host);
  return { car, server, client };
}

function ask(socket: Socket, line: string): Promise<string> {
  const answer = answerOf(socket);
  socket.write(`${line}\r`);
  return answer;
}

describe('the WiFi adapter', () => {
  it('answers over TCP on loopback, in real time', async () => {
    const { server, client } = await served();
    expect(server.host).toBe('127.0.0.1');
    const socket = client();
    expect(await ask(socket, 'ATI')).toBe('ATI\rELM327 v2.1\r\r>');
    expect(await ask(socket, 'ATE0')).toBe('ATE0\rOK\r\r>');
    expect(await ask(socket, '0100')).toBe('SEARCHING...\r41 00 08 18 00 10 \r\r>');
    socket.destroy();
  });

  it('turns a second client away while it serves one, and serves the next afterwards with the chip as it was', async () => {
    const { client } = await served();
    const first = client();
    await ask(first, 'ATE0');
    expect(await ask(client(), 'ATI')).toBe('');
    expect(await ask(first, 'ATI')).toBe('ELM327 v2.1\r\r>');
    const gone = new Promise((resolve) => first.on('close', resolve));
    first.end();
    await gone;
    let answer = '';
    // The server learns of the end when the loopback tells it; until then it turns us away.
    for (let tries = 0; tries < 100 && answer === ''; tries += 1) answer = await ask(client(), 'ATI');
    expect(answer).toBe('ELM327 v2.1\r\r>');
  });

  it('takes a refused port as an error', async () => {
    const { server } = await served();
    await expect(startElm327TcpServer(new FakeCar(), { port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('drops the connection when the adapter is pulled', async () => {
    const { car, client } = await served();
    car.faults.add({ kind: 'unplug', after: 0, times: 0 });
    const socket = client();
    await ask(socket, 'ATTP6');
    expect(await ask(socket, '0100')).not.toContain('>');
    expect(socket.destroyed || socket.readableEnded).toBe(true);
  });
});

const socat = spawnSync('socat', ['-V']).status === 0;

describe('the pseudo-terminal', () => {
  it.skipIf(!socat)('is a serial port to a program, again and again (needs socat)', async () => {
    const car = new FakeCar({ clock: systemClock, answers: { '3E00': '7E00' } });
    const pty = await startElm327Pty(car, FAST);
    onTestFinished(() => pty.close());
    for (const [line, answer] of [
      ['ATE0', 'ATE0\rOK\r\r>'],
      ['ATI', 'ELM327 v2.1\r\r>'],
    ] as const) {
      const port = new SerialPort({ path: pty.path, baudRate: 38_400, autoOpen: false });
      await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
      const text = answerOf(port as unknown as Socket);
      port.write(`${line}\r`);
      expect(await text).toBe(answer);
      await new Promise<void>((resolve) => port.close(() => resolve()));
    }
    await pty.close();
    expect(existsSync(pty.path)).toBe(false);
  });

  it.skipIf(!socat)('is gone when the adapter is pulled (needs socat)', async () => {
    const car = new FakeCar({ clock: systemClock });
    car.faults.add({ kind: 'unplug', after: 0, times: 0 });
    const pty = await startElm327Pty(car, FAST);
    const port = new SerialPort({ path: pty.path, baudRate: 38_400, autoOpen: false });
    await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
    const closed = new Promise<{ disconnected?: boolean }>((resolve) => port.on('close', resolve));
    port.write('ATTP6\r');
    await answerOf(port as unknown as Socket);
    port.write('0100\r');
    expect(await closed).toMatchObject({ disconnected: true });
    expect(existsSync(pty.path)).toBe(false);
  });

  it.skipIf(!socat)('lets a program end that does nothing else, and come back from closing it (needs socat)', () => {
    const car = `import { startElm327Pty } from ${JSON.stringify(ELM327)}; import { startMockCar } from ${JSON.stringify(CAR)};
      const pty = await startElm327Pty(startMockCar({ profile: 'f06-sos' }));`;
    const run = (text: string) => spawnSync(process.execPath, ['--input-type=module', '--eval', car + text], { encoding: 'utf8' });
    expect(run("process.stdout.write('left open')")).toMatchObject({ status: 0, stdout: 'left open' });
    expect(run("await pty.close(); process.stdout.write('closed')")).toMatchObject({ status: 0, stdout: 'closed' });
  });

  it('says what is missing where there is no socat', async () => {
    const { PATH: path } = process.env;
    process.env['PATH'] = '/nowhere';
    onTestFinished(() => {
      process.env['PATH'] = path;
    });
    await expect(startElm327Pty(new FakeCar())).rejects.toMatchObject({
      code: 'mock.no-socat',
      hint: expect.stringContaining('Install socat'),
    });
  });
});
