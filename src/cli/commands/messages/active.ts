import { readMessages } from '../../../job/index.ts';
import type { CommandSpec } from '../../command.ts';
import { escapeText } from '../../escape.ts';
import { messageLabel } from '../../messages-text.ts';
import { openTheCar } from '../../open-car.ts';
import { table } from '../../text.ts';

export const active: CommandSpec = {
  name: 'active',
  summary: 'the messages that the car has raised or stored',
  description: 'Told by the cluster (22 2521, 22 D10B). That a message is not in its memory does not prove that it is not raised.',
  examples: ['kombi messages active --link enet:', 'kombi messages active --link mock:f06-sos --json'],
  run: async (context) => {
    const car = await openTheCar(context);
    const memory = await readMessages(car);
    const ids = [...new Set([...(memory.active ?? []), ...(memory.stored ?? []).map(({ id }) => id)])].sort((left, right) => left - right);
    const messages = ids.map((id) => {
      const stored = memory.stored?.find((message) => message.id === id);
      return {
        id,
        label: messageLabel(car.catalog.message(id), context),
        active: memory.active?.includes(id) ?? null,
        ...(stored === undefined ? {} : { mileageKm: stored.mileageKm }),
      };
    });
    const told = memory.active !== undefined || memory.stored !== undefined;
    const rows = messages.map(({ id, label, active: raised, mileageKm }) => [
      String(id),
      [raised ? 'active' : undefined, mileageKm === undefined ? undefined : `stored at ${mileageKm} km`].filter(Boolean).join(', '),
      escapeText(label),
    ]);
    const none = told ? 'The cluster stores no message.' : 'This cluster does not tell its messages.';
    return { result: { told, messages }, lines: rows.length > 0 ? table(rows, context.width) : [none] };
  },
};
