import { EXIT, KombiError } from '../../core/index.ts';
import { UnsoundText } from '../strict-json.ts';
import type { Exported, ExportedBlock } from './exported.ts';
import { PLAIN_VIN } from './plain-vin.ts';
import { decodeSRecords, encodeSRecord, type SRecord } from './s-record.ts';

const ROW_BYTES = 16;
const OFFSETS = 0x100;
const HEADER = 0;
const DATA = 2;
const COUNTS: ReadonlySet<number> = new Set([5, 6]);
const ENDS: ReadonlySet<number> = new Set([7, 8, 9]);
const NAMED = /^kombi-ncd@1 vin=(?<vin>\S*) ecu=(?<ecu>[0-9A-F]{2}) redacted=(?<redacted>yes|no) /;

/**
 * The blocks of one ECU as Motorola S-records, as NCD files are said to hold them.
 *
 * Shape   `S0` with car, ECU and standing; `S2` with address = block (16 bits) and offset (8 bits), 16 bytes a line;
 *         `S5` or `S6` with the count of those; `S8`
 * @throws {KombiError} `export.ncd-block` (exit 3) where a block is longer than offsets reach
 * @see source: bmw-diagnostics §7.4: that it is S-records is documented, that the third byte is an offset is likely and no more
 */
export function encodeNcdExport({ vehicle, redacted, ecus }: Exported): string {
  const [ecu] = ecus;
  if (ecu === undefined || ecus.length > 1) {
    throw new KombiError({
      code: 'usage.export',
      message: `An NCD file holds one ECU, and these are ${ecus.length}`,
      hint: 'Name one with --ecu, or a folder with --output: it gets a file for each.',
    });
  }
  const { address, blocks } = ecu;
  const long = blocks.filter(({ bytes }) => bytes.length > OFFSETS);
  if (long.length > 0) {
    throw new KombiError({
      code: 'export.ncd-block',
      exit: EXIT.refused,
      message: `NCD cannot hold ${long.map(({ did, bytes }) => `block ${did} of ECU ${address} (${bytes.length} bytes)`).join(', ')}: its addresses reach ${OFFSETS} bytes into a block`,
      hint: 'Export to json, which holds blocks of any length, or name the blocks that fit with --block.',
    });
  }
  const data = blocks.flatMap(blockRecords);
  // The line has room for what is like a VIN, and for nothing else.
  const vin = PLAIN_VIN.test(vehicle.vin) ? vehicle.vin : '';
  const header = `kombi-ncd@1 vin=${vin} ecu=${address} redacted=${redacted ? 'yes' : 'no'} standing=likely address=block16+offset8`;
  const records: SRecord[] = [
    { type: HEADER, address: 0, data: new TextEncoder().encode(header) },
    ...data,
    { type: data.length > 0xffff ? 6 : 5, address: data.length, data: new Uint8Array() },
    { type: 8, address: 0, data: new Uint8Array() },
  ];
  return records.map((record) => `${encodeSRecord(record)}\n`).join('');
}

function blockRecords({ did, bytes }: ExportedBlock): SRecord[] {
  const first = Number.parseInt(did, 16) * OFFSETS;
  const records: SRecord[] = [];
  // A block of no bytes is there all the same.
  for (let offset = 0; offset === 0 || offset < bytes.length; offset += ROW_BYTES)
    records.push({ type: DATA, address: first + offset, data: bytes.subarray(offset, offset + ROW_BYTES) });
  return records;
}

/**
 * Reads such a file. One that another program wrote says neither car nor ECU: the caller has to.
 *
 * @throws {UnsoundText}
 */
export function decodeNcdExport(text: string): { readonly named: boolean; readonly exported: Exported } {
  const records = decodeSRecords(text);
  const [first] = records;
  const { vin, ecu, redacted } = (first?.type === HEADER && NAMED.exec(new TextDecoder('latin1').decode(first.data))?.groups) || {};
  return {
    named: ecu !== undefined,
    exported: {
      redacted: redacted === 'yes',
      vehicle: { vin: vin ?? '', vinSource: 'import' },
      ecus: [{ address: ecu ?? '', name: null, serial: null, svk: null, cafds: [], blocks: blocksOf(records), unreadable: [] }],
    },
  };
}

function blocksOf(records: readonly SRecord[]): readonly ExportedBlock[] {
  const blocks = new Map<string, Uint8Array[]>();
  let data = 0;
  for (const [index, { type, address, data: bytes }] of records.entries()) {
    const wrong = (what: string) => new UnsoundText(`line ${index + 1}: ${what}`);
    if (ENDS.has(type) !== (index === records.length - 1)) throw wrong(ENDS.has(type) ? 'something follows the end' : 'the end is missing');
    if (COUNTS.has(type) && address !== data) throw wrong(`it counts ${address} records, and there are ${data}`);
    if (type === 1 || type === 3) throw wrong(`S${type} does not say which block it belongs to`);
    if (type !== DATA) continue;
    data += 1;
    const did = (address >>> 8).toString(16).toUpperCase().padStart(4, '0');
    const parts = blocks.get(did);
    const held = parts?.reduce((sum, part) => sum + part.length, 0) ?? 0;
    if (held !== (address & 0xff) || (parts !== undefined && held === 0)) throw wrong(`block ${did} does not go on where it stopped`);
    if (held + bytes.length > OFFSETS) throw wrong(`block ${did} runs into the next`);
    blocks.set(did, [...(parts ?? []), bytes]);
  }
  return [...blocks].map(([did, parts]) => ({ did, bytes: Uint8Array.from(parts.flatMap((part) => [...part])) }));
}
