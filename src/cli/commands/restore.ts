import { parseAddress, resolveEcu } from '../../coding/index.ts';
import { type Did, did, type EcuAddress, KombiError } from '../../core/index.ts';
import { planRestore } from '../../job/index.ts';
import { runWritingCommand } from '../carry-out-plan.ts';
import type { CommandSpec } from '../command.ts';
import type { Context } from '../context.ts';

export const restore: CommandSpec = {
  name: 'restore',
  summary: 'put blocks of a backup back',
  description: 'Without --block: the blocks of the job that the backup was made for. Only into the very ECUs it was read from.',
  arguments: [{ syntax: '<backup>', help: 'the id of a backup or its beginning, or the path of one' }],
  options: [
    { flags: '--block <address>', help: 'a block to put back, such as KOMBI:3301, or 3301 where only one ECU holds it', repeatable: true },
    { flags: '--dry-run', help: 'show the plan and stop' },
    { flags: '--label <text>', help: 'a name for the job and its backup' },
  ],
  examples: ['kombi restore a3f9 --link enet:', 'kombi restore a3f9 --block KOMBI:3301 --dry-run --link mock:f06-sos'],
  run: async (context, input) => {
    const backup = input.required(0);
    const blocks: { ecu: EcuAddress | undefined; did: Did }[] = [];
    for (const text of input.list('block')) blocks.push(await parseBlock(context, text));
    // A backup that does not exist or is damaged is refused before any car is asked.
    await (await context.archive()).loadBackup(backup);
    return runWritingCommand(context, {
      plan: (car, archive) => planRestore(car, archive, backup, blocks.length > 0 ? { blocks } : {}),
      dryRun: input.flag('dryRun'),
      label: input.text('label'),
    });
  },
};

async function parseBlock(context: Context, text: string): Promise<{ ecu: EcuAddress | undefined; did: Did }> {
  if (/^[0-9a-f]{4}$/i.test(text)) return { ecu: undefined, did: did(Number.parseInt(text, 16)) };
  const address = parseAddress(text);
  if (address.parameter !== undefined || address.byte !== undefined) {
    throw new KombiError({
      code: 'usage.address',
      message: `"${text}" is more than a block`,
      hint: 'Blocks are put back whole: KOMBI:3301.',
    });
  }
  return { ecu: resolveEcu(address.ecu, await context.catalog()), did: address.did };
}
