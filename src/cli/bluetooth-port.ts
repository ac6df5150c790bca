import type { SerialPortInfo } from '../transport/serial/index.ts';

/**
 * Whether a port waits to be called by a Bluetooth device. To open one blocks or leads nowhere: the way to an adapter is
 * the port that calls out.
 *
 * @see source: elm327.md §8 (macOS); Windows, where the port of an incoming service names no device: botbench.com, "Finding
 *   Bluetooth paired NXTs with WMI", 2011 (published: two such ids)
 */
export function awaitsBluetoothCall({ path, pnpId = '' }: SerialPortInfo): boolean {
  return /\/(?:cu|tty)\.Bluetooth-(?:Incoming-Port|Modem)$/.test(path) || /^BTHENUM\\.*_LOCALMFG&0000\\.*&0{12}_/i.test(pnpId);
}
