import { type Effect, hiddenDangers, hidesEmergencyCall } from '../coding/index.ts';
import type { Car } from './car.ts';
import type { MessageReport } from './message-report.ts';
import type { PlanNote } from './plan.ts';

/** More ids than these are no help to anybody. */
const NAMED_IDS = 16;

/** What the person should know who consents to messages being hidden; nothing where none is. */
export function messageNotes(car: Car, effects: readonly Effect[], reports: readonly MessageReport[]): readonly PlanNote[] {
  const hidden = effects.filter(({ becomes }) => becomes === 'hidden');
  const dangers = hiddenDangers(hidden);
  return [
    ...(hidesEmergencyCall(hidden) ? emergencyCallNotes(car) : []),
    ...dangerNotes(dangers.filter(({ dangerous }) => dangerous)),
    ...unknownNotes(dangers.filter(({ dangerous }) => !dangerous)),
    ...unseenNotes(
      car,
      reports.filter(({ id }) => hidden.some(({ messageId }) => messageId === id)),
    ),
  ];
}

/** @see sos-failure: drivable, call and ConnectedDrive lost (S1 to S3); mandatory in Europe (S2); warranty first (S3): published */
function emergencyCallNotes({ identity }: Car): readonly PlanNote[] {
  const built = identity.productionDate === undefined ? '' : ` This car was built to the standard of ${identity.productionDate}.`;
  return [
    { code: 'hides-emergency-call', text: 'This hides the message. It repairs nothing: emergency calls stay unavailable.' },
    {
      code: 'emergency-call-lost',
      text:
        'No emergency call will be possible, and no message will say so to you, or to whoever drives this car after you. ' +
        'It stays drivable; ConnectedDrive may be lost with the call.',
    },
    {
      code: 'emergency-call-rules',
      text:
        'In Europe the emergency call is mandatory (S2, an article on the X1): ask what that means where you live. ' +
        `Under a warranty let the dealer mend it first (S3, a page on the warning light).${built}`,
    },
  ];
}

function dangerNotes(effects: readonly Effect[]): readonly PlanNote[] {
  if (effects.length === 0) return [];
  const [warns, they] = effects.length === 1 ? ['warns', 'it'] : ['warn', 'they'];
  return [{ code: 'hides-danger', text: `${messagesText(effects)} ${warns} of danger. Hidden, ${they} will not warn you.` }];
}

function unknownNotes(effects: readonly Effect[]): readonly PlanNote[] {
  if (effects.length === 0) return [];
  const [is, it] = effects.length === 1 ? ['is', 'it says'] : ['are', 'they say'];
  return [
    { code: 'hides-unknown', text: `${messagesText(effects)} ${is} not known here: what ${it}, and of what danger, nobody can tell you.` },
  ];
}

/** Before a message is hidden it should be certain that it is the one which the driver sees. */
function unseenNotes({ catalog }: Car, reports: readonly MessageReport[]): readonly PlanNote[] {
  const unseen = reports.filter(({ told, seenActive, stored }) => told && !seenActive && stored === undefined);
  if (unseen.length === 0) return [];
  const others = [...new Set(unseen.flatMap(({ seenInstead }) => seenInstead))];
  const names = others.map((id) => `${id} (${catalog.message(id)?.label.en ?? 'unknown message'})`).join(', ');
  const ids = idsText(unseen.map(({ id }) => id));
  const advice =
    others.length === 0
      ? `The cluster's memory does not hold ${ids}: be certain that it is what you see before you hide it.`
      : `${ids} was not seen, ${names} was: to hide ${ids} will hardly change what you see. Look at \`kombi messages show ${others[0]}\` first.`;
  return [
    { code: 'not-seen', text: advice },
    {
      code: 'record-layout',
      text: 'How the cluster keeps these records is a hypothesis: what was not seen in them may be raised all the same.',
    },
  ];
}

function messagesText(effects: readonly Effect[]): string {
  return `${effects.length === 1 ? 'Message' : 'Messages'} ${idsText(effects.map(({ messageId }) => messageId))}`;
}

function idsText(ids: readonly number[]): string {
  const more = ids.length > NAMED_IDS ? ` and ${ids.length - NAMED_IDS} more` : '';
  return `${ids.slice(0, NAMED_IDS).join(', ')}${more}`;
}
