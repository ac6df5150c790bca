import type { FaultEvent } from '../car-port.ts';

const READ_DATA_BY_IDENTIFIER = 0x22;
const WRITE_DATA_BY_IDENTIFIER = 0x2e;

/** What a wire fault is asked about when a request, or the start of one, passes. */
export function requestEvent(ecu: number, payload: Uint8Array): FaultEvent {
  const [service, high, low] = payload;
  if (service === undefined) return { ecu };
  const named = service === READ_DATA_BY_IDENTIFIER || service === WRITE_DATA_BY_IDENTIFIER;
  if (!named || high === undefined || low === undefined) return { ecu, service };
  return { ecu, service, did: high * 0x100 + low };
}
