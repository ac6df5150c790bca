import type { Archive } from '../archive/index.ts';
import { EMERGENCY_CALL_MESSAGES } from '../catalog/index.ts';
import { messageAddress } from '../coding/index.ts';
import { type Did, type EcuAddress, formatEcuAddress, isKombiError, isVin, printableAscii } from '../core/index.ts';
import { DTC_STATUS } from '../uds/index.ts';
import { type ComparedEcu, codingRule, readIfTold, type SosFacts } from '../vehicle/index.ts';
import type { Car } from './car.ts';
import { compareWithCar } from './compare-car.ts';
import { findMessageBlock } from './find-message-block.ts';
import { readFaultsIfTold, readMessages } from './message-report.ts';
import type { OnProgress } from './plan.ts';
import { readAddresses } from './read-addresses.ts';

const CLUSTER = 0x60 as EcuAddress;
const EMERGENCY_CALL_UNIT = 0x61 as EcuAddress;
const HEAD_UNIT = 0x63 as EcuAddress;
/** Where trouble codes of the emergency call are looked for. */
const ASKED_FOR_FAULTS = [CLUSTER, EMERGENCY_CALL_UNIT, HEAD_UNIT];
const FAILURE_MESSAGES = Object.values(EMERGENCY_CALL_MESSAGES);
const VIN_DID = 0xf190 as Did;
/** What the unit of a recorded G31 answers, although its coding holds the VIN (recorded): it says nothing. */
const NO_VIN = '0'.repeat(17);

export interface GatherOptions {
  /** Where backups to compare with may be; absent: nothing is compared. */
  readonly archive?: Archive | undefined;
  readonly onProgress?: OnProgress;
}

/**
 * Asks a car all that bears on its emergency call; only reads. What an ECU refuses or is silent about counts as not told.
 *
 * @throws {KombiError} `link.*`, `car.changed`
 */
export async function gatherSosFacts(car: Car, { archive, onProgress = () => undefined }: GatherOptions = {}): Promise<SosFacts> {
  const survey = await car.survey(onProgress);
  const answering = new Set(survey.filter(({ answers }) => answers).map(({ address }) => address));
  const faults: SosFacts['faults'][number][] = [];
  const faultsToldBy: EcuAddress[] = [];
  for (const ecu of ASKED_FOR_FAULTS.filter((address) => answering.has(address))) {
    onProgress({ step: 'faults', ecu });
    const told = await readFaultsIfTold(car, ecu);
    if (told === undefined) continue;
    faultsToldBy.push(ecu);
    faults.push(...told.map(({ code, status, statusAvailability }) => ({ ecu, code, present: failsNow(status & statusAvailability) })));
  }
  const speaksUds = car.identity.protocol === 'uds';
  const { active, stored } = speaksUds && answering.has(CLUSTER) ? await readMessages(car) : { active: undefined, stored: undefined };
  const { vin, series, model, productionDate, iLevels } = car.identity;
  return {
    vehicle: { vin, series, model, productionDate, iLevels },
    coding: codingRule(car.identity),
    voltage: await car.voltage(),
    ecus: survey.map(({ address, name, answers }) => ({ address, name, answers })),
    unit: answering.has(EMERGENCY_CALL_UNIT) ? await readUnit(car) : { vin: undefined, built: undefined },
    faults,
    faultsToldBy,
    messages: active === undefined && stored === undefined ? undefined : { active: active ?? [], stored: stored ?? [] },
    hidden: speaksUds ? await readHidden(car) : undefined,
    compared: archive === undefined ? [] : await compareWithBackups(car, archive, onProgress),
  };
}

function failsNow(status: number): boolean {
  return (status & DTC_STATUS.testFailed) !== 0;
}

async function readUnit(car: Car): Promise<SosFacts['unit']> {
  const data = car.identity.protocol === 'uds' ? await readIfTold(car.client, EMERGENCY_CALL_UNIT, VIN_DID, car.signal) : undefined;
  const text = data && printableAscii(data);
  const details = await ifTold(() => car.ecuDetails(EMERGENCY_CALL_UNIT));
  return { vin: text !== undefined && text !== NO_VIN && isVin(text) ? text : undefined, built: details?.date };
}

/** Those that coding hides; undefined where this cluster's masks are not known. */
async function readHidden(car: Car): Promise<readonly number[] | undefined> {
  const layout = await ifTold(() => findMessageBlock(car));
  if (layout === undefined) return undefined;
  const read = await ifTold(() =>
    readAddresses(
      car,
      FAILURE_MESSAGES.map((id) => messageAddress(id, layout, car.catalog)),
    ),
  );
  return read && FAILURE_MESSAGES.filter((_, index) => read[index]?.value.bit !== layout.mask?.shownWhen);
}

/** The emergency-call unit and the cluster, each against the last sound backup that has blocks of it. */
async function compareWithBackups(car: Car, archive: Archive, onProgress: OnProgress): Promise<readonly ComparedEcu[]> {
  const backups = await ifTold(() => archive.listBackups(car.identity.vin));
  const compared: ComparedEcu[] = [];
  for (const ecu of [EMERGENCY_CALL_UNIT, CLUSTER]) {
    const address = formatEcuAddress(ecu);
    const last = backups?.findLast(
      ({ state, ecus }) => state === 'intact' && ecus?.some((each) => each.address === address && each.blocks > 0) === true,
    );
    const backup = last && (await ifTold(() => archive.loadBackup(last.id)));
    if (last === undefined || backup === undefined) continue;
    const saved = { ...backup, ecus: backup.ecus.filter((each) => each.address === address) };
    const [found] = (await compareWithCar(car, saved, onProgress)).difference.ecus;
    // One that is silent today is told by the list of ECUs.
    if (found !== undefined && found.kind !== 'both') continue;
    compared.push({
      ecu,
      backup: last.id,
      result: found === undefined ? 'same' : found.identity.length > 0 ? 'unit' : 'coding',
      blocks: found?.blocks.map(({ did }) => `${address}:${did}`) ?? [],
    });
  }
  return compared;
}

/** A backup that cannot be read is none, to a command that only reads a car. */
async function ifTold<Value>(ask: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (['uds', 'ecu', 'coding', 'archive'].some((room) => isKombiError(error, room))) return undefined;
    throw error;
  }
}
