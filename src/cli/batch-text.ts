import { EXIT } from '../core/index.ts';
import type { BatchReport, CarFindings, CarOutcome } from '../job/batch/index.ts';
import { escapeText } from './escape.ts';
import { plural } from './format.ts';
import type { Style } from './style.ts';
import { table } from './text.ts';

/** The report of a batch: a row for each car, what failed with its explanation, and the sum. */
export function batchLines({ cars, succeeded, failed, notDone }: BatchReport, { style, width }: { style: Style; width: number }): string[] {
  const rows = cars.map((car) => [inColour(stateOf(car), style), escapeText(car.label), car.vin ?? '', tellOf(car)]);
  const counts = [
    style.good(`${plural(succeeded, 'car')} done`),
    ...(failed > 0 ? [style.failure(`${failed} failed`)] : []),
    ...(notDone > 0 ? [style.warning(`${notDone} not done`)] : []),
  ];
  return [...table(rows, width), '', counts.join(', ')];
}

/** What became of a car, in a word. */
export function stateOf({ ok, exit }: CarOutcome): 'done' | 'failed' | 'not done' {
  if (ok) return 'done';
  return exit === EXIT.interrupted || exit === EXIT.terminated ? 'not done' : 'failed';
}

function inColour(state: ReturnType<typeof stateOf>, style: Style): string {
  if (state === 'done') return style.good(state);
  return state === 'failed' ? style.failure(state) : style.warning(state);
}

function tellOf({ exit, result, error, notes }: CarOutcome): string {
  const failure = error === undefined ? [] : [`Exit ${exit}: ${sentence(error.message.replaceAll('\n', '; '))}`, plain(error.hint)];
  return [...findings(result), ...failure, ...notes]
    .filter((part) => part !== '')
    .map(escapeText)
    .join(' ');
}

function findings({ info, faults, backup, verify, plan }: CarFindings): string[] {
  const told: string[] = [];
  if (info)
    told.push(`${[info.model, info.series && `(${info.series})`, info.iLevel].filter(Boolean).join(' ')}, ${plural(info.ecus, 'ECU')}.`);
  if (faults)
    told.push(
      `${plural(faults.length, 'trouble code')}${faults.length > 0 ? `: ${faults.map(({ name, code }) => `${name} ${code}`).join(', ')}` : ''}.`,
    );
  if (backup)
    told.push(`Backup: ${plural(backup.blocks, 'block')} of ${plural(backup.ecus, 'ECU')}${backup.complete ? '' : ', not complete'}.`);
  if (verify) told.push(`As its last backup: ${plural(verify.blocks, 'block')}.`);
  if (plan) {
    const edits = plan.edits.map(({ address, old, new: next }) => `${address} ${old}→${next}`).join(', ');
    told.push(plan.alreadyDone ? `Holds it already: ${edits}.` : `Plan ${plan.id}: ${edits}.`);
  }
  return told;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Commands stand in backticks; in a table nothing else marks them. */
function plain(hint: string): string {
  return hint.replaceAll('`', '');
}
