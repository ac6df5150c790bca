import type { CommandSpec } from '../../command.ts';
import { messageResult, messageTable } from '../../messages-text.ts';

export const find: CommandSpec = {
  name: 'find',
  summary: 'messages by words, in English and German',
  arguments: [{ syntax: '<word...>', help: 'all of them must be in the label or the subject' }],
  examples: ['kombi messages find emergency call', 'kombi messages find Notruf --lang de'],
  run: async (context, input) => {
    const words = input.rest(0).map((word) => word.toLowerCase());
    const found = (await context.catalog()).messages.filter(({ label, subject }) => {
      const text = `${label.en} ${label.de} ${subject}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    return {
      result: { messages: found.map((message) => messageResult(message, context)) },
      lines: found.length > 0 ? messageTable(found, context) : ['No message has these words. kombi messages list shows all.'],
    };
  },
};
