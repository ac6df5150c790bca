import { hidesEmergencyCall } from '../coding/index.ts';
import type { Plan } from '../job/index.ts';

const CLUSTER = 0x60;

/** What to expect and to do after a plan was carried out, one sentence or two a line. */
export function whatFollows({ kind, ecus, effects }: Plan): readonly string[] {
  const hides = effects.some(({ becomes }) => becomes === 'hidden');
  return [
    // Owners (2: Mark, 2015 640d Gran Coupé; hythemr, 2015 M6), 6post thread on the SOS call failure; how it is set no source tells.
    ...(ecus.some(({ address }) => address === CLUSTER)
      ? ["The cluster may ask for time and date: two owners were asked. Set them in the car's own menus."]
      : []),
    ...(kind === 'code' ? ['A dealer update may take this coding back. To put it on again: kombi reapply'] : []),
    // The same thread: a car dialled the emergency services while its owner tested.
    ...(hidesEmergencyCall(effects) ? ['Do not press the SOS button to test: it dials.'] : []),
    ...(hides ? ['Check again after some drives what the car raises: kombi messages active'] : []),
  ];
}
