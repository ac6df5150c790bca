import type { BackupContent } from '../../archive/index.ts';
import { compareWithCar } from '../../job/index.ts';
import { escapeText } from '../escape.ts';
import { plural, toTheSecond } from '../format.ts';
import { openTheCar } from '../open-car.ts';
import type { AssistedCar } from './assisted-car.ts';
import type { CarSummary } from './car-summary.ts';

const CHOICES = [
  { value: 'create', label: 'Save the whole car', hint: 'Reads every coding block of every control unit. Changes nothing.' },
  { value: 'list', label: 'Which backups are there?' },
  { value: 'diff', label: 'Compare one with the car' },
  { value: 'restore', label: 'Put blocks of one back' },
  { value: 'verify', label: 'Check that every file is whole' },
  { value: 'back', label: 'Back' },
] as const;

/** The archive, as far as it is about this car, until somebody goes back. */
export async function keepBackups(assisted: AssistedCar, { vin }: CarSummary): Promise<void> {
  let chosen: (typeof CHOICES)[number]['value'] = 'create';
  for (;;) {
    const prompter = await assisted.prompter();
    chosen = await prompter.choose('Backups', CHOICES, { standard: chosen, signal: assisted.signal });
    if (chosen === 'back') return;
    if (chosen === 'create') await assisted.run(['backup', 'create']);
    else if (chosen === 'list') await assisted.run(['backup', 'list', '--vin', vin]);
    else if (chosen === 'verify') await assisted.run(['backup', 'verify', '--all']);
    else if (chosen === 'diff') await compareWithBackup(assisted, vin);
    else await restoreBlocks(assisted, vin);
  }
}

/** One backup, chosen, against the car. */
export async function compareWithBackup(assisted: AssistedCar, vin: string): Promise<void> {
  const id = await chooseBackup(assisted, vin);
  if (id !== undefined) await assisted.run(['backup', 'diff', id, '--car']);
}

async function restoreBlocks(assisted: AssistedCar, vin: string): Promise<void> {
  const id = await chooseBackup(assisted, vin);
  if (id === undefined) return;
  const blocks = await chooseBlocks(assisted, id);
  if (blocks.length > 0) await assisted.run(['restore', id, ...blocks.flatMap((block) => ['--block', block])]);
}

/** The id of one that can be read; the newest is under the cursor. */
async function chooseBackup(assisted: AssistedCar, vin: string): Promise<string | undefined> {
  await using look = assisted.look();
  const backups = await (await look.archive()).listBackups(vin);
  const choices = backups.toReversed().flatMap(({ id, state, time, ecus = [], label }) => {
    if (state !== 'intact') return [];
    const what = ecus.length === 1 ? (ecus[0]?.name ?? ecus[0]?.address ?? '') : plural(ecus.length, 'control unit');
    return [{ value: id, label: [toTheSecond(time), id, escapeText(what), escapeText(label ?? '')].filter(Boolean).join('  ') }];
  });
  if (choices.length === 0) {
    await look.say('There is no backup of this car yet.');
    return undefined;
  }
  const prompter = await assisted.prompter();
  const chosen = await prompter.choose('Which backup?', [...choices, { value: 'back', label: 'Back' }], { signal: assisted.signal });
  return chosen === 'back' ? undefined : chosen;
}

/** Those of a backup that the car holds otherwise now. */
async function chooseBlocks(assisted: AssistedCar, id: string): Promise<readonly string[]> {
  const choices = await differingBlocks(assisted, id);
  if (choices.length === 0) {
    await assisted.tell(['The car holds every block as the backup has it: there is nothing to put back.']);
    return [];
  }
  return (await assisted.prompter()).chooseSome('Which blocks? (none: back)', choices, assisted.signal);
}

async function differingBlocks(assisted: AssistedCar, id: string) {
  await using look = assisted.look();
  const backup: BackupContent = await (await look.archive()).loadBackup(id);
  const { difference } = await compareWithCar(await openTheCar(look), backup, (await look.progress()).tell);
  return difference.ecus.flatMap(({ address, name, blocks }) =>
    blocks
      .filter(({ kind }) => kind === 'changed')
      .map(({ did, bytes }) => ({
        value: `${address}:${did}`,
        label: `${escapeText(name ?? address)} ${did}, ${plural(bytes.length, 'byte')}`,
      })),
  );
}
