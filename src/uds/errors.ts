import { type EcuAddress, formatEcuAddress, KombiError, toHex } from '../core/index.ts';
import { describeNrc } from './negative-response-codes.ts';
import { describeService } from './services.ts';

/** The ECU answered no. `code` is `uds.negative-response`; programs look at `nrc`. */
export class NegativeResponseError extends KombiError {
  readonly ecu: EcuAddress;
  readonly service: number;
  readonly nrc: number;

  constructor(ecu: EcuAddress, request: Uint8Array, nrc: number) {
    const { name, meaning, advice } = describeNrc(nrc);
    const service = request[0] ?? 0;
    super({
      code: 'uds.negative-response',
      message: `ECU ${formatEcuAddress(ecu)} refused ${describeRequest(request)} with ${hexByte(nrc)} (${name}): ${meaning}`,
      hint: advice,
    });
    this.ecu = ecu;
    this.service = service;
    this.nrc = nrc;
  }
}

/** The link is alive and the ECU did not answer: `ecu.no-response`. */
export class NoResponseError extends KombiError {
  readonly ecu: EcuAddress;

  constructor(ecu: EcuAddress, request: Uint8Array, waited: { readonly waitedMs: number; readonly strays: number }) {
    const others = waited.strays === 0 ? '' : `; ${waited.strays} other messages came`;
    super({
      code: 'ecu.no-response',
      message: `ECU ${formatEcuAddress(ecu)} did not answer ${describeRequest(request)} within ${Math.round(waited.waitedMs)} ms${others}`,
      hint: 'The link is alive. Check that this car has the ECU, and that the ignition is on; then try again.',
    });
    this.ecu = ecu;
  }
}

/** The ECU's answer belongs to the request and is not what it can be: `uds.unexpected-response`. */
export class UnexpectedResponseError extends KombiError {
  constructor(what: string, answer: Uint8Array) {
    super({
      code: 'uds.unexpected-response',
      message: `${what} cannot be: ${toHex(answer.subarray(0, 16), ' ')}${answer.length > 16 ? ' …' : ''}`,
      hint: 'Try again; if it stays, report it with a trace.',
    });
  }
}

/** `22 F190 (ReadDataByIdentifier)`: the head of a request, never the data of a write. */
export function describeRequest(request: Uint8Array): string {
  const service = request[0] ?? 0;
  const head = toHex(request.subarray(1, 3));
  return `${hexByte(service)}${head === '' ? '' : ` ${head}`} (${describeService(service)})`;
}

function hexByte(value: number): string {
  return toHex(Uint8Array.of(value));
}
