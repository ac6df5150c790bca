import { systemClock } from '../core/index.ts';
import { findGateways as askForGateways, type FoundGateway, linkToGateway } from '../transport/enet/index.ts';
import type { SerialPortInfo } from '../transport/serial/index.ts';
import { awaitsBluetoothCall } from './bluetooth-port.ts';
import { isFtdi } from './doctor/usb-chips.ts';
import type { LinkCandidate } from './io.ts';

const DISCOVERY_MS = 800;

interface Found {
  readonly gateways: readonly FoundGateway[];
  readonly ports: readonly SerialPortInfo[];
}

/** Gateways that answer and serial ports that exist. What cannot be looked for here is not there. */
export async function findLinks(): Promise<readonly LinkCandidate[]> {
  return candidatesOf(await findAdapters());
}

export function candidatesOf({ gateways, ports }: Found): readonly LinkCandidate[] {
  return [
    ...gateways.map((gateway) => ({ link: linkToGateway(gateway), what: `gateway of ${gateway.vin}` })),
    ...ports.filter((port) => !awaitsBluetoothCall(port)).map(candidateOf),
  ];
}

/** K+DCAN cables are FTDI, as some OBDLinks are (bmw-diagnostics §10, elm327.md §8): the ids tell neither from the other. */
function candidateOf(port: SerialPortInfo): LinkCandidate {
  const place = port.path.startsWith('/') ? `//${port.path}` : port.path;
  const maker = port.manufacturer === undefined ? '' : `, ${port.manufacturer}`;
  return { link: `elm327:${place}`, what: `serial port${maker}${isFtdi(port) ? ` (a K+DCAN cable: dcan:${place})` : ''}` };
}

export async function findAdapters(): Promise<Found> {
  const { listSerialPorts } = await import('../transport/serial/index.ts');
  const [gateways, ports] = await Promise.all([findGateways(), listSerialPorts()]);
  return { gateways, ports };
}

/** @throws {KombiError} `link.discovery` */
export function findGateways(): Promise<readonly FoundGateway[]> {
  return askForGateways({ clock: systemClock, timeoutMs: DISCOVERY_MS });
}
