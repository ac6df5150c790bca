import { toHex } from '../core/index.ts';
import type { FaultDetails, StoredFault, StoredInfo } from '../job/index.ts';
import {
  DTC_STATUS,
  type DtcState,
  decodeExtendedData,
  decodeSnapshots,
  dtcStates,
  type ExtendedDataRecord,
  type SnapshotValue,
  snapshotMileageKm,
  snapshotTimeS,
} from '../uds/index.ts';
import type { EcuIdentity } from '../vehicle/index.ts';
import type { Context } from './context.ts';
import { escapeText } from './escape.ts';
import { ecuTitle, spacedHex } from './format.ts';
import { hexRows } from './hex-rows.ts';
import { table, wrap } from './text.ts';

/** A fault, and the ECU that stores it. */
export interface EcuFault extends StoredFault {
  readonly identity: EcuIdentity;
}

type Language = Context['language'];

const STATES: Readonly<Record<Language, Readonly<Record<DtcState, string>>>> = {
  en: {
    testFailed: 'present now',
    testFailedThisOperationCycle: 'failed in this operation cycle',
    pending: 'pending',
    confirmed: 'stored',
    testNotCompletedSinceLastClear: 'not tested since it was last cleared',
    testFailedSinceLastClear: 'failed since it was last cleared',
    testNotCompletedThisOperationCycle: 'not tested in this operation cycle',
    warningIndicatorRequested: 'asks for a warning light',
  },
  de: {
    testFailed: 'jetzt vorhanden',
    testFailedThisOperationCycle: 'in diesem Betriebszyklus aufgetreten',
    pending: 'vorläufig',
    confirmed: 'gespeichert',
    testNotCompletedSinceLastClear: 'seit dem letzten Löschen nicht geprüft',
    testFailedSinceLastClear: 'seit dem letzten Löschen aufgetreten',
    testNotCompletedThisOperationCycle: 'in diesem Betriebszyklus nicht geprüft',
    warningIndicatorRequested: 'fordert eine Warnleuchte an',
  },
};

export const WORDS = {
  en: {
    present: 'present',
    pending: 'pending',
    stored: 'stored',
    past: 'past',
    none: 'No trouble code is stored.',
    noneTold: 'No trouble code is stored where it is told. Not told by:',
    gone: 'Cleared, and gone when read again:',
    backAtOnce: 'Cleared, and there again at once: the car still has this fault.',
    newSince: 'New since it was cleared:',
    goneSince: 'Gone since the backup:',
    stillThere: 'Still there:',
    newSinceBackup: 'New since the backup:',
    unknown: 'no public meaning known',
    status: 'status',
    noBit: 'none of the states that this ECU keeps',
    snapshot: 'snapshot',
    clock: "days of the car's clock",
    powerState: 'power state',
    raw: 'not decoded',
    extendedData: 'extended data',
    notTold: 'not told',
    infoMemory: 'Info memory (events that the ECUs note; no faults, and not cleared):',
    entry: 'entry',
    entries: 'entries',
  },
  de: {
    present: 'vorhanden',
    pending: 'vorläufig',
    stored: 'gespeichert',
    past: 'früher',
    none: 'Kein Fehlercode ist gespeichert.',
    noneTold: 'Kein Fehlercode ist gespeichert, wo es mitgeteilt wird. Nicht mitgeteilt von:',
    gone: 'Gelöscht, und beim erneuten Lesen weg:',
    backAtOnce: 'Gelöscht, und sofort wieder da: Das Fahrzeug hat diesen Fehler noch.',
    newSince: 'Neu seit dem Löschen:',
    goneSince: 'Seit dem Backup verschwunden:',
    stillThere: 'Noch da:',
    newSinceBackup: 'Neu seit dem Backup:',
    unknown: 'keine öffentliche Bedeutung bekannt',
    status: 'Status',
    noBit: 'keiner der Zustände, die dieses Steuergerät führt',
    snapshot: 'Umgebungsdaten',
    clock: 'Tage nach der Uhr des Fahrzeugs',
    powerState: 'Energiezustand',
    raw: 'nicht dekodiert',
    extendedData: 'erweiterte Daten',
    notTold: 'nicht mitgeteilt',
    infoMemory: 'Infospeicher (Ereignisse, die Steuergeräte vermerken; keine Fehler, und wird nicht gelöscht):',
    entry: 'Eintrag',
    entries: 'Einträge',
  },
} as const;

const SECONDS_PER_DAY = 86_400;
const POWER_STATES: ReadonlySet<number> = new Set([0x1750, 0x1751]);
/** Rows of raw bytes that still belong on one line. */
const SHORT_BYTES = 16;

export function isPresent({ status, statusAvailability }: Pick<StoredFault, 'status' | 'statusAvailability'>): boolean {
  return dtcStates(status, statusAvailability).includes('testFailed');
}

export function statesText(status: number, statusAvailability: number, language: Language): string {
  const states = dtcStates(status, statusAvailability).map((state) => STATES[language][state]);
  return states.length === 0 ? WORDS[language].noBit : states.join(', ');
}

export function meaningText({ meaning }: Pick<StoredFault, 'meaning'>, language: Language): string | undefined {
  return meaning?.label[language];
}

/** Of a trouble code in a backup, which has no more than a status to say in what state it was. */
export function savedCodeText(status: string, meaning: StoredFault['meaning'], { language }: Context): string {
  return `${WORDS[language].status} ${status}  ${escapeText(meaning?.label[language] ?? WORDS[language].unknown)}`;
}

/** What there is to say where nothing is stored: that, and who did not tell. */
export function noneText(unread: readonly { readonly ecu: string; readonly name: string }[], { language }: Context): string {
  const { none, noneTold } = WORDS[language];
  const titles = unread.map(({ ecu, name }) => (name === ecu ? ecu : `${escapeText(name)} ${ecu}`));
  return titles.length === 0 ? none : `${noneTold} ${titles.join(', ')}`;
}

/** Faults under a title; nothing where there is none. */
export async function titledFaults(context: Context, title: string, faults: readonly EcuFault[]): Promise<readonly string[]> {
  if (faults.length === 0) return [];
  const lines = await faultLines(
    context,
    faults.map((fault) => ({ ...fault, details: undefined })),
  );
  return [...wrap(title, { width: context.width }), ...lines];
}

/** One line a fault, or with details a paragraph. */
export async function faultLines(context: Context, faults: readonly EcuFault[]): Promise<readonly string[]> {
  const words = WORDS[context.language];
  const style = await context.style();
  const row = (fault: EcuFault) => {
    const text = meaningText(fault, context.language);
    return [
      ecuTitle(fault.identity),
      style.mark(fault.code),
      isPresent(fault) ? style.warning(words.present) : stateWord(fault, words),
      text === undefined ? style.quiet(words.unknown) : escapeText(text),
    ];
  };
  if (faults.every(({ details }) => details === undefined)) return table(faults.map(row), context.width);
  return faults.flatMap((fault) => [...table([row(fault)], context.width), ...detailLines(fault, context)]);
}

function stateWord({ status, statusAvailability }: StoredFault, words: (typeof WORDS)[Language]): string {
  if (statusAvailability === 0) return `${words.status} ${hexByte(status)}`;
  const kept = status & statusAvailability;
  if ((kept & DTC_STATUS.confirmed) !== 0) return words.stored;
  return (kept & DTC_STATUS.pending) !== 0 ? words.pending : words.past;
}

function detailLines({ status, statusAvailability, details }: StoredFault, { language, width }: Context): readonly string[] {
  const words = WORDS[language];
  const paragraph = (text: string) => wrap(text, { width, indent: 4 });
  if (statusAvailability === 0) return rawLines(details?.kwpRecord ?? new Uint8Array(0), { language, width });
  const lines = paragraph(`${words.status} ${toHex(Uint8Array.of(status))}: ${statesText(status, statusAvailability, language)}`);
  if (details === undefined) return lines;
  return [...lines, ...snapshotLines(details, { language, width }), ...extendedLines(details, { language, width })];
}

interface Page {
  readonly language: Language;
  readonly width: number;
}

function snapshotLines({ snapshots: records }: FaultDetails, { language, width }: Page): readonly string[] {
  const words = WORDS[language];
  if (records === undefined) return wrap(`${words.snapshot}: ${words.notTold}`, { width, indent: 4 });
  const { snapshots, rest } = decodeSnapshots(records);
  return [
    ...snapshots
      .filter(({ values }) => values.length > 0)
      .flatMap(({ number, values }) => wrap(`${words.snapshot} ${hexByte(number)}: ${valuesText(values, language)}`, { width, indent: 4 })),
    ...rawLines(rest, { language, width }),
  ];
}

function extendedLines({ extendedData }: FaultDetails, { language, width }: Page): readonly string[] {
  const words = WORDS[language];
  const text = extendedData === undefined ? words.notTold : extendedText(decodeExtendedData(extendedData), extendedData);
  return wrap(`${words.extendedData}: ${text}`, { width, indent: 4 });
}

/** `01 = 00, 02 = 07`: what the records mean nobody has published. */
function extendedText(records: readonly ExtendedDataRecord[] | undefined, raw: Uint8Array): string {
  return records === undefined
    ? spacedHex(toHex(raw))
    : records.map(({ number, value }) => `${hexByte(number)} = ${hexByte(value)}`).join(', ');
}

export function valuesText(values: readonly SnapshotValue[], language: Language): string {
  const words = WORDS[language];
  const km = snapshotMileageKm(values);
  const seconds = snapshotTimeS(values);
  return [
    ...(km === undefined ? [] : [`${km} km`]),
    ...(seconds === undefined ? [] : [`${seconds} s (${Math.floor(seconds / SECONDS_PER_DAY)} ${words.clock})`]),
    ...values
      .filter(({ did }) => POWER_STATES.has(did))
      .map(({ did, data }) => `${words.powerState} ${did.toString(16)} ${spacedHex(toHex(data))}`),
  ].join(', ');
}

function rawLines(bytes: Uint8Array, { language, width }: Page): readonly string[] {
  if (bytes.length === 0) return [];
  const hex = toHex(bytes);
  const title = `${WORDS[language].raw}:`;
  if (bytes.length <= SHORT_BYTES) return wrap(`${title} ${spacedHex(hex)}`, { width, indent: 4 });
  return [...wrap(title, { width, indent: 4 }), ...hexRows(hex, 4, width)];
}

/** The info memory of one ECU, or how much there is of it in each of several. */
export function infoLines(
  ecus: readonly { readonly identity: EcuIdentity; readonly info: readonly StoredInfo[] | undefined }[],
  { context, whole }: { readonly context: Context; readonly whole: boolean },
): readonly string[] {
  const { language, width } = context;
  const words = WORDS[language];
  const filled = ecus.filter(({ info }) => info !== undefined && info.length > 0);
  if (filled.length === 0) return [];
  const rows = filled.flatMap(({ identity, info = [] }) =>
    whole
      ? info.map(({ code, status, entry }) => [ecuTitle(identity), code, entryText(entry?.snapshots ?? [], status, language)])
      : [[ecuTitle(identity), `${info.length} ${info.length === 1 ? words.entry : words.entries}`]],
  );
  return ['', ...wrap(words.infoMemory, { width }), ...table(rows, width, { indent: 2 })];
}

function entryText(snapshots: readonly (readonly SnapshotValue[])[], status: number, language: Language): string {
  const first = snapshots[0];
  const text = first === undefined ? '' : valuesText(first, language);
  return [`${WORDS[language].status} ${hexByte(status)}`, ...(text === '' ? [] : [text])].join('; ');
}

function hexByte(value: number): string {
  return toHex(Uint8Array.of(value));
}
