import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemoryDisk } from '../support/memory-disk.ts';
import { jsonOf, useBench } from './support/bench.ts';
import { computer } from './support/computer.ts';

const bench = useBench();

const VIN = 'WBA6C92010D000001';
const OTHER_VIN = 'WBS6E9100GD999999';
const SERIAL = 'A50285BI';
const laptop = () =>
  computer({
    serialPorts: async () => [
      { path: '/dev/ttyUSB0', vendorId: '0403', productId: '6001', serialNumber: SERIAL, manufacturer: 'FTDI' },
      { path: '/dev/cu.usbserial-B1234567' },
    ],
    links: { [`/dev/serial/by-id/usb-FTDI_FT232R_${SERIAL}-if00-port0`]: '../../ttyUSB0' },
    interfaces: () => ({ enx0050b6123456: [{ family: 'IPv4', internal: false, address: '169.254.7.7' }] }),
    gateways: async () => [
      { host: '169.254.1.2', vin: OTHER_VIN, mac: '001A37000001', diagnosticAddress: 0x10 as never, protocol: 'hsfz' },
    ],
    disk: Object.assign(new MemoryDisk(), {
      open: () => Promise.reject(new Error('EACCES: /home/petra/archive on petras-laptop, 00:1a:37:00:00:01')),
    }),
  });

const hexOf = (text: string) =>
  Buffer.from(text)
    .toString('hex')
    .toUpperCase()
    .replace(/..(?=.)/g, '$& ');

describe('support-bundle', () => {
  it('holds what helps, and nothing that tells whose car and whose computer it is', async () => {
    bench.car = ['ecus.60.blocks.3301.@25.3 1→0'];
    bench.files = { backups: 1, journals: ['COMMITTED'] };
    const trace = join(bench.folder, 'petra.trace');
    const done = await bench.on(bench.link(), ['code', '60:3301.@25.3=0', '--label', 'for Petra', '--trace', trace], {
      answers: ['D000001'],
    });
    expect(done.exit).toBe(0);
    const path = join(bench.folder, 'bundle.json');
    const run = await bench.run(['support-bundle', '--output', path, '--trace', trace, '--json'], { computer: laptop() });
    expect(jsonOf(run).result).toEqual({
      path,
      holds: { checks: expect.any(Number), adapters: 3, jobs: 1, traceLines: expect.any(Number) },
    });

    const text = readFileSync(path, 'utf8');
    const recorded = readFileSync(trace, 'utf8');
    const ecuSerials = [...recorded.matchAll(/< \w\w 62 F1 8C ([0-9A-F ]+)\n/g)].map(([, bytes]) => bytes ?? '');
    expect(ecuSerials.length).toBeGreaterThan(0);
    expect(recorded).toContain(hexOf(VIN));
    const secrets = [VIN, VIN.slice(-7), OTHER_VIN, OTHER_VIN.slice(-7), hexOf(VIN), hexOf(VIN.slice(-7)), ...ecuSerials];
    for (const secret of [...secrets, SERIAL, 'B1234567', 'petra', '0050b6123456', '001a37', '00:1a:37']) {
      expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
    }

    const bundle = JSON.parse(text);
    expect(bundle).toMatchObject({
      format: 'kombi-support',
      version: 1,
      node: '22.13.0',
      system: 'Linux 6.1.0 x64',
      environment: ['KOMBI_ARCHIVE', 'NO_COLOR'],
    });
    expect(bundle.doctor).toContainEqual({
      id: 'archive.writing',
      state: 'problem',
      text: expect.stringContaining('EACCES: ~/archive on COMPUTER, MAC'),
      mend: expect.any(String),
    });
    expect(bundle.adapters.serial[0]).toEqual({ path: '/dev/ttyUSB0', manufacturer: 'FTDI', vendorId: '0403', productId: '6001' });
    expect(bundle.jobs).toEqual([
      {
        car: 'car 1',
        time: '2026-11-20T10:15:30.000Z',
        kind: 'code',
        state: 'COMMITTED',
        tool: expect.stringContaining('kombi'),
        adapter: expect.any(String),
        blocks: [{ ecu: '60', did: '3301', length: 320, bits: 1 }],
        steps: expect.arrayContaining([
          'block 0: write forward, 1',
          'block 0: answered positive',
          'block 0: read new after a reset',
          'end: COMMITTED',
        ]),
      },
    ]);
    expect(bundle.trace[0]).toBe('# kombi-trace 1');
    expect(bundle.trace).toContain('# redacted: yes');
    expect(recorded).toContain('# redacted: no');
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('replaces no file, and says what it made', async () => {
    const path = join(bench.folder, 'bundle.json');
    const run = await bench.run(['support-bundle', '--output', path], { computer: computer(), columns: 80, answers: [] });
    expect(run.stdout).toContain(`${path} holds\n  versions  kombi `);
    expect(run.stdout).toContain('jobs      the last 0');
    expect(run.stdout).toContain('before you send it');
    const before = readFileSync(path, 'utf8');
    expect((await bench.run(['support-bundle', '--output', path], { computer: computer() })).exit).toBe(2);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('is made where the archive cannot be read, and not where the recording cannot', async () => {
    const path = join(bench.folder, 'bundle.json');
    const archive = join(bench.folder, 'no-folder');
    writeFileSync(archive, '');
    const made = await bench.run(['support-bundle', '--output', path, '--archive', archive], { computer: computer() });
    expect(made.exit).toBe(0);
    expect(JSON.parse(readFileSync(path, 'utf8')).jobs).toEqual({ unread: expect.stringMatching(/^archive\./) });
    const other = join(bench.folder, 'other.json');
    const run = await bench.run(['support-bundle', '--output', other, '--trace', join(bench.folder, 'none.trace')], {
      computer: computer(),
    });
    expect(run.exit).toBe(2);
    expect(existsSync(other)).toBe(false);
  });
});
