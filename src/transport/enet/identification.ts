import type { EcuAddress } from '../../core/index.ts';
import { HsfzControl } from './hsfz-control.ts';
import { takeHsfzFrame } from './hsfz-frame.ts';

/** A gateway that answered. */
export interface Gateway {
  readonly host: string;
  /** As told; not checked, because a gateway without a valid one is still there. */
  readonly vin: string;
  /** Twelve hex digits. */
  readonly mac: string;
  readonly diagnosticAddress: EcuAddress;
}

const REPLY = /^DIAGADR([0-9A-F]{2})BMWMAC([0-9A-F]{12})BMWVIN([\x20-\x7e]{17})/i;

/**
 * Decodes the answer of a gateway to a search.
 *
 * Shape   an HSFZ frame, control 0011; body ASCII `DIAGADR10BMWMAC<12 hex>BMWVIN<17>`, anything may follow
 * @returns undefined for anything else: nobody has asked for other datagrams
 * @see source: bmw-diagnostics §1.4 (recorded)
 */
export function decodeIdentification(datagram: Uint8Array, host: string): Gateway | undefined {
  try {
    const frame = takeHsfzFrame(datagram);
    const [, address, mac, vin] = REPLY.exec(frame === undefined ? '' : Buffer.from(frame.body).toString('latin1')) ?? [];
    if (frame?.control !== HsfzControl.identification || address === undefined || mac === undefined || vin === undefined) {
      return undefined;
    }
    return { host, vin, mac: mac.toUpperCase(), diagnosticAddress: Number.parseInt(address, 16) as EcuAddress };
  } catch {
    return undefined;
  }
}
