import type { Catalog, TroubleCode } from '../../../catalog/index.ts';
import { type EcuAddress, ecuAddress, KombiError } from '../../../core/index.ts';
import type { Outcome } from '../../command.ts';
import type { Context } from '../../context.ts';
import { escapeText } from '../../escape.ts';
import { ecuTitle, hexAddress } from '../../format.ts';
import { table, wrap } from '../../text.ts';

/** The own address of an ECU that stores one of the codes that every ECU numbers by its address. */
const ADDRESS_DIGITS = [2, 4] as const;

const SENTENCES = {
  en: {
    named: (by: string) => `Named in ${by}, meaning not publicly confirmed.`,
    says: (by: string, what: string) => `${by} calls it ${what}.`,
    unknownHere: 'no public meaning known here',
    unknown: 'No public meaning is known, of any ECU.',
    others: 'A code means something only together with the ECU that stores it; on another ECU it is another code.',
    sources: 'Sources:',
  },
  de: {
    named: (by: string) => `Genannt in ${by}, Bedeutung nicht öffentlich bestätigt.`,
    says: (by: string, what: string) => `${by} nennt ihn: ${what}.`,
    unknownHere: 'hier ist keine öffentliche Bedeutung bekannt',
    unknown: 'Es ist keine öffentliche Bedeutung bekannt, von keinem Steuergerät.',
    others: 'Ein Code bedeutet nur zusammen mit dem Steuergerät etwas, das ihn speichert; an einem anderen ist er ein anderer.',
    sources: 'Quellen:',
  },
} as const;

interface Known {
  readonly ecu: EcuAddress;
  readonly meaning: TroubleCode;
}

/** What is known of codes, and who says so; asks no car. */
export async function explainCodes(context: Context, codes: readonly string[], only: EcuAddress | undefined): Promise<Outcome> {
  const catalog = await context.catalog();
  const explained = codes.map((code) => explain(catalog, parseCode(code), only));
  const style = await context.style();
  return {
    result: { explained: explained.map((each) => explanationResult(each, catalog, context)) },
    lines: explained.flatMap((each, index) => [
      ...(index === 0 ? [] : ['']),
      style.heading(each.code),
      ...explanationLines(each, catalog, context),
    ]),
  };
}

type Explanation = ReturnType<typeof explain>;

function explain(catalog: Catalog, code: string, only: EcuAddress | undefined) {
  const known = only === undefined ? everywhere(catalog, code) : at(catalog, code, only);
  return { code, only, known, named: catalog.namedCodes.filter((named) => named.code === code) };
}

function at(catalog: Catalog, code: string, ecu: EcuAddress): readonly Known[] {
  const meaning = catalog.troubleCode(ecu, code);
  return meaning === undefined ? [] : [{ ecu, meaning }];
}

function everywhere(catalog: Catalog, code: string): readonly Known[] {
  const own = ecuAddress(Number.parseInt(code.slice(...ADDRESS_DIGITS), 16));
  const ecus = new Set(catalog.troubleCodes.flatMap((entry) => (entry.ecu !== undefined && entry.code === code ? [entry.ecu] : [])));
  return [...ecus.add(own)].flatMap((ecu) => at(catalog, code, ecu));
}

function explanationLines({ code, only, known, named }: Explanation, catalog: Catalog, { language, width }: Context): readonly string[] {
  const sentences = SENTENCES[language];
  const paragraph = (text: string) => wrap(escapeText(text), { width, indent: 2, lead: '  ' });
  const lines: string[] = [];
  for (const { by, says, finding } of named) {
    lines.push(...paragraph(sentences.named(by)));
    // Asked of one ECU, another ECU's meaning would only suggest what it is here.
    if (only === undefined || known.length > 0) lines.push(...paragraph(`${sentences.says(by, says[language])} ${finding[language]}`));
  }
  lines.push(
    ...table(
      known.map((one) => [title(one.ecu, catalog), escapeText(one.meaning.label[language])]),
      width,
      { indent: 2 },
    ),
  );
  if (known.length === 0) {
    lines.push(
      ...(only === undefined ? paragraph(sentences.unknown) : table([[title(only, catalog), sentences.unknownHere]], width, { indent: 2 })),
    );
  } else if (only === undefined && !isNumberedByAddress(known)) {
    lines.push(...paragraph(sentences.others));
  }
  const sources = sourcesOf({ code, only, known, named });
  if (sources.length > 0) {
    lines.push(...paragraph(sentences.sources));
    for (const id of sources) lines.push(...wrap(escapeText(titleOf(catalog, id)), { width, indent: 4, lead: '    ' }));
  }
  return lines;
}

function isNumberedByAddress(known: readonly Known[]): boolean {
  return known.every(({ meaning }) => meaning.ecu === undefined);
}

function sourcesOf({ known, named }: Explanation): readonly string[] {
  const said = known.flatMap(({ meaning }) => [meaning.source, ...(meaning.confirmedBy ?? [])]);
  return [...new Set([...named.map(({ source }) => source), ...said])];
}

function titleOf(catalog: Catalog, id: string): string {
  return catalog.sources.find((source) => source.id === id)?.title ?? id;
}

function title(address: EcuAddress, catalog: Catalog): string {
  return ecuTitle({ address, name: catalog.ecuName(address) });
}

function explanationResult({ code, only, known, named }: Explanation, catalog: Catalog, { language }: Context) {
  return {
    code,
    ...(only === undefined ? {} : { ecu: hexAddress(only) }),
    known: known.map(({ ecu, meaning }) => ({
      ecu: hexAddress(ecu),
      name: catalog.ecuName(ecu),
      text: meaning.label[language],
      evidence: meaning.evidence,
      sources: [meaning.source, ...(meaning.confirmedBy ?? [])].map((id) => ({ id, title: titleOf(catalog, id) })),
    })),
    named: named.map(({ by, says, finding, source }) => ({
      by,
      says: says[language],
      confirmed: false,
      ...(only === undefined || known.length > 0 ? { finding: finding[language] } : {}),
      source: { id: source, title: titleOf(catalog, source) },
    })),
  };
}

/** @throws {KombiError} `usage.trouble-code` (exit 2) */
function parseCode(text: string): string {
  const code = text.replace(/^0x/i, '').toUpperCase();
  if (/^(?:[0-9A-F]{4}|[0-9A-F]{6})$/.test(code)) return code;
  throw new KombiError({
    code: 'usage.trouble-code',
    message: `"${text}" is not a trouble code`,
    hint: 'Codes are six hex digits, such as B7F341; four in an E-series car.',
  });
}
