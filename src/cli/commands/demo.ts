import type { CommandSpec } from '../command.ts';
export const demo: CommandSpec = { name: 'demo', summary: '', run: async () => undefined };
