import { isKombiError, type Vin } from '../../core/index.ts';
import { type Car, readMessageMask, readMessages } from '../../job/index.ts';
import type { Context } from '../context.ts';
import { escapeText } from '../escape.ts';
import { carLine, plural } from '../format.ts';
import { byLayout, messageLabel } from '../messages-text.ts';
import { openTheCar } from '../open-car.ts';
import { wrap } from '../text.ts';

/** What the menu has to know of a car. */
export interface CarSummary {
  readonly vin: Vin;
  /** As a person reads it. */
  readonly lines: readonly string[];
  /** An interrupted job: nothing else may be written before it is recovered. */
  readonly jobOpen: boolean;
  /** There is a job to take back. */
  readonly canUndo: boolean;
}

const EMERGENCY_CALL = 'emergency-call';

/**
 * Who it is, what it says of its emergency call, and what was done to it before.
 *
 * @param look disposed of by the caller, and with it the connection
 * @throws {KombiError} `link.*`, `adapter.*`, `car.no-vin`
 */
export async function summarizeCar(look: Context): Promise<CarSummary> {
  const { width } = look;
  const [car, style] = [await openTheCar(look), await look.style()];
  const { vin } = car.identity;
  const heading = wrap(style.heading(await carLine(car)), { width });
  const { active, stored } = await readMessages(car);
  const raised = new Set([...(active ?? []), ...(stored ?? []).map(({ id }) => id)]);
  const calls = [...raised].sort((left, right) => left - right).filter((id) => car.catalog.message(id)?.subject === EMERGENCY_CALL);
  const hidden = await hiddenIn(car);
  const messages = calls.map((id) => {
    const when = active?.includes(id) === true ? 'active now' : 'stored';
    const seen = hidden.ids.includes(id) ? `, and ${hidden.says}hidden: the driver does not see it` : '';
    return style.warning(`Message ${id}, ${escapeText(messageLabel(car.catalog.message(id), look))}: ${when}${seen}`);
  });
  const told = active !== undefined || stored !== undefined;
  const none = told ? 'No emergency-call message seen in the cluster’s memory.' : 'This cluster does not tell its messages.';
  const jobs = await jobsOn(look, vin);
  const past = jobs.length === 0 ? [] : [`${plural(jobs.length, 'job')} on this car so far.`];
  const jobOpen = jobs.includes('OPEN');
  return {
    vin,
    lines: [
      ...heading,
      ...[...(messages.length > 0 ? messages : [none]), ...past].flatMap((text) => wrap(text, { width, indent: 2, lead: '  ' })),
    ],
    jobOpen,
    canUndo: !jobOpen && jobs.includes('COMMITTED'),
  };
}

/** What the cluster's masks hide, and how well that is known; nothing where they are not known. */
async function hiddenIn(car: Car): Promise<{ ids: readonly number[]; says: string }> {
  try {
    const { hidden, layout } = await readMessageMask(car);
    return { ids: hidden, says: byLayout(layout) };
  } catch (error) {
    if (isKombiError(error, 'coding') || isKombiError(error, 'ecu') || isKombiError(error, 'uds')) return { ids: [], says: '' };
    throw error;
  }
}

/** How each job on this car ended, oldest first; to look at a car no archive is needed. */
async function jobsOn(look: Context, vin: Vin) {
  const { hasJournals } = await import('../../archive/has-journals.ts');
  if (!hasJournals(await look.archiveDirectory(), vin)) return [];
  try {
    return (await (await look.archive()).listJournals(vin)).map(({ state }) => state);
  } catch (error) {
    if (isKombiError(error, 'archive')) return [];
    throw error;
  }
}
