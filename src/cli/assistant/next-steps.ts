import * as z from 'zod';
import type { Vin } from '../../core/index.ts';
import { escapeText } from '../escape.ts';
import { wrap } from '../text.ts';
import type { AssistedCar } from './assisted-car.ts';
import { compareWithBackup } from './backups.ts';
import type { CarSummary } from './car-summary.ts';

/** What is needed here of the result of `kombi diagnose`. */
const diagnosis = z.object({
  causes: z.array(z.object({ title: z.string() })),
  steps: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      title: z.string(),
      leading: z.boolean(),
      do: z.array(z.string()),
      where: z.array(z.string()),
      guide: z.array(z.unknown()),
      command: z.string().optional(),
    }),
  ),
});

type Step = z.infer<typeof diagnosis>['steps'][number];

/** Steps that are offered before the others are asked for. */
const FIRST = 6;
const MORE = 'more';
const BACK = 'back';
/** It takes a backup, which has to be chosen. */
const COMPARE = 'kombi backup diff';

/** The diagnosis, then what it advises, until somebody goes back. */
export async function diagnoseAndGoOn(assisted: AssistedCar, { vin }: CarSummary): Promise<void> {
  let steps: readonly Step[] = [];
  let question = '';
  await assisted.run(['diagnose', 'sos'], ({ result }) => {
    const { causes, steps: advised } = diagnosis.parse(result);
    steps = advised;
    question = `Likeliest by points: ${escapeText(causes[0]?.title ?? 'unknown')}. What next?`;
  });
  const [hiding, others] = [steps.filter(isHiding), steps.filter((step) => !isHiding(step))];
  let offered: readonly Step[] = [...others.filter(({ leading }) => leading).slice(0, FIRST), ...hiding];
  let standard = offered[0]?.id ?? BACK;
  while (offered.length > 0) {
    standard = await chooseStep(assisted, { question, offered, more: steps.length - offered.length, standard });
    const step = offered.find(({ id }) => id === standard);
    if (standard === MORE) offered = steps;
    else if (step === undefined) return;
    else await takeStep(assisted, step, vin);
  }
}

/** It stands last, and is always offered. */
function isHiding({ kind }: Step): boolean {
  return kind === 'hide';
}

interface Offer {
  readonly question: string;
  readonly offered: readonly Step[];
  /** Steps that are not offered yet. */
  readonly more: number;
  readonly standard: string;
}

async function chooseStep(assisted: AssistedCar, { question, offered, more, standard }: Offer): Promise<string> {
  const choices = [
    ...offered.map((step) => ({ value: step.id, label: escapeText(step.title), hint: hintOf(step) })),
    ...(more > 0 ? [{ value: MORE, label: `${more} more steps`, hint: 'For when these have not helped.' }] : []),
    { value: BACK, label: 'Back' },
  ];
  return (await assisted.prompter()).choose(question, choices, { standard, signal: assisted.signal });
}

function hintOf({ id, kind, guide, command }: Step): string {
  if (guide.length > 0) return `Leads through it: kombi diagnose sos --guide ${id}`;
  if (command === undefined) return 'Done by hand: says how.';
  return kind === 'part' ? `When the part is in: ${command}` : command;
}

/** Leads through it, or runs its command; what is left for a person to do is told. */
async function takeStep(assisted: AssistedCar, { id, kind, guide, command, do: lines, where }: Step, vin: Vin): Promise<void> {
  if (guide.length > 0) return assisted.run(['diagnose', 'sos', '--guide', id]);
  await assisted.tell([...lines, ...where].flatMap((text) => wrap(escapeText(text), { width: assisted.width, indent: 4, lead: '  ·' })));
  if (command === undefined) return;
  if (command === COMPARE) return compareWithBackup(assisted, vin);
  const prompter = await assisted.prompter();
  if (kind === 'part' && !(await prompter.confirm(`Is it in already? Then run \`${command}\`?`, false, assisted.signal))) return;
  await assisted.run(command.split(' ').slice(1));
}
