import { readU16, toHex } from '../../core/index.ts';
import { askNetworks, type DiscoveryOptions } from '../gateway/index.ts';
import { DoipType, encodeDoipFrame, takeDoipFrame } from './doip-frame.ts';

export const DOIP_PORT = 13400;

/** A gateway that answered. */
export interface DoipGateway {
  readonly host: string;
  /** As told; not checked, because a gateway without a valid one is still there. */
  readonly vin: string;
  /** The entity's id, which is its MAC address: twelve hex digits. */
  readonly mac: string;
  /** 0010 at BMW. */
  readonly logicalAddress: number;
}

const VIN_BYTES = 17;
const MAC_OFFSET = 19;
const MAC_END = 25;
const PRINTABLE = /^[\x20-\x7e]{17}$/;

/**
 * Asks all networks for gateways that speak DoIP.
 *
 * @returns each gateway once, in order of answering
 * @throws {KombiError} `link.discovery` when no question can be sent at all
 * @see source: ISO 13400-2 (published); bmw-diagnostics §2 (third-party code)
 */
export function discoverDoip(options: DiscoveryOptions): Promise<readonly DoipGateway[]> {
  const bytes = encodeDoipFrame(DoipType.identificationRequest, new Uint8Array(0));
  return askNetworks({ bytes, port: options.port ?? DOIP_PORT, decode: decodeAnnouncement }, options);
}

/**
 * Decodes the answer of a gateway to a search.
 *
 * Shape   a DoIP frame of type 0004; body VIN (17 ASCII), logical address u16, entity id (6), group id (6), further
 *         action (1), and where it is there, sync status (1)
 * @returns undefined for anything else
 */
export function decodeAnnouncement(datagram: Uint8Array, host: string): DoipGateway | undefined {
  try {
    const frame = takeDoipFrame(datagram);
    if (frame?.type !== DoipType.announcement) return undefined;
    const vin = Buffer.from(frame.body.subarray(0, VIN_BYTES)).toString('latin1');
    const logicalAddress = readU16(frame.body, VIN_BYTES);
    const mac = frame.body.subarray(MAC_OFFSET, MAC_END);
    if (!PRINTABLE.test(vin) || logicalAddress === undefined || mac.length < MAC_END - MAC_OFFSET) return undefined;
    return { host, vin, mac: toHex(mac), logicalAddress };
  } catch {
    return undefined;
  }
}
