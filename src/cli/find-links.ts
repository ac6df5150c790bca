import { systemClock } from '../core/index.ts';
import type { Gateway } from '../transport/enet/index.ts';
import { awaitsBluetoothCall } from './bluetooth-port.ts';
import type { LinkCandidate } from './io.ts';

const DISCOVERY_MS = 800;

/** ENET gateways that answer and serial ports that exist. What cannot be looked for here is not there. */
export async function findLinks(): Promise<readonly LinkCandidate[]> {
  return candidatesOf(await findAdapters());
}

export function candidatesOf({ gateways, ports }: Awaited<ReturnType<typeof findAdapters>>): readonly LinkCandidate[] {
  return [
    ...gateways.map(({ host, vin }) => ({ link: `enet://${host}`, what: `gateway of ${vin}` })),
    ...ports
      .filter((port) => !awaitsBluetoothCall(port))
      .map(({ path, manufacturer }) => ({
        link: `elm327:${path.startsWith('/') ? '//' : ''}${path}`,
        what: manufacturer === undefined ? 'serial port' : `serial port, ${manufacturer}`,
      })),
  ];
}

export async function findAdapters() {
  const { listSerialPorts } = await import('../transport/serial/index.ts');
  const [gateways, ports] = await Promise.all([findGateways(), listSerialPorts()]);
  return { gateways, ports };
}

/** @throws {KombiError} `link.discovery` */
export async function findGateways(): Promise<readonly Gateway[]> {
  const { discoverEnet } = await import('../transport/enet/index.ts');
  return discoverEnet({ clock: systemClock, timeoutMs: DISCOVERY_MS });
}
