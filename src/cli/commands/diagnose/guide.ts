import { type AdvisedStep, diagnoseSos } from '../../../assistant/index.ts';
import { type GuideLine, nearestMatch } from '../../../catalog/index.ts';
import { EXIT, KombiError } from '../../../core/index.ts';
import { assertNoOpenJournal } from '../../../job/index.ts';
import type { Outcome } from '../../command.ts';
import { assertYes } from '../../consent.ts';
import type { Context } from '../../context.ts';
import { countDown } from '../../count-down.ts';
import { stepLines } from '../../diagnosis-text.ts';
import { linkAskedFor } from '../../open-car.ts';
import { wrap } from '../../text.ts';
import { compareLooks, type Look, lookAtCar } from './look.ts';
import { stepResult } from './result.ts';

/** Longer waits are the person's own: nobody leaves a laptop at the car for them. */
const LONGEST_TIMER_S = 3600;
const CONSENT_TO_DIAL = 'DIAL';

/**
 * Leads through one step: what to do, line by line, with a timer where something takes its time. The car is let go of
 * before; with a link it is looked at before and after. Where no person sits, the lines are told and nothing waits.
 *
 * @throws {KombiError} `usage.step` (exit 2); `consent.*` (exit 3); `job.open` (exit 5)
 */
export async function guideThrough(context: Context, id: string): Promise<Outcome> {
  const step = await findStep(context, id);
  if (step.dials) assertPersonForDialling(context, step);
  const linked = linkAskedFor(context) !== undefined && context.isPersonThere;
  const before = linked ? await lookAtCar(context) : undefined;
  // Without a link nobody knows which car loses its supply.
  if (step.needsNoOpenJob) await assertNoOpenJournal(await context.archive(), before?.vin);
  if (before !== undefined) await context.say('The car was read, and kombi has let go of it.');
  const page = {
    catalog: await context.catalog(),
    language: context.language,
    style: await context.style(),
    width: context.width,
    all: true,
  };
  const told = { step: stepResult(step, page) };
  if (!context.isPersonThere) {
    return { result: { ...told, guided: false }, lines: [...stepLines(step, page, '-'), ...guideText(step, context)] };
  }
  // Who asks for one step has its reason.
  await context.show(stepLines({ ...step, guide: [], reason: { en: '', de: '' } }, page, '-'));
  if (step.dials) await askToDial(context);
  for (const [index, line] of step.guide.entries()) await lead(context, line, `${index + 1}/${step.guide.length}`);
  for (const line of step.aftercare) await context.show(wrap(line, { width: context.width, indent: 4, lead: '  ·' }));
  const after = before === undefined ? undefined : await lookAgain(context, before);
  return {
    result: { ...told, guided: true, ...(after === undefined ? {} : { compared: after.result }) },
    lines: after?.lines ?? ['Done. If the message is still there: `kombi diagnose sos` again, and say what you tried.'],
  };
}

async function findStep(context: Context, id: string): Promise<AdvisedStep> {
  const catalog = await context.catalog();
  const { steps } = diagnoseSos({ answers: {}, catalog, today: context.io.now().toISOString().slice(0, 10) });
  const guided = catalog.diagnosis.steps.filter(({ guide }) => guide.length > 0).map((step) => step.id);
  const found = steps.find((step) => step.id === id && step.guide.length > 0);
  if (found !== undefined) return found;
  const nearest = nearestMatch(id, guided);
  throw new KombiError({
    code: 'usage.step',
    message: `"${id}" is no step that can be led through`,
    hint: `${nearest === undefined ? '' : `Did you mean ${nearest}? `}Steps: ${guided.join(', ')}.`,
  });
}

async function lead(context: Context, line: GuideLine, mark: string): Promise<void> {
  await context.show(wrap(line.do, { width: context.width, indent: 6, lead: ` ${mark}` }));
  if (line.seconds === undefined) return assertYes(context, 'Done?');
  if (line.seconds > LONGEST_TIMER_S) {
    const end = new Date(context.io.now().getTime() + line.seconds * 1000);
    return assertYes(context, `Not before ${end.toISOString().slice(0, 16).replace('T', ' ')} UTC. Done?`);
  }
  await assertYes(context, `Start the timer of ${line.seconds < 120 ? `${line.seconds} seconds` : `${line.seconds / 60} minutes`}?`);
  await countDown(context, line.seconds);
}

function guideText({ guide, aftercare }: AdvisedStep, { width }: Context): string[] {
  return [
    ...guide.flatMap((line, index) =>
      wrap(`${line.do}${line.seconds === undefined ? '' : ` (${line.seconds} s)`}`, {
        width,
        indent: 6,
        lead: ` ${index + 1}/${guide.length}`,
      }),
    ),
    ...aftercare.flatMap((line) => wrap(line, { width, indent: 4, lead: '  ·' })),
  ];
}

function assertPersonForDialling(context: Context, { warning = '' }: AdvisedStep): void {
  if (context.isPersonThere) return;
  throw new KombiError({
    code: 'consent.missing',
    exit: EXIT.refused,
    message: warning,
    hint: 'This is only led through in a terminal, where somebody types that they want it; --yes does not.',
  });
}

async function askToDial(context: Context): Promise<void> {
  const typed = await (await context.prompter()).ask(
    `This dials the emergency centre. Type ${CONSENT_TO_DIAL} to go on:`,
    context.io.signal,
  );
  if (typed.trim() === CONSENT_TO_DIAL) return;
  throw new KombiError({
    code: 'consent.refused',
    exit: EXIT.refused,
    message: 'You did not consent to dial',
    hint: 'The other steps dial nobody: `kombi diagnose sos`',
  });
}

async function lookAgain(context: Context, before: Look) {
  await assertYes(context, 'Connect the adapter again, ignition on, and look at the car?');
  return compareLooks(before, await lookAtCar(context));
}
