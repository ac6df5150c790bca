import { posix } from 'node:path';
import type { SerialPortInfo } from '../../transport/serial/index.ts';
import { awaitsBluetoothCall } from '../bluetooth-port.ts';
import type { Check } from './check.ts';
import { checkLatency } from './latency.ts';
import { checkModemManager } from './modem-manager.ts';
import type { PlatformFacts } from './platform-facts.ts';
import type { RunningProcess } from './processes.ts';
import { describeChip } from './usb-chips.ts';

/** Ports that a PC has soldered in are listed whether or not anything is there, and no adapter is on them. */
const BUILT_IN = /^\/dev\/tty(?:S|AMA|MFD|O)\d+$/;

export async function checkPorts(
  facts: PlatformFacts,
  listed: readonly SerialPortInfo[],
  processes: readonly RunningProcess[],
): Promise<readonly Check[]> {
  const ports = listed.filter(({ path }) => !BUILT_IN.test(path));
  if (ports.length === 0) {
    return [
      {
        id: 'port.none',
        state: 'advice',
        text: 'No serial port of an adapter is there (an ENET cable and a WiFi adapter need none)',
        ...(facts.platform === 'linux' ? { mend: 'Plug it in, then: sudo dmesg | tail' } : {}),
      },
    ];
  }
  return (await Promise.all(ports.map((port) => checkPort(facts, port, processes)))).flat();
}

async function checkPort(facts: PlatformFacts, port: SerialPortInfo, processes: readonly RunningProcess[]): Promise<readonly Check[]> {
  const { path } = port;
  if (awaitsBluetoothCall(port)) {
    return [
      {
        id: 'port.bluetooth',
        state: 'advice',
        text: `${path} waits to be called over Bluetooth: opening it blocks, and it is not offered`,
        mend:
          facts.platform === 'win32'
            ? 'Use the port that Bluetooth settings, More options, COM ports calls outgoing'
            : 'Use the /dev/cu. port named after the adapter: ls /dev/cu.*',
      },
    ];
  }
  const checks = [
    checkName(port, await stableName(facts, path)),
    await checkAccess(facts, path),
    checkHolder(path, processes),
    await checkModemManager(facts, port, processes),
    await checkLatency(facts, port),
  ];
  return checks.filter((check) => check !== undefined);
}

/** A name that stays when another adapter is plugged in first. */
async function stableName(facts: PlatformFacts, path: string): Promise<string | undefined> {
  const folder = '/dev/serial/by-id';
  for (const name of await facts.names(folder)) {
    const target = await facts.readLink(`${folder}/${name}`);
    if (target !== undefined && posix.resolve(folder, target) === path) return `${folder}/${name}`;
  }
  return undefined;
}

function checkName(port: SerialPortInfo, stable: string | undefined): Check {
  const chip = describeChip(port);
  const what = `${port.path}${chip === undefined ? '' : ` (${chip})`}`;
  return {
    id: 'port.name',
    state: 'ok',
    text: stable === undefined ? what : `${what}; the name that stays: elm327://${stable}`,
  };
}

async function checkAccess(facts: PlatformFacts, path: string): Promise<Check | undefined> {
  // The modes that Node knows say nothing of a COM port.
  if (facts.platform === 'win32') return undefined;
  if (await facts.mayUse(path)) return { id: 'port.access', state: 'ok', text: `${path} may be opened by you` };
  const problem = { id: 'port.access', state: 'problem' } as const;
  const id = await facts.groupOf(path);
  const group = id === undefined || facts.platform !== 'linux' ? undefined : await groupEntry(facts, id);
  // Whoever is in the group of root may do more than a person at a laptop should.
  if (id === 0 || group === undefined) {
    return { ...problem, text: `${path} may not be opened by you`, mend: `sudo chmod a+rw ${path}` };
  }
  if (group.members.includes(facts.user) && !facts.groups.includes(id ?? -1)) {
    return {
      ...problem,
      text: `${path} is for the group ${group.name}; you are in it since you last logged in`,
      mend: 'Log out and in again',
    };
  }
  return {
    ...problem,
    text: `${path} may not be opened by you, only by the group ${group.name}; afterwards log out and in again`,
    mend: `sudo usermod -a -G ${group.name} "$USER"`,
  };
}

/** A line of /etc/group: `dialout:x:20:anna,ben`. */
async function groupEntry(
  facts: PlatformFacts,
  id: number,
): Promise<{ readonly name: string; readonly members: readonly string[] } | undefined> {
  for (const line of ((await facts.readText('/etc/group')) ?? '').split('\n')) {
    const [name, , number, members = ''] = line.split(':');
    if (name !== undefined && number === String(id)) return { name, members: members.split(',') };
  }
  return undefined;
}

function checkHolder(path: string, processes: readonly RunningProcess[]): Check | undefined {
  const holder = processes.find(({ files }) => files.includes(path));
  if (holder === undefined) return undefined;
  const who = `${holder.name} (process ${holder.pid})`;
  return { id: 'port.holder', state: 'problem', text: `${path} is open in ${who}`, mend: `Close it there, or: kill ${holder.pid}` };
}
