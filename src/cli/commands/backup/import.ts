import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { decodeImport, importedDraft, MAX_FILE_BYTES, sha256 } from '../../../archive/index.ts';
import { resolveEcu } from '../../../coding/index.ts';
import { formatEcuAddress, KombiError, messageOf } from '../../../core/index.ts';
import { TOOL } from '../../carry-out-plan.ts';
import type { CommandSpec } from '../../command.ts';
import { escapeText } from '../../escape.ts';
import { plural } from '../../format.ts';

export const importBackupCommand: CommandSpec = {
  name: 'import',
  summary: 'take in an export, S-records, or a backup of hsfz-toolkit',
  description:
    'The kind of the file is known by its content. The backup says where it came from, that its bytes were read once at best, and that it is not complete. ' +
    'Blocks go back into a car from it only where it holds serial and SVK of the very unit; json exports do.',
  arguments: [{ syntax: '<file>', help: 'what to import, at most 16 MiB' }],
  options: [
    { flags: '--vin <vin>', help: 'the car, where the file does not say it' },
    { flags: '--ecu <ecu>', help: 'the ECU, where S-records do not say it' },
    { flags: '--label <text>', help: 'a name for the backup' },
  ],
  examples: ['kombi backup import backup.json', 'kombi backup import cluster.ncd --vin WBA6C92010D000001 --ecu KOMBI'],
  run: async (context, input) => {
    const file = input.required(0);
    const vin = input.text('vin')?.toUpperCase();
    const ecu = input.text('ecu');
    const label = input.text('label');
    const bytes = await readBounded(file);
    const catalog = await context.catalog();
    const { format, exported } = decodeImport(bytes, {
      name: file,
      ...(vin === undefined ? {} : { vin }),
      ...(ecu === undefined ? {} : { ecu: formatEcuAddress(resolveEcu(ecu, catalog)) }),
    });
    const draft = importedDraft(exported, { tool: TOOL, format, sha256: sha256(bytes), ...(label === undefined ? {} : { label }) });
    const { id, path, content } = await (await context.archive()).saveBackup(draft);
    const blocks = content.ecus.reduce((sum, { blocks }) => sum + blocks.length, 0);
    const { redacted } = exported;
    const restorable = !redacted && content.ecus.some(({ serial, svk }) => serial !== null && svk !== null);
    const style = await context.style();
    return {
      result: {
        id,
        path,
        vin: content.vehicle.vin,
        ecus: content.ecus.length,
        blocks,
        complete: false,
        importedFrom: { format, redacted },
        restorable,
      },
      lines: [
        `Backup  ${style.mark(id)}  ${plural(blocks, 'block')} of ${plural(content.ecus.length, 'ECU')}, imported from ${escapeText(basename(file))}`,
        escapeText(path),
        ...(restorable ? [] : [style.warning(redacted ? REDACTED : LACKING)]),
      ],
    };
  },
};

const REDACTED = 'It is redacted: for comparing and reading. Nothing is ever restored from it.';
const LACKING = 'It holds neither serial nor SVK of an ECU: for comparing and reading. Nothing is restored from it.';

/** Nothing of a file that is too large is read, and nothing at all of what is no file. */
async function readBounded(path: string): Promise<Uint8Array> {
  let file: Awaited<ReturnType<typeof open>> | undefined;
  try {
    file = await open(path, 'r');
    const status = await file.stat();
    if (!status.isFile()) throw new Error('it is no file');
    if (status.size > MAX_FILE_BYTES) {
      throw new KombiError({
        code: 'archive.damaged',
        message: `${path} is larger than any backup: ${status.size} bytes, and at most ${MAX_FILE_BYTES} are read`,
        hint: 'It is not what it should be. Nothing of it was read.',
      });
    }
    return await file.readFile();
  } catch (error) {
    if (error instanceof KombiError) throw error;
    throw new KombiError({
      code: 'usage.file',
      message: `${path} cannot be read: ${messageOf(error)}`,
      cause: error,
      hint: 'Name a file that is there.',
    });
  } finally {
    await file?.close();
  }
}
