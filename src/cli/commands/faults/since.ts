import { type EcuAddress, KombiError } from '../../../core/index.ts';
import { compareFaults, faultsInBackup, type StoredFault } from '../../../job/index.ts';
import type { Outcome } from '../../command.ts';
import type { Context } from '../../context.ts';
import { type EcuFault, noneText, titledFaults, WORDS } from '../../faults-text.ts';
import { openTheCar } from '../../open-car.ts';
import { wrap } from '../../text.ts';
import { faultResult, faultsIn, readAll } from './read.ts';

/** The trouble codes now against those in a backup of the same car, over the ECUs of which both tell. */
export async function faultsSince(context: Context, name: string, only: EcuAddress | undefined): Promise<Outcome> {
  const archive = await context.archive();
  const backup = await archive.loadBackup(name);
  const car = await openTheCar(context);
  if (backup.vehicle.vin !== car.identity.vin) {
    throw new KombiError({
      code: 'car.other',
      message: `The backup is of ${backup.vehicle.vin}, this is ${car.identity.vin}`,
      hint: '`kombi backup list` shows the backups of each car.',
    });
  }
  const saved = faultsInBackup(car, backup);
  if (saved.size === 0) {
    throw new KombiError({
      code: 'backup.lacks-faults',
      message: 'The backup holds no trouble codes',
      hint: '`kombi faults --save` puts them into one, and so does --clear; `kombi backup show` tells what a backup holds.',
    });
  }
  const { ecus, unread } = await readAll(context, car, { only, details: false, info: false });
  const both = ecus.filter(({ identity }) => saved.has(identity.address));
  const now = faultsIn(both);
  const before = both.flatMap(({ identity }) => (saved.get(identity.address) ?? []).map((fault) => ({ ...fault, identity })));
  const { gone, there, added } = compareFaults(before, now);
  const words = WORDS[context.language];
  const named = (codes: readonly StoredFault[], faults: readonly EcuFault[]) =>
    faults
      .filter((fault) => codes.some(({ code, ecu }) => fault.code === code && fault.ecu === ecu))
      .map((fault) => ({ ...fault, details: undefined }));
  const lines = [
    ...(await titledFaults(context, words.goneSince, named(gone, before))),
    ...(await titledFaults(context, words.stillThere, named(there, now))),
    ...(await titledFaults(context, words.newSinceBackup, named(added, now))),
  ];
  const toJson = (faults: readonly EcuFault[]) => faults.map((fault) => faultResult(fault, context));
  return {
    result: {
      faults: toJson(now),
      before: toJson(before),
      gone: toJson(named(gone, before)),
      stillThere: toJson(named(there, now)),
      new: toJson(named(added, now)),
      unread,
    },
    lines: lines.length > 0 ? lines : wrap(noneText(unread, context), { width: context.width }),
  };
}
