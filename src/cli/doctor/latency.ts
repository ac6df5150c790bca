import type { SerialPortInfo } from '../../transport/serial/index.ts';
import type { Check } from './check.ts';
import type { PlatformFacts } from './platform-facts.ts';
import { udevRule } from './udev-rule.ts';
import { isFtdi } from './usb-chips.ts';

const WANTED_MS = 1;

/**
 * An FTDI chip keeps a short answer back until its latency timer is over, 16 ms unless told otherwise: with one answer to
 * each command that is most of the time of an ELM327.
 *
 * @see source: elm327.md §8; FTDI knowledge base, "Setting a custom default latency timer value": the place in the
 *   registry (published)
 */
export async function checkLatency(facts: PlatformFacts, port: SerialPortInfo): Promise<Check | undefined> {
  if (!isFtdi(port)) return undefined;
  if (facts.platform === 'linux') return linux(facts, port.path);
  if (facts.platform === 'win32' && port.pnpId !== undefined) return windows(facts, port.path, port.pnpId);
  return undefined;
}

async function linux(facts: PlatformFacts, path: string): Promise<Check | undefined> {
  const file = `/sys/bus/usb-serial/devices/${path.replace('/dev/', '')}/latency_timer`;
  const text = await facts.readText(file);
  if (text === undefined) return undefined;
  const rule = udevRule('SUBSYSTEM=="usb-serial", DRIVER=="ftdi_sio", ATTR{latency_timer}="1"');
  return told(path, Number(text), { mend: rule, fix: { path: file, text: String(WANTED_MS) } });
}

async function windows(facts: PlatformFacts, path: string, pnpId: string): Promise<Check | undefined> {
  const key = `HKLM\\SYSTEM\\CurrentControlSet\\Enum\\${pnpId}\\Device Parameters`;
  const printed = await facts.output('reg', ['query', key, '/v', 'LatencyTimer']);
  const [, hex] = /LatencyTimer\s+REG_DWORD\s+(0x[0-9a-f]+)/i.exec(printed ?? '') ?? [];
  if (hex === undefined) return undefined;
  return told(path, Number(hex), { mend: `reg add "${key}" /v LatencyTimer /t REG_DWORD /d ${WANTED_MS} /f` });
}

function told(path: string, ms: number, how: Pick<Check, 'mend' | 'fix'>): Check {
  const id = 'port.latency';
  if (ms <= WANTED_MS) return { id, state: 'ok', text: `${path}: FTDI latency timer ${ms} ms` };
  const after = how.fix === undefined ? '; as administrator, then plug the adapter in again' : '';
  return { id, state: 'advice', text: `${path}: the FTDI latency timer of ${ms} ms delays every short answer${after}`, ...how };
}
