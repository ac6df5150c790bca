import { resolveEcu } from '../../../coding/index.ts';
import { EXIT, KombiError } from '../../../core/index.ts';
import { type BackupResult, backUp, type Lack } from '../../../job/index.ts';
import { TOOL } from '../../carry-out-plan.ts';
import type { CommandSpec } from '../../command.ts';
import { escapeText } from '../../escape.ts';
import { carLine, ecuTitle, hexAddress, plural } from '../../format.ts';
import { keepReplayApart, openTheCar } from '../../open-car.ts';
import { wrap } from '../../text.ts';

export const create: CommandSpec = {
  name: 'create',
  summary: 'save every coding block, and read the file back',
  description:
    'What may be written one day is read twice, metadata and signatures once. What cannot be read is left out and named, and the command then ends with 3, though the backup is saved; with --partial it ends with 0. Blocks that an ECU refuses to show are recorded with its code: they end nothing, but make the backup incomplete. Where nobody knows which blocks an ECU has, every identifier of 3000-35FF and 3700-37FF is asked for: there all blocks of recorded cars lie.',
  options: [
    { flags: '--ecu <ecu>', help: 'only this ECU, by name or address; may be given several times', repeatable: true },
    { flags: '--label <text>', help: 'a name for the backup' },
    { flags: '--partial', help: 'be content with what can be read' },
    { flags: '--full', help: 'ask for every identifier from 3000 to 3EFF, whatever is known' },
  ],
  examples: ['kombi backup create --link enet:', 'kombi backup create --ecu KOMBI --label "before the dealer" --link mock:f06-sos'],
  run: async (context, input) => {
    keepReplayApart(context);
    const catalog = await context.catalog();
    const named = input.list('ecu').map((text) => resolveEcu(text, catalog));
    const car = await openTheCar(context);
    const style = await context.style();
    await context.show([style.heading(await carLine(car))]);
    const label = input.text('label');
    const saved = await backUp(car, await context.archive(), {
      ...(named.length > 0 ? { ecus: [...new Set(named)] } : {}),
      tool: TOOL,
      ...(label === undefined ? {} : { label }),
      mayLack: true,
      full: input.flag('full'),
      onProgress: (await context.progress()).tell,
    });
    const doubts = saved.lacks.filter(({ why }) => why !== 'refused');
    if (doubts.length > 0 && !input.flag('partial')) throw incomplete(saved, doubts);
    const { id, path, vin, ecus, blocks, complete, lacks } = saved;
    return {
      result: { id, path, vin, ecus: ecus.length, blocks, complete, lacks: lacks.map((lack) => ({ ...lack, ecu: hexAddress(lack.ecu) })) },
      lines: [
        `Backup  ${style.mark(id)}  ${plural(blocks, 'block')} of ${ecus.length === 1 ? ecus.map(ecuTitle).join('') : plural(ecus.length, 'ECU')}, read back from disk`,
        escapeText(path),
        ...(complete ? [] : [style.warning('Not complete:')]),
        ...lacks.flatMap((lack) => wrap(lackText(lack), { width: context.width, indent: 2 })),
      ],
    };
  },
};

function incomplete({ id, path }: BackupResult, lacks: readonly Lack[]): KombiError {
  return new KombiError({
    code: 'backup.incomplete',
    exit: EXIT.refused,
    message: `Backup ${id} is saved, but lacks what could not be read:`,
    items: lacks.map(lackText),
    hint: `It lies at ${path} and is good for what it holds. Switch the ignition on, wait a minute and try again; --partial is content with what can be read.`,
  });
}

function lackText({ ecu, name, why, blocks }: Lack): string {
  const title = ecuTitle({ address: ecu, name });
  const dids = blocks.map(({ did, nrc }) => (why === 'refused' ? `${did} (${nrc})` : did)).join(' ');
  switch (why) {
    case 'silent':
      return blocks.length === 0 ? `${title} does not answer` : `${title} stopped answering; not read: ${dids}`;
    case 'refuses-all':
      return `${title} refuses all that it is asked for; which blocks it has is not known`;
    case 'unread':
      return `${title} shows these blocks differently each time, or not at all: ${dids}`;
    case 'refused':
      return `${title} refuses to show ${dids}`;
  }
}
