import { readdir, readFile, realpath } from 'node:fs/promises';
import { isKombiError } from '../../core/index.ts';

/** A serial port of this machine. Absent: not told. */
export interface SerialPortInfo {
  readonly path: string;
  readonly manufacturer?: string;
  readonly serialNumber?: string;
  /** USB ids, four lower-case hex digits: `0403`, `6015`. */
  readonly vendorId?: string;
  readonly productId?: string;
  /** Windows: the device's instance id. */
  readonly pnpId?: string;
}

type PortDetails = { readonly [Key in keyof Omit<SerialPortInfo, 'path'>]?: string | undefined };

/** Every serial port that the operating system tells of; ptys and symbolic links are not among them. */
export async function listSerialPorts(): Promise<readonly SerialPortInfo[]> {
  const { SerialPort } = await import('serialport');
  try {
    return (await SerialPort.list()).map((port) => fromList(port, process.platform));
  } catch (error) {
    // serialport asks udevadm, which a container or a small system lacks.
    if (isKombiError(error) || process.platform !== 'linux') throw error;
    return listFromSysfs('/sys/class/tty');
  }
}

/** A port as serialport lists it on one platform. macOS lists the name for incoming calls, which blocks until there is a carrier. */
export function fromList({ path, pnpId, ...port }: PortDetails & { readonly path: string }, platform: NodeJS.Platform): SerialPortInfo {
  return told(path.replace(/^\/dev\/tty\./, '/dev/cu.'), { ...port, pnpId: platform === 'win32' ? pnpId : undefined });
}

/** What a port is called when all symbolic links are followed; the path itself where that cannot be told (a port that is not there); `\\.\COM3` is `COM3`. */
export async function realPortPath(path: string): Promise<string> {
  return realpath(path).catch(() => path.replace(/^\\\\\.\\(?=COM\d+$)/i, ''));
}

/** Whether a port is a USB cable for certain, not a radio link that only looks like a port. On Windows the names tell nothing. */
export async function isUsbPort(path: string): Promise<boolean> {
  if (process.platform !== 'win32') return /^\/dev\/(tty(USB|ACM)\d|cu\.(usb|wchusb|SLAB_USB))/.test(path);
  const ports = await listSerialPorts().catch(() => []);
  return ports.some((port) => port.path === path && port.vendorId !== undefined);
}

/** USB serial ports below a folder that looks like `/sys/class/tty`. Never throws: what cannot be read is not told. */
export async function listFromSysfs(root: string): Promise<readonly SerialPortInfo[]> {
  const names = (await readdir(root).catch(() => [])).filter((name) => /^(ttyUSB|ttyACM|rfcomm)\d+$/.test(name));
  return Promise.all(names.sort().map((name) => describeSysfs(root, name)));
}

async function describeSysfs(root: string, name: string): Promise<SerialPortInfo> {
  // A port hangs below the interface, the interface below the USB device; a USB-to-serial port is one level deeper.
  for (const up of ['..', '../..', '../../..']) {
    const read = (file: string) =>
      readFile(`${root}/${name}/device/${up}/${file}`, 'utf8').then(
        (text) => text.trim(),
        () => undefined,
      );
    const vendorId = await read('idVendor');
    if (vendorId === undefined) continue;
    const [productId, manufacturer, serialNumber] = await Promise.all([read('idProduct'), read('manufacturer'), read('serial')]);
    return told(`/dev/${name}`, { vendorId, productId, manufacturer, serialNumber });
  }
  return { path: `/dev/${name}` };
}

function told(path: string, details: PortDetails): SerialPortInfo {
  const { manufacturer, serialNumber, vendorId, productId, pnpId } = details;
  return {
    path,
    ...(manufacturer === undefined ? {} : { manufacturer }),
    ...(serialNumber === undefined ? {} : { serialNumber }),
    ...(vendorId === undefined ? {} : { vendorId: vendorId.toLowerCase() }),
    ...(productId === undefined ? {} : { productId: productId.toLowerCase() }),
    ...(pnpId === undefined ? {} : { pnpId }),
  };
}
