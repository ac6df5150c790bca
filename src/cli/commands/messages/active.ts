import { readMessages, seenMessages } from '../../../job/index.ts';
import type { CommandSpec } from '../../command.ts';
import { labelWithText, messageResult } from '../../messages-text.ts';
import { openTheCar } from '../../open-car.ts';
import { loadOwnTexts, TEXTS_OPTION } from '../../own-texts.ts';
import { table, wrap } from '../../text.ts';

const HYPOTHESIS = 'How the cluster keeps these records is a hypothesis: a message that is not among them may be raised all the same.';

export const active: CommandSpec = {
  name: 'active',
  summary: 'the messages that the car has raised or stored',
  description:
    'Told by the cluster (22 2521, 22 D10B), hidden messages too. That a message is not in its memory does not prove that it is not raised.',
  options: [TEXTS_OPTION],
  examples: ['kombi messages active --link enet:', 'kombi messages active --link mock:f06-sos --json'],
  run: async (context, input) => {
    const texts = await loadOwnTexts(context, input);
    const car = await openTheCar(context);
    const memory = await readMessages(car);
    const found = seenMessages(memory).map((id) => ({
      id,
      message: car.catalog.message(id),
      stored: memory.stored?.find((message) => message.id === id),
      raised: memory.active?.includes(id) ?? null,
    }));
    const rows = found.map(({ id, message, stored, raised }) => [
      String(id),
      [raised ? 'active' : undefined, stored && `stored at ${stored.mileageKm} km`].filter(Boolean).join(', '),
      labelWithText({ id, message }, texts, context),
    ]);
    const told = memory.active !== undefined || memory.stored !== undefined;
    const none = told ? "The cluster's memory holds no message." : 'This cluster does not tell its messages.';
    return {
      result: {
        told,
        evidence: 'hypothesis',
        messages: found.map(({ stored, raised, ...each }) => ({
          ...messageResult(each, texts, context),
          active: raised,
          ...(stored === undefined ? {} : { mileageKm: stored.mileageKm }),
        })),
      },
      lines: [...(rows.length > 0 ? table(rows, context.width) : [none]), ...(told ? wrap(HYPOTHESIS, { width: context.width }) : [])],
    };
  },
};
