import type { SerialPortInfo } from '../../transport/serial/index.ts';
import type { Check } from './check.ts';
import type { PlatformFacts } from './platform-facts.ts';
import type { RunningProcess } from './processes.ts';
import { udevRule } from './udev-rule.ts';

/**
 * ModemManager sends AT commands of its own to a port that was just plugged in, and has it locked meanwhile.
 *
 * @see source: ModemManager reference manual, "Modem filter": the rule and its tag (published)
 */
export async function checkModemManager(
  facts: PlatformFacts,
  { path, vendorId, productId }: SerialPortInfo,
  processes: readonly RunningProcess[],
): Promise<Check | undefined> {
  if (vendorId === undefined || productId === undefined || !processes.some(({ name }) => name === 'ModemManager')) return undefined;
  if (await isIgnored(facts, path)) return { id: 'port.modem-manager', state: 'ok', text: `ModemManager leaves ${path} alone` };
  return {
    id: 'port.modem-manager',
    state: 'advice',
    text: `ModemManager may hold ${path} for a minute after it is plugged in`,
    mend: udevRule(`ATTRS{idVendor}=="${vendorId}", ATTRS{idProduct}=="${productId}", ENV{ID_MM_DEVICE_IGNORE}="1"`),
  };
}

/** udev keeps what its rules have said of a device in a file by the device's number. The tag may lie on the port or on the USB device. */
async function isIgnored(facts: PlatformFacts, path: string): Promise<boolean> {
  const device = `/sys/class/tty/${path.replace('/dev/', '')}`;
  for (const file of ['dev', 'device/../dev', 'device/../../dev']) {
    const number = (await facts.readText(`${device}/${file}`))?.trim();
    const said = number === undefined ? undefined : await facts.readText(`/run/udev/data/c${number}`);
    if (said !== undefined && /^E:ID_MM_(?:DEVICE|PORT)_IGNORE=1$/m.test(said)) return true;
  }
  return false;
}
