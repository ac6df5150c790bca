import { ascii } from '../vehicle-data.ts';

/**
 * What discovery answers: 50 bytes, `DIAGADR10BMWMAC<12 hex digits>BMWVIN<17>`.
 *
 * @see bmw-diagnostics §1.4: a capture in scapy; EdiabasLib insists on the literal DIAGADR10 (third-party code)
 */
export function identification(mac: string, vin: string): Uint8Array {
  return Uint8Array.from(ascii(`DIAGADR10BMWMAC${mac}BMWVIN${vin}`));
}

/** What a gateway announces unasked in a 32-byte frame under the control word of the alive check. */
export function announcement(vin: string): Uint8Array {
  return Uint8Array.from(ascii(`DIAGADR10BMWVIN${vin}`));
}
