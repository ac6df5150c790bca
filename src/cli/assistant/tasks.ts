import type { Choice } from '../prompter.ts';
import type { AssistedCar } from './assisted-car.ts';
import { keepBackups } from './backups.ts';
import type { CarSummary } from './car-summary.ts';
import { editCoding } from './edit-coding.ts';
import { lookAtMessages } from './messages.ts';
import { diagnoseAndGoOn } from './next-steps.ts';
import { cookRecipes } from './recipes.ts';

/** Something that somebody may want of a car. What goes wrong in it has been told when it returns. */
export type Task = (assisted: AssistedCar, summary: CarSummary) => Promise<void>;

interface Entry extends Choice {
  readonly task: Task | 'leave' | 'other-car';
  readonly isOffered?: (summary: CarSummary) => boolean;
}

const ENTRIES: readonly Entry[] = [
  {
    value: 'recover',
    label: 'Finish or put back the job that was interrupted',
    hint: 'First of all: until then nothing else is written, and the car should not be driven.',
    task: command('recover'),
    isOffered: ({ jobOpen }) => jobOpen,
  },
  {
    value: 'sos',
    label: 'What is wrong with my SOS call?',
    hint: 'Asks the car and you, ranks the causes, says what to try first. Changes nothing.',
    task: diagnoseAndGoOn,
  },
  { value: 'messages', label: 'Check Control messages: see, hide, show again', task: lookAtMessages },
  { value: 'coding', label: 'Look at and change coding, byte by byte', task: editCoding },
  { value: 'recipes', label: 'Recipes: known codings that fit this car', task: cookRecipes },
  { value: 'backups', label: 'Backups: save, compare, put back', task: keepBackups },
  { value: 'undo', label: 'Take the last change back', task: command('undo'), isOffered: ({ canUndo }) => canUndo },
  { value: 'about', label: 'About this car and its control units', task: command('info') },
  { value: 'faults', label: 'Trouble codes', task: command('faults') },
  { value: 'history', label: 'What was done to this car', task: command('history') },
  { value: 'other-car', label: 'Another car or another link', task: 'other-car' },
  { value: 'leave', label: 'Leave', task: 'leave' },
];

/** What to do next; at first under the cursor is what matters most. */
export async function chooseTask(assisted: AssistedCar, summary: CarSummary): Promise<Entry['task']> {
  const entries = ENTRIES.filter(({ isOffered }) => isOffered === undefined || isOffered(summary));
  const prompter = await assisted.prompter();
  const chosen = await prompter.choose('What would you like to do?', entries, { signal: assisted.signal });
  return entries.find(({ value }) => value === chosen)?.task ?? 'leave';
}

function command(...words: readonly string[]): Task {
  return async (assisted) => {
    await assisted.run(words);
  };
}
