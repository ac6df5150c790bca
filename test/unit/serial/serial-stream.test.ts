import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SerialPortMock } from 'serialport';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock, toHex, VirtualClock } from '../../../src/core/index.ts';
import { startElm327Pty } from '../../../src/mock/elm327/index.ts';
import { startMockCar } from '../../../src/mock/index.ts';
import type { SerialDevice, SerialHost } from '../../../src/mock/serial/index.ts';
import { createMockSerialPort } from '../../../src/mock/serial/index.ts';
import { openSerialStream, serialOpenError } from '../../../src/transport/serial/serial-stream.ts';

const PATH = '/dev/mock-elm';
afterEach(() => SerialPortMock.binding.reset());

/** A device that says back what it hears. */
class EchoDevice implements SerialDevice {
  readonly baud = 38400;
  #host: SerialHost | undefined;
  connect(host: SerialHost | undefined) {
    this.#host = host;
  }
  feed(bytes: Uint8Array) {
    this.#host?.output(bytes);
  }
  close() {}
}

async function mockPort(maxReadSize = 3) {
  const port = await createMockSerialPort(new EchoDevice(), { path: PATH, maxReadSize });
  const clock = new VirtualClock();
  return { port, clock, open: openSerialStream({ path: PATH, baudRate: 38400, clock, binding: port.binding }) };
}

describe('a serial port of this process', () => {
  it('carries bytes both ways, names itself, and may be closed twice', async () => {
    const { open } = await mockPort();
    const stream = await open();
    expect(stream.description).toBe('/dev/mock-elm at 38400 baud');
    let heard = '';
    const whole = new Promise<void>((resolve) => {
      stream.onData((chunk) => {
        heard += toHex(chunk);
        if (heard.length === 10) resolve();
      });
    });
    await stream.write(Uint8Array.of(1, 2, 3, 4, 0xff));
    await whole;
    expect(heard).toBe('01020304FF');
    let lost = false;
    stream.onLost(() => {
      lost = true;
    });
    await stream.close();
    await stream.close();
    expect(lost).toBe(false);
    await expect(stream.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'link.closed', exit: 8 });
    await (await open()).close();
  });

  it('is locked while it is open, and says who must let go', async () => {
    const { open } = await mockPort();
    const stream = await open();
    await expect(open()).rejects.toMatchObject({ code: 'lock.port', exit: 7 });
    await stream.close();
  });

  it('tells of the unplugged cable once, and refuses writes from then on', async () => {
    const { port, open } = await mockPort();
    const stream = await open();
    const losses: Error[] = [];
    const lost = new Promise<void>((resolve) => {
      stream.onLost((error) => {
        losses.push(error);
        resolve();
      });
    });
    stream.onData(() => {});
    await stream.write(Uint8Array.of(1));
    port.unplug();
    await lost;
    await expect(stream.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'link.closed' });
    await stream.close();
    expect(losses.map((error) => error.message)).toEqual(['bad file descriptor']);
    await expect(open()).rejects.toMatchObject({ code: 'link.no-such-port' });
  });

  it('ends a write that the cable swallows', async () => {
    const { port, open, clock } = await mockPort();
    const stream = await open();
    // Nobody reads yet, so the loss shows in nothing but a write that never ends.
    port.unplug();
    await expect(stream.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'link.closed' });
    expect(clock.now()).toBeLessThanOrEqual(5000);
    await stream.close();
  });

  it('ends a write under way as soon as the loss shows', async () => {
    const { port, open, clock } = await mockPort();
    const stream = await open();
    stream.onData(() => {});
    await stream.write(Uint8Array.of(1));
    port.unplug();
    await expect(stream.write(Uint8Array.of(2))).rejects.toMatchObject({ code: 'link.closed' });
    expect(clock.now()).toBe(0);
    await stream.close();
  });

  it('leaves the port closed when the opening was aborted', async () => {
    const { open } = await mockPort();
    const controller = new AbortController();
    const opening = open(controller.signal);
    controller.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    await expect(open(controller.signal)).rejects.toThrow('enough');
    await (await open()).close();
  });
});

describe('errors of opening', () => {
  it.each([
    ['Error: No such file or directory, cannot open /dev/ttyUSB0', 'link.no-such-port', 8],
    ['Opening COM9: File not found', 'link.no-such-port', 8],
    ['Error: Permission denied, cannot open /dev/ttyUSB0', 'link.not-permitted', 8],
    ['Error Resource temporarily unavailable Cannot lock port', 'lock.port', 7],
    ['Opening COM3: Access denied', 'lock.port', 7],
    ['Error: Inappropriate ioctl for device setting custom baud rate of 38400', 'link.not-a-port', 8],
  ])('%s', (text, code, exit) => {
    const error = serialOpenError('/dev/ttyUSB0', new Error(text));
    expect(error).toMatchObject({ code, exit });
    expect(error.message).toContain('/dev/ttyUSB0');
    expect(error.hint).toBeTruthy();
  });

  it.each(['Permission denied', 'Cannot lock port'])('sends whoever may not or cannot have the port to the doctor: %s', (text) => {
    expect(serialOpenError('/dev/ttyUSB0', new Error(text)).hint).toMatch(/: `kombi doctor`$/);
  });

  it.skipIf(process.platform === 'win32')('come from the operating system as they are read (not on Windows)', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kombi-serial-'));
    writeFileSync(join(folder, 'file'), '');
    const open = (path: string) => openSerialStream({ path, baudRate: 38400, clock: systemClock })();
    await expect(open(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'link.no-such-port' });
    await expect(open(join(folder, 'file'))).rejects.toMatchObject({ code: 'link.not-a-port' });
    await expect(open('/dev/null')).rejects.toMatchObject({ code: 'link.not-a-port' });
    rmSync(folder, { recursive: true });
  });
});

const hasSocat = spawnSync('socat', ['-V']).status === 0;

describe.skipIf(!hasSocat)('a pseudo-terminal (skipped where socat is not installed)', () => {
  it('carries bytes, is locked, and its loss is noticed', async () => {
    const pty = await startElm327Pty(startMockCar({ profile: 'f06-sos' }));
    const open = openSerialStream({ path: pty.path, baudRate: 38400, clock: systemClock });
    const stream = await open();
    await expect(open()).rejects.toMatchObject({ code: 'lock.port' });
    let heard = '';
    const prompted = new Promise<void>((resolve) => {
      stream.onData((chunk) => {
        heard += Buffer.from(chunk).toString('latin1');
        if (heard.endsWith('>')) resolve();
      });
    });
    await stream.write(Buffer.from('ATI\r'));
    await prompted;
    expect(heard).toContain('ELM327 v2.1');
    const lost = new Promise<Error>((resolve) => stream.onLost(resolve));
    await pty.close();
    expect((await lost).message).not.toBe('');
    await expect(stream.write(Buffer.from('ATI\r'))).rejects.toMatchObject({ code: 'link.closed' });
    await stream.close();
  });

  it('has no lines, and may be closed while its first read is under way', async () => {
    const pty = await startElm327Pty(startMockCar({ profile: 'f06-sos' }));
    for (let times = 0; times < 20; times += 1) {
      const stream = await openSerialStream({ path: pty.path, baudRate: 38400, clock: systemClock })();
      await stream.setLines({ dtr: true, rts: false, lowLatency: true });
      stream.onData(() => {});
      expect(await stream.dataSetReady()).toBeUndefined();
      await stream.close();
    }
    await pty.close();
  });
});
