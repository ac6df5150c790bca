import type { CommandSpec } from '../../command.ts';
import { messageResult, messageTable } from '../../messages-text.ts';

export const list: CommandSpec = {
  name: 'list',
  summary: 'the messages that have a label here',
  examples: ['kombi messages list', 'kombi messages list --lang de'],
  run: async (context) => {
    const { messages } = await context.catalog();
    return { result: { messages: messages.map((message) => messageResult(message, context)) }, lines: messageTable(messages, context) };
  },
};
