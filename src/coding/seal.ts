import { createHash } from 'node:crypto';
import { type EcuAddress, formatDid, formatEcuAddress, KombiError, toHex, type Vin } from '../core/index.ts';
import type { BlockChange } from './change.ts';

/** The ECU of a plan, as exactly as it can be told from another. */
export interface SealedEcu {
  readonly address: EcuAddress;
  readonly serial: string | undefined;
  /** The whole SVK as the ECU sent it. */
  readonly svk: Uint8Array | undefined;
}

export interface SealOptions {
  readonly vin: Vin;
  /** The ECUs that the changes touch. */
  readonly ecus: readonly SealedEcu[];
  readonly changes: readonly Pick<BlockChange, 'ecu' | 'did' | 'old' | 'mask' | 'new'>[];
}

const DIGITS = 16;

/**
 * The seal of a plan: whoever consents to it consents to these bytes on this car, on any link and at any time.
 *
 * Shape   the first 16 hex digits, lower case, of the SHA-256 of the UTF-8 text
 *         `["kombi-plan@1",vin,[[ecu,serial,svk,[[did,old,mask,new],…]],…]]`, JSON without spaces: ECUs by ascending
 *         address, blocks by ascending DID, all bytes in upper-case hex, `null` for a serial or an SVK that was not told
 *
 * @throws {KombiError} `bug.seal` where a change has no ECU among `ecus`, or a block has two changes
 */
export function planId({ vin, ecus, changes }: SealOptions): string {
  const rows = ecus
    .toSorted((left, right) => left.address - right.address)
    .map(({ address, serial, svk }) => [
      formatEcuAddress(address),
      serial ?? null,
      svk === undefined ? null : toHex(svk),
      changes
        .filter(({ ecu }) => ecu === address)
        .sort((left, right) => left.did - right.did)
        .map((change) => [formatDid(change.did), toHex(change.old), toHex(change.mask), toHex(change.new)]),
    ]);
  const places = new Set(changes.map(({ ecu, did }) => `${ecu}:${did}`));
  if (places.size !== changes.length || changes.some(({ ecu }) => !ecus.some(({ address }) => address === ecu))) {
    throw new KombiError({ code: 'bug.seal', message: 'Each changed block needs its ECU, and is changed once' });
  }
  return createHash('sha256')
    .update(JSON.stringify(['kombi-plan@1', vin, rows]))
    .digest('hex')
    .slice(0, DIGITS);
}
