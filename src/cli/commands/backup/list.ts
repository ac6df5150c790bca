import type { BackupSummary } from '../../../archive/index.ts';
import { KombiError } from '../../../core/index.ts';
import type { CommandSpec } from '../../command.ts';
import { escapeText } from '../../escape.ts';
import { plural, toTheSecond } from '../../format.ts';
import type { Style } from '../../style.ts';
import { table } from '../../text.ts';

const SHOWN_ECUS = 3;

export const list: CommandSpec = {
  name: 'list',
  summary: 'the backups in the archive, oldest first',
  options: [
    { flags: '--vin <vin>', help: 'only of this car' },
    { flags: '--since <date>', help: 'only those made then or later, in UTC: 2026-11, 2026-11-20 or 2026-11-20T10:15:30Z' },
    { flags: '--label <text>', help: 'only those whose label holds this, in any case' },
    { flags: '--cars', help: 'one line a car: how many, from when to when' },
  ],
  examples: ['kombi backup list', 'kombi backup list --cars', 'kombi backup list --vin WBA6C92010D000001 --since 2026-11 --json'],
  run: async (context, input) => {
    const archive = await context.archive();
    const since = parseDate(input.text('since'));
    const label = input.text('label')?.toLowerCase();
    const found = await archive.listBackups(input.text('vin')?.toUpperCase(), since === undefined ? {} : { since });
    const backups = label === undefined ? found : found.filter((backup) => backup.label?.toLowerCase().includes(label));
    const cars = summarizeCars(backups);
    const style = await context.style();
    const rows = input.flag('cars') ? cars.map((car) => carRow(car, style)) : backups.map((backup) => backupRow(backup, style));
    return {
      result: { backups, cars },
      lines:
        rows.length > 0
          ? table(rows, context.width)
          : [`No ${found.length === 0 ? '' : 'such '}backups in ${escapeText(archive.directory)}`],
    };
  },
};

/** All the backups of one car that are listed. */
interface CarSummary {
  readonly vin: string;
  readonly backups: number;
  /** Times of the oldest and the newest. */
  readonly first: string;
  readonly last: string;
  readonly imported: number;
  /** Damaged, or written by a newer program. */
  readonly unusable: number;
}

function summarizeCars(backups: readonly BackupSummary[]): readonly CarSummary[] {
  const byVin = new Map<string, BackupSummary[]>();
  for (const backup of backups) {
    const known = byVin.get(backup.vin);
    if (known === undefined) byVin.set(backup.vin, [backup]);
    else known.push(backup);
  }
  return [...byVin].map(([vin, all]) => {
    const times = all.map(({ time }) => time).sort();
    return {
      vin,
      backups: all.length,
      first: times[0] ?? '',
      last: times.at(-1) ?? '',
      imported: all.filter(({ importedFrom }) => importedFrom !== undefined).length,
      unusable: all.filter(({ state }) => state !== 'intact').length,
    };
  });
}

function carRow({ vin, backups, first, last, imported, unusable }: CarSummary, style: Style): string[] {
  const what = `${plural(backups, 'backup')}${imported > 0 ? `, ${imported} imported` : ''}`;
  const bad = unusable > 0 ? style.failure(`, ${unusable} damaged or newer`) : '';
  return [style.mark(escapeText(vin)), toTheSecond(first), toTheSecond(last), what + bad];
}

function backupRow(backup: BackupSummary, style: Style): string[] {
  const blocks = backup.ecus?.reduce((sum, ecu) => sum + ecu.blocks, 0) ?? 0;
  const names = backup.ecus?.map(({ name, address }) => escapeText(name ?? address)) ?? [];
  const ecus = names.length > SHOWN_ECUS ? plural(names.length, 'ECU') : names.join(', ');
  const label = backup.label === undefined ? '' : `, ${escapeText(backup.label)}`;
  const { importedFrom } = backup;
  const origin = importedFrom === undefined ? '' : `, imported from ${importedFrom.format}${importedFrom.redacted ? ', redacted' : ''}`;
  const partial = backup.complete === false && importedFrom === undefined ? ', not complete' : '';
  const holds = `${plural(blocks, 'block')} of ${ecus}${partial}${origin}${label}`;
  const what = backup.state === 'intact' ? holds : style.failure(`${backup.state}: ${escapeText(backup.problem ?? '')}`);
  return [style.mark(backup.id), toTheSecond(backup.time), escapeText(backup.vin), what];
}

/** @throws {KombiError} `usage.option` */
function parseDate(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(/^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?Z)?)?)?$/.test(text) ? text : Number.NaN);
  // JavaScript takes the 31st of February for the 3rd of March.
  if (!Number.isNaN(date.getTime()) && date.toISOString().startsWith(text.slice(0, 10))) return date;
  throw new KombiError({ code: 'usage.option', message: `--since ${text} is no date`, hint: 'Such as 2026-11 or 2026-11-20, in UTC.' });
}
