/**
 * USB ids of the serial chips that adapters and cables are built with; vendor and product, four lower-case hex digits each.
 *
 * @see source: elm327.md §8 (published in the makers' and the kernel's lists)
 */
const CHIPS: Readonly<Record<string, string>> = {
  '0403:6001': 'FTDI FT232R',
  '0403:6015': 'FTDI FT230X or FT231X, as in OBDLink SX and EX',
  '1a86:7523': 'CH340',
  '10c4:ea60': 'CP210x',
  '067b:2303': 'PL2303',
  '067b:23a3': 'PL2303, newer',
};

const FTDI = '0403';

interface UsbIds {
  readonly vendorId?: string;
  readonly productId?: string;
}

/** `0403:6001, FTDI FT232R`; undefined of what is no USB device. */
export function describeChip({ vendorId, productId }: UsbIds): string | undefined {
  if (vendorId === undefined || productId === undefined) return undefined;
  const ids = `${vendorId}:${productId}`;
  const chip = Object.hasOwn(CHIPS, ids) ? CHIPS[ids] : undefined;
  return chip === undefined ? ids : `${ids}, ${chip}`;
}

/** Whether its driver holds back short answers (see latency.ts). */
export function isFtdi({ vendorId }: UsbIds): boolean {
  return vendorId === FTDI;
}
