import { KombiError } from '../../core/index.ts';
import type { CommandSpec } from '../command.ts';

export const schema: CommandSpec = {
  name: 'schema',
  summary: 'the JSON Schema of a result',
  description:
    'JSON Schema (draft 2020-12) of `result` in what --json prints; schema, ok, vehicle and error around it are the same for every command. Without a command: the names of all.',
  arguments: [{ syntax: '[command...]', help: 'such as read, or backup create' }],
  examples: ['kombi schema read', 'kombi schema backup create'],
  run: async (_, input) => {
    const { jsonSchemaOf, schemaNames } = await import('../schemas/index.ts');
    const name = input.rest(0).join('-');
    if (name === '') return { result: { commands: schemaNames() }, lines: schemaNames().map((each) => each.replace('-', ' ')) };
    const found = jsonSchemaOf(name);
    if (found === undefined) {
      throw new KombiError({
        code: 'usage.command',
        message: `There is no schema of "${input.rest(0).join(' ')}"`,
        hint: `Known are ${schemaNames().join(', ').replaceAll('-', ' ')}.`,
      });
    }
    return { result: { schema: found }, lines: [JSON.stringify(found, undefined, 2)] };
  },
};
