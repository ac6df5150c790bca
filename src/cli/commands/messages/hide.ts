import { messageEdit } from '../../../coding/index.ts';
import { assertCodable, findMessageBlock, planCoding } from '../../../job/index.ts';
import { runWritingCommand } from '../../carry-out-plan.ts';
import type { CommandSpec } from '../../command.ts';
import { parseMessageId } from '../../parse-message-id.ts';

export const hide = maskCommand({
  name: 'hide',
  wish: 'hide',
  summary: 'let the cluster no longer show messages',
  description: 'Changes one bit a message in the block that this cluster holds. It hides the message and repairs nothing.',
});

export const unhide = maskCommand({
  name: 'unhide',
  wish: 'show',
  summary: 'let the cluster show messages again',
  description: 'Changes one bit a message, whoever hid it.',
});

interface MaskCommand {
  readonly name: string;
  readonly wish: 'hide' | 'show';
  readonly summary: string;
  readonly description: string;
}

function maskCommand({ name, wish, summary, description }: MaskCommand): CommandSpec {
  return {
    name,
    summary,
    description,
    arguments: [{ syntax: '<id...>', help: 'CC-IDs, such as 299' }],
    options: [
      { flags: '--dry-run', help: 'show the plan and stop' },
      { flags: '--label <text>', help: 'a name for the job and its backup' },
    ],
    examples: [`kombi messages ${name} 299 --dry-run --link mock:f06-sos`, `kombi messages ${name} 299 --link enet:`],
    run: (context, input) => {
      const ids = input.rest(0).map(parseMessageId);
      const { experimental } = context.globals;
      return runWritingCommand(context, {
        plan: async (car) => {
          // Said before the block is looked for; of an E-series car no block is known, whatever may be written there.
          if (car.identity.protocol === 'uds') assertCodable(car, { experimental });
          const layout = await findMessageBlock(car);
          const edits = ids.map((id) => messageEdit(id, wish, { layout, catalog: car.catalog }));
          return planCoding(car, edits, { experimental });
        },
        dryRun: input.flag('dryRun'),
        label: input.text('label'),
      });
    },
  };
}
