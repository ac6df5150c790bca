import type { CommandSpec } from '../command.ts';
import { create } from './backup/create.ts';
import { diff } from './backup/diff.ts';
import { exportBackupCommand } from './backup/export.ts';
import { importBackupCommand } from './backup/import.ts';
import { list } from './backup/list.ts';
import { prune } from './backup/prune.ts';
import { show } from './backup/show.ts';
import { verify } from './backup/verify.ts';

export const backup: CommandSpec = {
  name: 'backup',
  summary: 'create, list, show, verify, compare, export, import and prune backups',
  examples: ['kombi backup create --link enet:', 'kombi backup list', 'kombi backup verify --all'],
  commands: [create, list, show, verify, diff, exportBackupCommand, importBackupCommand, prune],
};
