import { once } from 'node:events';
import { SerialPortMock } from 'serialport';
import { afterEach, describe, expect, it } from 'vitest';
import { plugIn } from '../../../src/mock/elm327/index.ts';
import { createMockSerialPort } from '../../../src/mock/serial/index.ts';
import { FakeCar } from '../can/fake-car.ts';

const PATH = '/dev/elm327-under-test';

afterEach(() => {
  SerialPortMock.binding.reset();
});

/** A port of the public library on the mock binding, and what it has read. */
async function opened(options: { baudRate?: number; maxReadSize?: number } = {}) {
  const car = new FakeCar({ answers: { '3E00': '7E00' } });
  const adapter = plugIn(car);
  const mock = await createMockSerialPort(adapter, {
    path: PATH,
    ...(options.maxReadSize === undefined ? {} : { maxReadSize: options.maxReadSize }),
  });
  const settings = { path: PATH, baudRate: options.baudRate ?? 38_400, autoOpen: false, binding: mock.binding };
  const port = new SerialPortMock(settings);
  const chunks: Buffer[] = [];
  port.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  const ask = async (line: string) => {
    port.write(`${line}\r`);
    await car.clock.sleep(2000);
    return Buffer.concat(chunks.splice(0)).toString('latin1');
  };
  return { car, adapter, mock, port, settings, chunks, ask };
}

describe('the mock serial port', () => {
  it('is listed, opened, and answers', async () => {
    const { mock, port, ask } = await opened();
    expect((await mock.binding.list()).map(({ path }) => path)).toContain(PATH);
    expect(await ask('ATI')).toBe('ATI\rELM327 v2.1\r\r>');
    port.close();
  });

  it('breaks what it reads into pieces', async () => {
    const { port, car, chunks } = await opened({ maxReadSize: 3 });
    port.write('ATI\r');
    await car.clock.sleep(2000);
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBe(3);
    expect(Buffer.concat(chunks).toString('latin1')).toBe('ATI\rELM327 v2.1\r\r>');
    port.close();
  });

  it('reads and writes rubbish at another rate', async () => {
    const { port, ask } = await opened({ baudRate: 115_200 });
    expect(await ask('ATI')).not.toContain('ELM327');
    port.close();
  });

  it('keeps the chip as it was when it is opened again', async () => {
    const { port, settings, car, ask } = await opened();
    await ask('ATE0');
    await new Promise<void>((resolve) => port.close(() => resolve()));
    const again = new SerialPortMock(settings);
    let text = '';
    again.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    await new Promise<void>((resolve) => again.open(() => resolve()));
    again.write('ATI\r');
    await car.clock.sleep(1000);
    expect(text).toBe('ELM327 v2.1\r\r>');
    again.close();
  });

  it('makes its device when it is first opened, if told how', async () => {
    const car = new FakeCar();
    let made = 0;
    const mock = await createMockSerialPort(
      () => {
        made += 1;
        return plugIn(car);
      },
      { path: PATH },
    );
    expect(made).toBe(0);
    const settings = { path: PATH, baudRate: 38_400, autoOpen: false, binding: mock.binding };
    const port = new SerialPortMock(settings);
    await new Promise<void>((resolve) => port.open(() => resolve()));
    expect(made).toBe(1);
    port.close();
  });

  it.each([
    ['by hand', ({ mock }: Awaited<ReturnType<typeof opened>>) => mock.unplug()],
    [
      'by a fault',
      ({ car, port }: Awaited<ReturnType<typeof opened>>) => {
        car.faults.add({ kind: 'unplug', after: 0, times: 0 });
        port.write('ATTP6\r0100\r');
        void car.clock.sleep(2000);
      },
    ],
  ])('is gone when unplugged %s, as on Linux', async (_how, pull) => {
    const end = await opened();
    const { port, mock, settings } = end;
    const closed = once(port, 'close');
    pull(end);
    const [error] = (await closed) as [Error & { disconnected?: boolean }];
    expect(error.disconnected).toBe(true);
    expect(error.message).toBe('bad file descriptor');
    expect(port.isOpen).toBe(false);
    expect(await mock.binding.list()).toEqual([]);
    const again = new SerialPortMock(settings);
    const refused = await new Promise<Error | null>((resolve) => again.open(resolve));
    expect(refused?.message).toContain(`No such file or directory, cannot open ${PATH}`);
  });

  it('unplugged under an open binding, fails the reader and never finishes a write', async () => {
    const car = new FakeCar();
    const mock = await createMockSerialPort(plugIn(car), { path: PATH });
    const port = await mock.binding.open({ path: PATH, baudRate: 38_400 });
    const waiting = port.read(Buffer.alloc(8), 0, 8);
    mock.unplug();
    await expect(waiting).rejects.toThrow('bad file descriptor');
    await expect(port.read(Buffer.alloc(8), 0, 8)).rejects.toThrow('bad file descriptor');
    let finished = false;
    void port.write(Buffer.from('ATI\r')).then(() => (finished = true));
    await car.clock.sleep(1000);
    expect(finished).toBe(false);
  });
});
