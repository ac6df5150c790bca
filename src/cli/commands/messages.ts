import type { CommandSpec } from '../command.ts';
import { active } from './messages/active.ts';
import { find } from './messages/find.ts';
import { hide, unhide } from './messages/hide.ts';
import { list } from './messages/list.ts';
import { show } from './messages/show.ts';

export const messages: CommandSpec = {
  name: 'messages',
  summary: 'Check Control messages: find, show, hide',
  description: 'Messages go by their CC-ID, such as 299 for the failed emergency call system.',
  examples: ['kombi messages find emergency', 'kombi messages active --link enet:', 'kombi messages hide 299 --link enet:'],
  commands: [list, find, show, active, hide, unhide],
};
