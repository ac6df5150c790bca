import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SerialPortMock } from 'serialport';
import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/core/index.ts';
import { plugIn, startElm327TcpServer } from '../../../src/mock/elm327/index.ts';
import { startMockCar } from '../../../src/mock/index.ts';
import { createMockSerialPort } from '../../../src/mock/serial/index.ts';
import { BAUD_RATES, openAtAnyBaud } from '../../../src/transport/elm327/baud-scan.ts';
import { createElm327Transport } from '../../../src/transport/elm327/index.ts';
import { createLink } from '../../../src/transport/index.ts';
import { openSerialStream } from '../../../src/transport/serial/index.ts';
import { fromList, listFromSysfs } from '../../../src/transport/serial/serial-ports.ts';
import { FakeAdapter } from './fake-adapter.ts';

const PATH = '/dev/mock-elm';
const folders: string[] = [];
afterEach(() => {
  SerialPortMock.binding.reset();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kombi-links-'));
  folders.push(folder);
  return folder;
}

describe('links to an ELM327', () => {
  it('take the device, two names of one port being one', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'ttyUSB0'), '');
    symlinkSync('ttyUSB0', join(folder, 'by-id'));
    const [plain, linked] = await Promise.all(['ttyUSB0?baud=115200', 'by-id'].map((name) => createLink(`elm327://${folder}/${name}`)));
    expect(linked?.description).toBe(`ELM327 at ${folder}/by-id`);
    expect(linked?.portName).toBe(plain?.portName);
  });

  it.each([
    ['elm327:COM3', 'ELM327 at COM3', 'COM3'],
    ['elm327:\\\\.\\COM12', 'ELM327 at \\\\.\\COM12', 'COM12'],
    ['elm327://192.168.0.10:35001', 'ELM327 at 192.168.0.10:35001', '192.168.0.10:35001'],
    ['elm327://192.168.0.10', 'ELM327 at 192.168.0.10:35000', '192.168.0.10:35000'],
    ['elm327://[fe80::1]:35000', 'ELM327 at [fe80::1]:35000', '[fe80::1]:35000'],
  ])('%s leads to %s', async (text, description, portName) => {
    expect(await createLink(text)).toMatchObject({ description, portName });
  });

  it.each(['elm327:', 'elm327:COM3?baud=fast', 'elm327:COM3?baud=0', 'elm327:COM3?speed=38400', 'elm327://192.168.0.10?baud=38400'])(
    '%s is refused',
    async (text) => {
      await expect(createLink(text)).rejects.toMatchObject({ code: 'usage.link', exit: 2 });
    },
  );

  it('say so when the port is not there', async () => {
    await expect((await createLink(`elm327://${temporaryFolder()}/ttyUSB7`)).open()).rejects.toMatchObject({
      code: 'link.no-such-port',
      exit: 8,
    });
  });

  it('reach a WiFi adapter over TCP', async () => {
    const server = await startElm327TcpServer(startMockCar({ profile: 'f06-sos' }), { baud: 500_000 });
    const link = await createLink(`elm327://127.0.0.1:${server.port}`);
    await link.open();
    expect(link.adapter.firmware).toBe('ELM327 v2.1');
    await link.dispose();
    await server.close();
    await expect(link.open()).rejects.toMatchObject({ code: 'link.refused' });
  });
});

describe('an unknown baud rate', () => {
  async function scan(baud: number, personality: 'genuine-2.1' | 'not-elm' = 'genuine-2.1') {
    const clock = new VirtualClock();
    const { binding } = await createMockSerialPort(plugIn(startMockCar({ profile: 'f06-sos', clock }), { baud, personality }), {
      path: PATH,
    });
    const tried: number[] = [];
    const open = openAtAnyBaud((baudRate) => {
      tried.push(baudRate);
      return openSerialStream({ path: PATH, baudRate, clock, binding });
    }, clock);
    return { tried, transport: createElm327Transport({ open, clock, description: 'x', portName: undefined }) };
  }

  it.each(BAUD_RATES)('is found: %i, and remembered', async (baud) => {
    const { tried, transport } = await scan(baud);
    await transport.open();
    expect(tried).toEqual(BAUD_RATES.slice(0, BAUD_RATES.indexOf(baud) + 1));
    expect(transport.adapter.firmware).toBe('ELM327 v2.1');
    await transport.close();
    tried.length = 0;
    await transport.open();
    expect(tried).toEqual([baud]);
    await transport.close();
  });

  it('is looked for with one probe each where nothing answers at all', async () => {
    const adapter = new FakeAdapter(() => '');
    await expect(openAtAnyBaud(() => adapter.open, new VirtualClock())()).rejects.toMatchObject({ code: 'link.no-answer', exit: 8 });
    expect(adapter.sent.filter((line) => line !== ' ')).toEqual(BAUD_RATES.map(() => 'STI'));
    expect(adapter.isOpen).toBe(false);
  });

  it('gives up after all of them where something else speaks, and leaves the port closed', async () => {
    const { tried, transport } = await scan(9600, 'not-elm');
    await expect(transport.open()).rejects.toMatchObject({ code: 'link.not-an-elm327', exit: 8 });
    expect(tried).toEqual([...BAUD_RATES]);
    await expect(transport.open()).rejects.toMatchObject({ code: 'link.not-an-elm327' });
  });
});

describe('ports as serialport lists them', () => {
  it.each([
    ['darwin', { path: '/dev/tty.usbserial-1' }, { path: '/dev/cu.usbserial-1' }],
    [
      'linux',
      { path: '/dev/ttyUSB0', vendorId: '1A86', productId: '7523', pnpId: 'usb-1a86' },
      { path: '/dev/ttyUSB0', vendorId: '1a86', productId: '7523' },
    ],
    ['win32', { path: 'COM3', pnpId: 'FTDIBUS\\X' }, { path: 'COM3', pnpId: 'FTDIBUS\\X' }],
  ] as const)('on %s', (platform, listed, port) => {
    expect(fromList(listed, platform)).toEqual(port);
  });
});

describe('ports without udev', () => {
  it('are read from sysfs: USB serial ports with what their device says, others left out', async () => {
    const root = temporaryFolder();
    const device = join(root, 'usb1');
    mkdirSync(join(device, '1:1.0', 'ttyUSB0'), { recursive: true });
    for (const [file, text] of [
      ['idVendor', '0403\n'],
      ['idProduct', '6015\n'],
      ['manufacturer', 'ScanTool.net LLC\n'],
      ['serial', '115010\n'],
    ] as const) {
      writeFileSync(join(device, file), text);
    }
    for (const name of ['ttyUSB0', 'ttyACM1', 'ttyS0', 'tty7']) mkdirSync(join(root, 'class', name), { recursive: true });
    symlinkSync(join(device, '1:1.0', 'ttyUSB0'), join(root, 'class', 'ttyUSB0', 'device'));
    expect(await listFromSysfs(join(root, 'class'))).toEqual([
      { path: '/dev/ttyACM1' },
      { path: '/dev/ttyUSB0', vendorId: '0403', productId: '6015', manufacturer: 'ScanTool.net LLC', serialNumber: '115010' },
    ]);
    expect(await listFromSysfs(join(root, 'nothing'))).toEqual([]);
  });
});
