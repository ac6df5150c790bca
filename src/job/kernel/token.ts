import { type Did, type EcuAddress, equalBytes, toHex, type Vin } from '../../core/index.ts';

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

const MESSAGES = {
  reset: Uint8Array.of(0x11, 0x01),
  'clear-trouble-codes': Uint8Array.of(0x14, 0xff, 0xff, 0xff),
} as const;
const WRITE_DATA_BY_IDENTIFIER = 0x2e;

/** The one message that a token lets through (ISO 14229-1: 2E, 11 01, 14 FFFFFF). */
export function messageOf(token: Token): Uint8Array {
  if (token.kind !== 'write-block') return MESSAGES[token.kind];
  const message = new Uint8Array(3 + token.bytes.length);
  message.set([WRITE_DATA_BY_IDENTIFIER, token.block >> 8, token.block & 0xff]);
  message.set(token.bytes, 3);
  return message;
}

export function tokenCovers(token: Token, ecu: EcuAddress, message: Uint8Array): boolean {
  return token.ecu === ecu && equalBytes(messageOf(token), message);
}

export function describeMessage(ecu: EcuAddress, message: Uint8Array): string {
  return `${toHex(message.subarray(0, 3), ' ')} to ${toHex(Uint8Array.of(ecu))}`;
}
