import { checkEdit, type EditSyntax, parseEdit, parseEditFile } from '../../coding/index.ts';
import { KombiError } from '../../core/index.ts';
import { planCoding } from '../../job/index.ts';
import { runWritingCommand } from '../carry-out-plan.ts';
import type { CommandSpec } from '../command.ts';
import type { Context } from '../context.ts';
import type { Input } from '../input.ts';
import { readNamedFile } from '../read-named-file.ts';

export const code: CommandSpec = {
  name: 'code',
  summary: 'change coding: plan, consent, backup, write, verify',
  description:
    'An edit is <ecu>:<block>[/<parameter>][.<byte>[.<bit>]]=[<old>:]<new>, values in hex, a bit 0 or 1. Several edits are one job: all or none. ' +
    'Nothing is written before you have seen the plan and consented to it: by typing the end of the VIN, or with --accept and the id of the plan.',
  arguments: [{ syntax: '[edit...]', help: 'what to change' }],
  options: [
    { flags: '-f, --file <path>', help: 'edits from a file, one a line, # begins a comment; - is stdin' },
    { flags: '--dry-run', help: 'show the plan and stop' },
    { flags: '--label <text>', help: 'a name for the job and its backup' },
  ],
  examples: [
    'kombi code KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7 --link mock:f06-sos',
    'kombi code KOMBI:3301/CC_ACTIVIERUNG_5.5.3=0 --dry-run --link enet:',
    'kombi code 60:3301.@25.3=0 --accept 5f2c91ab0d3e7712 --json --link enet:',
    'kombi code -f edits.txt --label "after the dealer" --link elm327:///dev/ttyUSB0',
  ],
  run: async (context, input) => {
    const edits = await readEdits(context, input);
    // Wrong words are refused before any car is asked.
    const catalog = await context.catalog();
    for (const edit of edits) checkEdit(edit, catalog);
    const { experimental } = context.globals;
    return runWritingCommand(context, {
      plan: (car) => planCoding(car, edits, { experimental }),
      dryRun: input.flag('dryRun'),
      label: input.text('label'),
    });
  },
};

async function readEdits(context: Context, input: Input): Promise<readonly EditSyntax[]> {
  const file = input.text('file');
  const edits = [...input.rest(0).map(parseEdit), ...(file === undefined ? [] : parseEditFile(await readText(context, file)))];
  if (edits.length > 0) return edits;
  throw new KombiError({
    code: 'usage.edit',
    message: file === undefined ? 'No edit is given' : `${file === '-' ? 'Standard input' : file} holds no edit`,
    hint: 'Such as: `kombi code KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7`',
  });
}

async function readText({ io }: Context, file: string): Promise<string> {
  return file === '-' ? io.stdin.read() : (await readNamedFile(file, 'Name a text file with one edit a line.')).toString('utf8');
}
