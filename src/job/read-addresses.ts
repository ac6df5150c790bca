import { type AddressSyntax, checkAddress, type DecodedValue, decodeTarget, resolveAddress, type Target } from '../coding/index.ts';
import { cafdsOf } from '../vehicle/index.ts';
import type { Car } from './car.ts';
import { explainAbsence } from './read-twice.ts';

export interface ReadValue {
  readonly target: Target;
  readonly value: DecodedValue;
}

/**
 * Reads what addresses name, in their order; a block named more than once is read once.
 *
 * @throws {KombiError} `usage.*` before the car is asked where the words are wrong; `ecu.*`, `uds.*`, `link.*`
 */
export async function readAddresses(car: Car, addresses: readonly AddressSyntax[]): Promise<readonly ReadValue[]> {
  const checked = addresses.map((address) => ({ address, ecu: checkAddress(address, car.catalog) }));
  const blocks = new Map<string, Promise<Uint8Array>>();
  const values: ReadValue[] = [];
  for (const { address, ecu } of checked) {
    const key = `${ecu}:${address.did}`;
    const reading = blocks.get(key) ?? car.client.readDid(ecu, address.did, car.signal === undefined ? {} : { signal: car.signal });
    blocks.set(key, reading);
    const bytes = await reading.catch((error: unknown) => {
      throw explainAbsence(error, car.catalog, { ecu, did: address.did });
    });
    const { svk } = await car.ecu(ecu);
    const target = resolveAddress(address, { catalog: car.catalog, cafds: cafdsOf(svk), vin: car.identity.vin, blockLength: bytes.length });
    values.push({ target, value: decodeTarget(bytes, target) });
  }
  return values;
}
