import { type EcuAddress, isKombiError } from '../../../core/index.ts';
import {
  assertClearable,
  type ClearedEcu,
  type ClearedFaults,
  clearFaults,
  compareFaults,
  lockCar,
  type StoredFault,
} from '../../../job/index.ts';
import { refusedWithoutLink, TOOL } from '../../carry-out-plan.ts';
import type { Outcome } from '../../command.ts';
import { assertYes } from '../../consent.ts';
import type { Context } from '../../context.ts';
import { type EcuFault, faultLines, noneText, titledFaults, WORDS } from '../../faults-text.ts';
import { plural } from '../../format.ts';
import { openCarToWrite } from '../../open-car.ts';
import { wrap } from '../../text.ts';
import { faultResult, faultsIn, readAll } from './read.ts';

/** Clears what is stored, ECU by ECU. Somebody must say yes: what the ECUs know of when and how it came is then only in the archive. */
export async function clearFaultsOf(context: Context, only: EcuAddress | undefined): Promise<Outcome> {
  const car = await openCarToWrite(context);
  const { experimental } = context.globals;
  assertClearable(car, experimental);
  const archive = await context.archive();
  const lock = await lockCar(car, archive);
  context.defer(async () => lock[Symbol.asyncDispose]());
  try {
    const { ecus, unread } = await readAll(context, car, { only, details: false, info: false });
    const before = faultsIn(ecus);
    if (before.length === 0)
      return { result: { faults: [], before: [], unread }, lines: wrap(noneText(unread, context), { width: context.width }) };
    if (!context.globals.json) await context.say((await faultLines(context, before)).join('\n'));
    await assertYes(context, `Clear ${plural(before.length, 'trouble code')}? What they tell of when and how they came is saved first.`);
    const cleared = await clearFaults(car, {
      ecus: ecus.filter(({ faults }) => faults.length > 0),
      archive,
      lock,
      tool: TOOL,
      experimental,
      signal: context.io.signal,
      onProgress: (await context.progress()).tell,
    });
    return await outcomeOf(context, cleared, unread);
  } catch (error) {
    throw isKombiError(error) ? refusedWithoutLink(error) : error;
  }
}

async function outcomeOf(context: Context, { backup, ecus }: ClearedFaults, unread: readonly object[]): Promise<Outcome> {
  const before = ecus.flatMap((ecu) => faultsOf(ecu, ecu.before));
  const after = ecus.flatMap((ecu) => faultsOf(ecu, ecu.after ?? []));
  const { gone, there, added } = compareFaults(before, after);
  const style = await context.style();
  const words = WORDS[context.language];
  const inList = (codes: readonly StoredFault[], faults: readonly EcuFault[]) =>
    faults.filter((fault) => codes.some(({ code, ecu }) => fault.code === code && fault.ecu === ecu));
  const toJson = (faults: readonly EcuFault[]) => faults.map((fault) => faultResult(fault, context));
  return {
    result: {
      faults: toJson(after),
      before: toJson(before),
      backup,
      gone: gone.map(codeOf),
      cameBack: there.map(codeOf),
      new: added.map(codeOf),
      unread,
    },
    lines: [
      `Saved   ${style.mark(backup)}  ${plural(before.length, 'trouble code')}`,
      ...(await titledFaults(context, words.gone, inList(gone, before))),
      ...(await titledFaults(context, words.backAtOnce, inList(there, after))),
      ...(await titledFaults(context, words.newSince, inList(added, after))),
    ],
    vehicle: 'changed',
  };
}

function faultsOf({ identity }: ClearedEcu, faults: ClearedEcu['before']): readonly EcuFault[] {
  return faults.map((fault) => ({ ...fault, identity }));
}

function codeOf({ ecu, code }: { readonly ecu: EcuAddress; readonly code: string }) {
  return { ecu: ecu.toString(16).toUpperCase().padStart(2, '0'), code };
}
