import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { toHex } from '../../src/core/index.ts';
import { startDoipServer, startHsfzServer, startMockCar } from '../../src/mock/index.ts';

// Debian's python3-scapy, by the interpreter that it is installed for.
const PYTHON = '/usr/bin/python3';
const hasScapy = spawnSync(PYTHON, ['-c', 'import scapy.contrib.automotive.doip']).status === 0;

it.skipIf(!hasScapy)(
  'clients of scapy read the VIN over HSFZ and over DoIP, unchanged (needs python3-scapy)',
  async () => {
    const car = startMockCar({ profile: 'f06-sos' });
    const [hsfz, doip] = await Promise.all([startHsfzServer(car), startDoipServer(car)]);
    onTestFinished(async () => {
      await Promise.all([hsfz.close(), doip.close()]);
      car.close();
    });
    const script = fileURLToPath(new URL('support/public-clients.py', import.meta.url));
    const { stdout } = await promisify(execFile)(PYTHON, [script, String(hsfz.port), String(doip.port)]);
    const answer = `62F190${toHex(Buffer.from(car.vin))}`;
    expect(stdout.trimEnd().split('\n')).toEqual([answer, answer]);
  },
  60_000,
);
