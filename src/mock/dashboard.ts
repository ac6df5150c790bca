import type { Car } from './car.ts';

/** What the driver sees of the messages that are raised. */
export interface Dashboard {
  readonly shown: readonly number[];
  readonly hidden: readonly number[];
}

/**
 * The dashboard of a mock car: a raised message is shown unless its bit in the masks is 0. Message n has bit n mod 8
 * of byte n div 8, where the profile says its masks lie; a car without masks, or a message beyond them, shows all.
 *
 * @see bmw-diagnostics §8: formula by a public calculator, polarity by owners; that it holds here is synthetic
 */
export function dashboard(car: Car): Dashboard {
  const { ecu: address, masks } = car.profile.dashboard;
  const ecu = car.ecus.get(address);
  const bytes = masks === undefined ? undefined : ecu?.memory.effective(masks);
  const raised = ecu?.messages.raised ?? [];
  const isShown = (id: number) => (((bytes?.[id >> 3] ?? 0xff) >> (id & 7)) & 1) === 1;
  return { shown: raised.filter(isShown), hidden: raised.filter((id) => !isShown(id)) };
}
