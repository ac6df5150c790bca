import { KombiError } from './errors.ts';

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** An 8-bit BMW diagnostic address, such as 0x60 for the instrument cluster. */
export type EcuAddress = Brand<number, 'EcuAddress'>;
/** A 16-bit data identifier (ISO 14229 DID). A coding block is named by its DID. */
export type Did = Brand<number, 'Did'>;
/** A vehicle identification number: 17 characters, no I, O or Q. */
export type Vin = Brand<string, 'Vin'>;

/** Addresses every ECU at once on F-series cars (bmw-diagnostics §4, "ALL"). */
export const FUNCTIONAL_ADDRESS = 0xdf as EcuAddress;
/** Addresses every ECU at once on E-series cars (`C2 EF F1 1A 89` of an E61, recorded); not seen on later ones. */
export const E_SERIES_FUNCTIONAL_ADDRESS = 0xef as EcuAddress;
/** The tester on CAN (bmw-diagnostics §4). */
export const CAN_TESTER_ADDRESS = 0xf1 as EcuAddress;
/** The tester on ENET, as E-Sys, EdiabasLib and gallia use it (bmw-diagnostics §1.5). */
export const ENET_TESTER_ADDRESS = 0xf4 as EcuAddress;

/** Whether a message to this address is for every ECU. */
export function isFunctionalAddress(address: EcuAddress): boolean {
  return address === FUNCTIONAL_ADDRESS || address === E_SERIES_FUNCTIONAL_ADDRESS;
}

/** @throws {KombiError} `usage.ecu-address` outside 00..FF */
export function ecuAddress(value: number): EcuAddress {
  if (!Number.isInteger(value) || value < 0 || value > 0xff) {
    throw new KombiError({ code: 'usage.ecu-address', message: `${value} is not an ECU address (00 to FF)` });
  }
  return value as EcuAddress;
}

/** @throws {KombiError} `usage.did` outside 0000..FFFF */
export function did(value: number): Did {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff) {
    throw new KombiError({ code: 'usage.did', message: `${value} is not a data identifier (0000 to FFFF)` });
  }
  return value as Did;
}

const VIN_ALPHABET = /^[A-HJ-NPR-Z0-9]{17}$/;

export function isVin(text: string): text is Vin {
  return VIN_ALPHABET.test(text);
}

/** Two upper-case hex digits: `60`. */
export function formatEcuAddress(address: EcuAddress): string {
  return address.toString(16).toUpperCase().padStart(2, '0');
}

/** Four upper-case hex digits: `3301`. */
export function formatDid(value: Did): string {
  return value.toString(16).toUpperCase().padStart(4, '0');
}
