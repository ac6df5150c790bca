import { type Did, type EcuAddress, equalBytes, toHex, type Vin } from '../../core/index.ts';
import { encodeClearDtcs, encodeClearKwpTroubleCodes, encodeHardReset, encodeWriteDid } from '../../uds/index.ts';
import type { Protocol } from '../../vehicle/index.ts';

/**
 * Leave to send one message that changes a car, once. Only this room makes one, and for a block only after the
 * block's previous bytes and the intent to replace them are durable on disk.
 */
export type Token = WriteBlockToken | ServiceToken;

export interface WriteBlockToken {
  readonly kind: 'write-block';
  readonly vin: Vin;
  readonly ecu: EcuAddress;
  readonly block: Did;
  readonly bytes: Uint8Array;
}

export interface ServiceToken {
  readonly kind: 'reset' | 'clear-trouble-codes';
  readonly vin: Vin;
  readonly ecu: EcuAddress;
}

/** The one message that a token lets through, in the car's own protocol. */
export function messageOf(token: Token, protocol: Protocol = 'uds'): Uint8Array {
  switch (token.kind) {
    case 'write-block':
      return encodeWriteDid(token.block, token.bytes);
    case 'reset':
      return encodeHardReset();
    case 'clear-trouble-codes':
      return protocol === 'kwp' ? encodeClearKwpTroubleCodes() : encodeClearDtcs();
  }
}

/** Whether `message`, which is about to leave for `ecu`, is the one in `leave`. */
export function tokenCovers(leave: { readonly token: Token; readonly protocol: Protocol }, ecu: EcuAddress, message: Uint8Array): boolean {
  return leave.token.ecu === ecu && equalBytes(messageOf(leave.token, leave.protocol), message);
}

export function describeMessage(ecu: EcuAddress, message: Uint8Array): string {
  return `${toHex(message.subarray(0, 3), ' ')} to ${toHex(Uint8Array.of(ecu))}`;
}
