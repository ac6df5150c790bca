import { type EcuAddress, formatEcuAddress, isKombiError, KombiError } from '../../core/index.ts';
import { DTC_STATUS, type UdsClient } from '../../uds/index.ts';
import type { VehicleIdentity } from '../../vehicle/index.ts';

/**
 * What an ECU says of its coding by the last byte of trouble code 02<address><byte>.
 *
 * @see source: bmw-diagnostics §6 "Bad coding data" (published: ECU descriptions of G-series units; on SP2021 clusters
 *   09 stands for "does not fit" and 0A for "not qualified")
 */
const MEANINGS: ReadonlyMap<number, string> = new Map([
  [0x08, 'it is not coded'],
  [0x09, 'an error in the coding, or coding data that do not fit'],
  [0x0a, 'the signature of its coding data is not valid, or they are not qualified'],
  [0x0b, 'its coding data do not fit the vehicle'],
  [0x0c, 'its coding data are not plausible'],
]);
const FIRST_BYTE = 0x02;
const SIGNATURE_INVALID = 0x0a;
const STATUS_MASK = DTC_STATUS.pending | DTC_STATUS.confirmed;

interface CarAsked {
  readonly client: UdsClient;
  readonly identity: Pick<VehicleIdentity, 'protocol'>;
}

/** A trouble code by which an ECU complains of its coding. */
export interface CodingFault {
  readonly ecu: EcuAddress;
  /** Six hex digits: `02600A`. */
  readonly code: string;
  readonly text: string;
  readonly isSignature: boolean;
}

/** What these ECUs complain of; those that do not tell complain of nothing. Link errors pass. */
export async function readCodingFaults(car: CarAsked, ecus: readonly EcuAddress[], signal?: AbortSignal): Promise<readonly CodingFault[]> {
  const faults: CodingFault[] = [];
  // No E-series trouble code of that meaning is published.
  if (car.identity.protocol === 'kwp') return faults;
  for (const ecu of ecus) {
    const codes = await car.client.readDtcs(ecu, STATUS_MASK, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      if (isKombiError(error, 'uds') || isKombiError(error, 'ecu')) return [];
      throw error;
    });
    for (const { code } of codes) {
      const text = MEANINGS.get(code & 0xff);
      if (code >> 8 !== FIRST_BYTE * 0x100 + ecu || text === undefined) continue;
      faults.push({ ecu, code: code.toString(16).toUpperCase().padStart(6, '0'), text, isSignature: (code & 0xff) === SIGNATURE_INVALID });
    }
  }
  return faults;
}

/**
 * After a write that was read back over a reset: an ECU that now complains of its coding has not taken it.
 *
 * @throws {KombiError} `car.signed-coding` for an invalid signature, `coding.rejected` for any other complaint
 */
export async function assertNoNewCodingFault(car: CarAsked, ecus: readonly EcuAddress[], before: readonly CodingFault[]): Promise<void> {
  const known = new Set(before.map(({ ecu, code }) => `${ecu} ${code}`));
  const [fault] = (await readCodingFaults(car, ecus)).filter(({ ecu, code }) => !known.has(`${ecu} ${code}`));
  if (fault === undefined) return;
  throw new KombiError({
    code: fault.isSignature ? 'car.signed-coding' : 'coding.rejected',
    message: `ECU ${formatEcuAddress(fault.ecu)} stores ${fault.code} since it was coded: ${fault.text}`,
    hint: fault.isSignature
      ? 'This unit checks a signature over its coding data, which only its maker can give. It cannot be coded with kombi.'
      : 'This unit does not take this coding. Nothing more can be tried from here.',
  });
}
