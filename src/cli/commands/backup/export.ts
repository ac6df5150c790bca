import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BackupContent,
  type Exported,
  encodeCsvExport,
  encodeJsonExport,
  encodeNcdExport,
  exportBackup,
  redactExport,
} from '../../../archive/index.ts';
import { resolveEcu } from '../../../coding/index.ts';
import { formatEcuAddress, KombiError } from '../../../core/index.ts';
import type { CommandSpec } from '../../command.ts';
import type { Context } from '../../context.ts';
import { createFile } from '../../create-file.ts';
import { escapeText, harmlessJson } from '../../escape.ts';
import { plural } from '../../format.ts';
import { backupReport } from '../../report/backup-report.ts';
import { htmlReport } from '../../report/report-html.ts';
import { markdownReport } from '../../report/report-markdown.ts';

const FORMATS = ['json', 'csv', 'ncd', 'md', 'html'] as const;
type Format = (typeof FORMATS)[number];

export const exportBackupCommand: CommandSpec = {
  name: 'export',
  summary: 'a backup for other programs, or as a report',
  description:
    'json holds all that a backup can be imported from again; csv is a row a block; ncd is Motorola S-records of one ECU, whose addresses ' +
    '(block and offset) are likely but unconfirmed; md and html are reports for people. --redact replaces VIN and serials: what is imported from ' +
    'such a file is never written to a car.',
  arguments: [{ syntax: '<backup>', help: 'its id or the beginning of it, or its path' }],
  options: [
    { flags: '--to <format>', help: `${FORMATS.join(', ')}; json unless given` },
    { flags: '--ecu <ecu>', help: 'only this ECU, by name or address; may be given several times', repeatable: true },
    { flags: '--block <did>', help: 'only this block, four hex digits; may be given several times', repeatable: true },
    {
      flags: '--output <file>',
      help: 'where to, never over a file that is there; with ncd a folder too: a file for each ECU; - is stdout',
    },
  ],
  examples: [
    'kombi backup export a3f9 --output backup.json',
    'kombi backup export a3f9 --to ncd --ecu KOMBI --block 3000 --output kombi.ncd',
    'kombi backup export a3f9 --to html --redact --output report.html',
  ],
  run: async (context, input) => {
    const format = parseFormat(input.text('to') ?? 'json');
    const output = input.text('output') ?? '-';
    const catalog = await context.catalog();
    const addresses = input.list('ecu').map((text) => formatEcuAddress(resolveEcu(text, catalog)));
    const name = input.required(0);
    const backup = await (await context.archive()).loadBackup(name);
    for (const address of addresses) {
      if (!backup.ecus.some((ecu) => ecu.address === address))
        throw new KombiError({
          code: 'usage.ecu',
          message: `Backup ${name} holds no ECU ${address}`,
          hint: '`kombi backup show` tells what it holds.',
        });
    }
    const blocks = input.list('block').map((text) => parseBlock(text, name, backup));
    const whole = exportBackup(backup, {
      ...(addresses.length > 0 ? { ecus: new Set(addresses) } : {}),
      ...(blocks.length > 0 ? { blocks: new Set(blocks) } : {}),
    });
    const exported = context.globals.redact ? redactExport(whole) : whole;
    const told = { format, redacted: exported.redacted, ecus: exported.ecus.length };
    const encode = (part: Exported) => encodeAs(format, part, { context, vin: backup.vehicle.vin });
    if (output === '-') {
      const text = await encode(exported);
      if (!context.globals.json) context.io.stdout.write(context.io.stdout.isTerminal ? onScreen(text, format) : text);
      return { result: { ...told, text } };
    }
    // All is encoded before anything is written: what cannot be leaves nothing half done.
    const files: { readonly path: string; readonly text: string }[] = [];
    if (format === 'ncd' && (await isFolder(output))) {
      for (const ecu of exported.ecus)
        files.push({ path: join(output, `ecu-${ecu.address}.ncd`), text: await encode({ ...exported, ecus: [ecu] }) });
    } else {
      files.push({ path: output, text: await encode(exported) });
    }
    for (const { path, text } of files) await createFile(path, text);
    return {
      result: { ...told, paths: files.map(({ path }) => path) },
      lines: files.map(
        ({ path, text }) => `${escapeText(path)}  ${plural(Buffer.byteLength(text), 'byte')}${exported.redacted ? ', redacted' : ''}`,
      ),
    };
  },
};

/** @returns the block as a backup spells it, which holds it */
function parseBlock(text: string, name: string, { ecus }: BackupContent): string {
  const did = text.toUpperCase();
  if (ecus.some(({ blocks }) => blocks.some((block) => block.did === did))) return did;
  throw new KombiError({
    code: 'usage.block',
    message: `Backup ${name} holds no block ${text}`,
    hint: '`kombi backup show` tells what it holds; a block is four hex digits, such as 3301.',
  });
}

function parseFormat(text: string): Format {
  const format = FORMATS.find((known) => known === text);
  if (format !== undefined) return format;
  throw new KombiError({ code: 'usage.option', message: `--to ${text} is not known`, hint: `Formats: ${FORMATS.join(', ')}.` });
}

async function encodeAs(format: Format, exported: Exported, { context, vin }: { context: Context; vin: string }): Promise<string> {
  switch (format) {
    case 'json':
      return encodeJsonExport(exported);
    case 'csv':
      return encodeCsvExport(exported);
    case 'ncd':
      return encodeNcdExport(exported);
    case 'md':
      return markdownReport(backupReport(exported, { catalog: await context.catalog(), vin }));
    case 'html':
      return htmlReport(backupReport(exported, { catalog: await context.catalog(), vin }));
  }
}

/** Into a terminal nothing goes that acts there. A pipe gets every character. */
function onScreen(text: string, format: Format): string {
  return text
    .split('\n')
    .map((line) => (format === 'json' ? harmlessJson(line) : escapeText(line.replace(/\r$/, ''))))
    .join('\n');
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() ?? false;
}
