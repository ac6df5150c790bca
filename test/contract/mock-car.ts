import type { Did, EcuAddress } from '../../src/core/index.ts';
import type { Car } from '../../src/mock/index.ts';
import type { ContractCar } from './transport-contract.ts';

const LONG_DID = 0x3301;

/** What the contract asks about a car, of a mock car such as `f06-sos`. */
export function aboutCar(car: Car): Pick<ContractCar, 'vin' | 'long' | 'pending' | 'ecus'> {
  return {
    vin: car.vin,
    long: { did: LONG_DID as Did, bytes: car.profile.ecus.get(0x60)?.blocks.get(LONG_DID) ?? new Uint8Array(0) },
    pending: { ecu: 0x12 as EcuAddress, did: 0xf101 as Did },
    ecus: car.ecuAddresses(),
  };
}

/** A mock car of one test, and the transport that reaches it until `unplug` takes the other end away. */
export function contractCar(car: Car, { transport, unplug }: Pick<ContractCar, 'transport' | 'unplug'>): ContractCar {
  return {
    transport,
    ...aboutCar(car),
    unplug,
    dispose: async () => {
      await unplug();
      car.close();
    },
  };
}
