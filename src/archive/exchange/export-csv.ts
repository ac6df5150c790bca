import { fromHex, toHex } from '../../core/index.ts';
import { sha256 } from '../sha256.ts';
import { UnsoundText } from '../strict-json.ts';
import { formatCsv, parseTable } from './csv.ts';
import type { Exported, ExportedBlock } from './exported.ts';

const COLUMNS = ['vin', 'ecu', 'name', 'did', 'length', 'hex', 'sha256'] as const;
/** How every table that we can read begins. */
export const CSV_START = /^\ufeff?"?vin"?[,;]/;

/** One row a block. Serial, SVK and coding data do not go with it: what comes back from a table is for comparing. */
export function encodeCsvExport({ vehicle, ecus }: Exported): string {
  const rows = ecus.flatMap(({ address, name, blocks }) =>
    blocks.map(({ did, bytes }) => [vehicle.vin, address, name ?? '', did, String(bytes.length), toHex(bytes), sha256(bytes)]),
  );
  return formatCsv([COLUMNS, ...rows]);
}

/** @throws {UnsoundText} naming the line: a spreadsheet that took hex for numbers shows in length and SHA-256 */
export function decodeCsvExport(text: string): Exported {
  const [header, ...rows] = parseTable(text);
  if (header?.cells.join() !== COLUMNS.join()) throw new UnsoundText(`its columns are not ${COLUMNS.join(', ')}`);
  const ecus = new Map<string, { readonly name: string; readonly blocks: ExportedBlock[] }>();
  const vins = new Set<string>();
  for (const { line, cells } of rows) {
    const wrong = (what: string) => new UnsoundText(`line ${line}: ${what}`);
    const [vin = '', ecu = '', name = '', did = '', length = '', hex = '', hash = ''] = cells;
    if (cells.length !== COLUMNS.length) throw wrong(`it has ${cells.length} cells instead of ${COLUMNS.length}`);
    vins.add(vin);
    if (vins.size > 1) throw wrong('it belongs to another car than those above');
    if (!/^[0-9A-F]{2}$/.test(ecu) || !/^[0-9A-F]{4}$/.test(did)) throw wrong('its ECU or its DID is none');
    if (!/^(?:[0-9A-F]{2})*$/.test(hex)) throw wrong('its bytes are not hex');
    const bytes = fromHex(hex);
    if (length !== String(bytes.length)) throw wrong('its length is not the one of its bytes');
    if (hash !== sha256(bytes)) throw wrong('its bytes do not match their SHA-256');
    const known = ecus.get(ecu) ?? { name, blocks: [] };
    if (known.name !== name) throw wrong(`ECU ${ecu} is called otherwise above`);
    known.blocks.push({ did, bytes });
    ecus.set(ecu, known);
  }
  return {
    redacted: false,
    vehicle: { vin: [...vins][0] ?? '', vinSource: 'import' },
    ecus: [...ecus].map(([address, { name, blocks }]) => ({
      address,
      name: name === '' ? null : name,
      serial: null,
      svk: null,
      cafds: [],
      blocks,
      unreadable: [],
    })),
  };
}
