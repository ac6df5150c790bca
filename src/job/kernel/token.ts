import { type Did, type EcuAddress, equalBytes, toHex, type Vin } from '../../core/index.ts';
import { encodeClearDtcs, encodeHardReset, encodeWriteDid } from '../../uds/index.ts';

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

/** The one message that a token lets through. */
export function messageOf(token: Token): Uint8Array {
  switch (token.kind) {
    case 'write-block':
      return encodeWriteDid(token.block, token.bytes);
    case 'reset':
      return encodeHardReset();
    case 'clear-trouble-codes':
      return encodeClearDtcs();
  }
}

export function tokenCovers(token: Token, ecu: EcuAddress, message: Uint8Array): boolean {
  return token.ecu === ecu && equalBytes(messageOf(token), message);
}

export function describeMessage(ecu: EcuAddress, message: Uint8Array): string {
  return `${toHex(message.subarray(0, 3), ' ')} to ${toHex(Uint8Array.of(ecu))}`;
}
