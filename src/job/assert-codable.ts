import type { Catalog } from '../catalog/index.ts';
import { isSignature } from '../coding/index.ts';
import { did, EXIT, formatDid, KombiError } from '../core/index.ts';
import { cafdsOf, codingRule, type EcuIdentity } from '../vehicle/index.ts';
import type { Car } from './car.ts';
import { readCodingFaults } from './kernel/coding-faults.ts';
import type { PlanNote } from './plan.ts';
import { readIfAllowed } from './read-if-allowed.ts';

/** Where recorded G-series units keep the signature of their coding data, whatever the unit (bmw-diagnostics §7.3). */
const SIGNATURE_PLACES = [did(0x37f1), did(0x37fd)];

const NO_KEYS =
  'Bytes changed here would carry no valid signature, and only BMW can give one: the unit would refuse them, or take them and fail. ' +
  'Reading, backups and comparing work; coding needs a dealer or software with access to BMW.';

/** The one public coding write to an E-series unit. */
const E_SERIES_EVIDENCE =
  'The only public coding write to an E-series unit is one recording: an E61, unit 40, block 3005, without a session before it';

/**
 * Whether this car's coding may be changed at all, by its series and I-level. Undoing and restoring need no leave: the
 * bytes that they put back were in the car before.
 *
 * @throws {KombiError} `car.signed-coding`; `car.e-series`, `car.unknown-series` without `experimental` (exit 3)
 */
export function assertCodable(car: Car, { experimental = false }: { readonly experimental?: boolean | undefined }): readonly PlanNote[] {
  const { rule, reason } = codingRule(car.identity);
  switch (rule) {
    case 'plain':
      return [];
    case 'signed':
      throw signedCoding(`The coding of this car is signed. ${reason}`, []);
    case 'e-series':
      if (experimental)
        return [
          {
            code: 'experimental',
            text: `Experimental: ${reason}. ${E_SERIES_EVIDENCE}. Nothing public stands behind any other unit or car.`,
          },
        ];
      throw new KombiError({
        code: 'car.e-series',
        exit: EXIT.refused,
        message: `${reason}, and are not coded without --experimental`,
        items: [E_SERIES_EVIDENCE, 'No layout of a block of an E-series unit is known: parameters have no names there'],
        hint: 'Reading and backups work. NCS Expert and its kin code this generation; a backup shows them what to look for.',
      });
    case 'unknown':
      if (experimental) return [{ code: 'experimental', text: `Experimental: ${reason}.` }];
      throw new KombiError({
        code: 'car.unknown-series',
        exit: EXIT.refused,
        message: `${reason}, so kombi does not write to it`,
        hint: 'If you know that units of this car take coding data without a signature, --experimental allows it and shows the whole block.',
      });
  }
}

/**
 * What the units themselves say of signed coding before anything is written to them.
 *
 * @throws {KombiError} `car.signed-coding` where one stores that its signature is not valid
 */
export async function assertUnsigned(car: Car, ecus: readonly EcuIdentity[]): Promise<readonly PlanNote[]> {
  const notes: PlanNote[] = [];
  for (const ecu of ecus) {
    const places = await signaturesOf(car, ecu);
    const [fault] = (await readCodingFaults(car, [ecu.address], car.signal)).filter(({ isSignature }) => isSignature);
    if (fault !== undefined) {
      throw signedCoding(
        `${ecu.name} stores ${fault.code}: ${fault.text}`,
        places.map((place) => `Block ${place} of ${ecu.name} has the shape of a signature`),
      );
    }
    if (places.length > 0 && !isMock(car.catalog, ecu)) {
      notes.push({
        code: 'signature-block',
        text:
          `${ecu.name} holds a signature of its coding data (block ${places.join(', ')}). Whether a unit of this series wants it renewed is not publicly known. ` +
          'kombi leaves it as it is, and puts the block back if the unit complains afterwards.',
      });
    }
  }
  return notes;
}

/** Blocks of a unit that have the shape of a signature: where any unit may keep it, and where this one is known to. */
async function signaturesOf(car: Car, ecu: EcuIdentity): Promise<readonly string[]> {
  const cafds = cafdsOf(ecu.svk);
  const own = car.catalog.protectedBlocks.filter(
    (row) => row.ecu === ecu.address && (row.cafds === undefined || row.cafds.some((id) => cafds.includes(id))),
  );
  const places = new Set(SIGNATURE_PLACES);
  for (const { first, last } of own) for (let at: number = first; at <= last; at += 1) places.add(did(at));
  const found: string[] = [];
  for (const place of places) {
    const bytes = await readIfAllowed(car, ecu.address, place);
    if (bytes !== undefined && isSignature(bytes)) found.push(formatDid(place));
  }
  return found;
}

/** What a mock car of ours does with its signature is known. */
function isMock(catalog: Catalog, { svk }: EcuIdentity): boolean {
  const cafds = cafdsOf(svk);
  return cafds.length > 0 && cafds.every((id) => catalog.cafds.some((row) => row.id === id && row.evidence === 'synthetic'));
}

function signedCoding(message: string, items: readonly string[]): KombiError {
  return new KombiError({ code: 'car.signed-coding', exit: EXIT.refused, message, items, hint: NO_KEYS });
}
