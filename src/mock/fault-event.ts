import { readU16 } from '../core/index.ts';
import type { FaultEvent } from './car-port.ts';

/** What faults are asked about for one request: its ECU, service, and the DID or routine it names. */
export function eventOf(ecu: number, request: Uint8Array): FaultEvent {
  const service = request[0];
  if (service === undefined) return { ecu };
  const did = namesDid(service) ? readU16(request, service === 0x31 ? 2 : 1) : undefined;
  return did === undefined ? { ecu, service } : { ecu, service, did };
}

function namesDid(service: number): boolean {
  return service === 0x22 || service === 0x2e || service === 0x31;
}
