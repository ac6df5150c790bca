import { findMessages } from '../../../catalog/index.ts';
import type { CommandSpec } from '../../command.ts';
import { messageResult, messageTable } from '../../messages-text.ts';
import { loadOwnTexts, TEXTS_OPTION } from '../../own-texts.ts';

export const find: CommandSpec = {
  name: 'find',
  summary: 'messages by words, in English and German',
  description:
    'Umlauts may be written as ae or without dots, and words that mean the same find each other, such as failure, malfunction and gestört. ' +
    'A number is an id.',
  arguments: [{ syntax: '<word...>', help: 'all of them must be in the label, the subject or your own text' }],
  options: [TEXTS_OPTION],
  examples: ['kombi messages find sos', 'kombi messages find emergency call restricted', 'kombi messages find Notruf --lang de'],
  run: async (context, input) => {
    const texts = await loadOwnTexts(context, input);
    const found = findMessages(input.rest(0).join(' '), await context.catalog(), texts);
    return {
      result: { messages: found.map((each) => messageResult(each, texts, context)) },
      lines: found.length > 0 ? messageTable(found, texts, context) : ['No message has these words. kombi messages list shows all.'],
    };
  },
};
