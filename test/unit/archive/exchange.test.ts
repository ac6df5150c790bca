import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeSRecords, encodeSRecord } from '../../../src/archive/exchange/s-record.ts';
import {
  backupBlock,
  decodeImport,
  encodeCsvExport,
  encodeJsonExport,
  encodeNcdExport,
  exportBackup,
  redactExport,
} from '../../../src/archive/index.ts';
import { CONTENT, VIN } from './sample.ts';

const EXPORTED = exportBackup(CONTENT);
const SAMPLE = new URL('../../../../shared/data/hsfz-toolkit_sample_ncd_coding_backup.json', import.meta.url);
// As that program's sample is spelled; car and bytes are made up.
const TOOLKIT = {
  dids: [
    { did: '3300', data: '00ff10ef' },
    { did: '37fe', data: '' },
  ],
  ecu_address: 18,
  read_count: 2,
  error_count: 0,
  metadata: {
    vin: VIN,
    ecu_address: 18,
    ecu_type: 'Mevd17',
    btld_sgbm: null,
    cafd_sgbm: null,
    coding_version: null,
    created_at: '2020-01-01T00:00:00.000000000+00:00',
    app_version: '0.1.0',
  },
};

function take(text: string | object, options: { vin?: string; ecu?: string } = {}) {
  const bytes = new TextEncoder().encode(typeof text === 'string' ? text : JSON.stringify(text, null, 2));
  return decodeImport(bytes, { name: 'x', ...options });
}

function withBlock(did: string, bytes: Uint8Array) {
  const [ecu] = CONTENT.ecus;
  if (ecu === undefined) throw new Error('the sample has an ECU');
  return exportBackup({ ...CONTENT, ecus: [{ ...ecu, blocks: [backupBlock({ did, bytes, reads: 2 })] }] });
}

describe('S-records', () => {
  // Examples that many descriptions of the format give (published).
  it.each([
    ['S0030000FC', 0, 0, ''],
    ['S1137AF00A0A0D0000000000000000000000000061', 1, 0x7af0, '0A0A0D00000000000000000000000000'],
    ['S5030003F9', 5, 3, ''],
    ['S9030000FC', 9, 0, ''],
    ['S214330100FFFFFFFFFFF7FFFF0000000000000000C7', 2, 0x330100, 'FFFFFFFFFFF7FFFF0000000000000000'],
  ])('%s', (line, type, address, hex) => {
    const data = Uint8Array.from(Buffer.from(hex, 'hex'));
    expect(encodeSRecord({ type, address, data })).toBe(line);
    expect(decodeSRecords(`${line.toLowerCase().replace('s', 'S')}\r\n`)).toEqual([{ type, address, data }]);
  });
});

describe('an export to ncd', () => {
  const ncd = encodeNcdExport(EXPORTED);

  it('puts each block at its own address, says in its header what that rests on, counts and ends', () => {
    const lines = ncd.trimEnd().split('\n');
    const header = decodeSRecords(lines[0] ?? '')[0]?.data ?? new Uint8Array();
    expect(Buffer.from(header).toString()).toBe(`kombi-ncd@1 vin=${VIN} ecu=60 redacted=no standing=likely address=block16+offset8`);
    expect(lines.slice(1).map((line) => line.slice(0, 10))).toEqual([
      'S214330100',
      'S214330110',
      'S20C330120',
      'S207330200',
      'S5030004F8',
      'S804000000',
    ]);
    expect(lines[3]).toMatch(/^S20C330120E0E7EEF5FC030A11[0-9A-F]{2}$/);
  });

  it('is refused for a block longer than its offsets reach, which is named', () => {
    expect(encodeNcdExport(withBlock('3001', new Uint8Array(256)))).toContain('S2143001F0');
    expect(() => encodeNcdExport(withBlock('3001', new Uint8Array(257)))).toThrow(
      expect.objectContaining({ code: 'export.ncd-block', exit: 3, message: expect.stringContaining('block 3001 of ECU 60 (257 bytes)') }),
    );
  });

  it('is of one ECU', () => {
    expect(() => encodeNcdExport({ ...EXPORTED, ecus: [...EXPORTED.ecus, ...EXPORTED.ecus] })).toThrow(
      expect.objectContaining({ code: 'usage.export', hint: expect.stringContaining('--ecu') }),
    );
  });

  it.each([
    ['a record lost', ncd.replace(/^S214330110.*\n/m, ''), /3301 does not go on|counts/],
    ['a record twice', ncd.replace(/^(S214330110.*\n)/m, '$1$1'), /3301 does not go on/],
    ['the end lost', ncd.replace(/^S8.*\n/m, ''), /the end is missing/],
    ['something after the end', `${ncd}S0030000FC\n`, /the end is missing|follows/],
    ['a wrong checksum', ncd.replace(/^(S20733.*)..\n/m, '$100\n'), /line 5: its checksum/],
    ['a wrong count of bytes', ncd.replace('S207330200', 'S208330200'), /line 5: its count/],
    ['another kind of address', ncd.replace(/^S5.*$/m, 'S1137AF00A0A0D0000000000000000000000000061'), /S1 does not say/],
  ])('is not imported with %s', (_, text, message) => {
    expect(text).not.toBe(ncd);
    expect(() => take(text)).toThrow(
      expect.objectContaining({ code: 'archive.damaged', exit: 9, message: expect.stringMatching(message) }),
    );
  });

  it('of another program says neither car nor ECU: both have to be named', () => {
    const foreign = ncd.replace(/^S0.*\n/, 'S0030000FC\n');
    expect(() => take(foreign)).toThrow(expect.objectContaining({ code: 'usage.import', hint: expect.stringContaining('--ecu') }));
    expect(() => take(foreign, { ecu: '60' })).toThrow(expect.objectContaining({ hint: expect.stringContaining('--vin') }));
    const { exported } = take(foreign, { ecu: '60', vin: VIN });
    expect(exported).toMatchObject({ vehicle: { vin: VIN }, ecus: [{ address: '60', blocks: [{ did: '3301' }, { did: '3302' }] }] });
    expect(() => take(ncd, { vin: 'WBA6C92010D000002' })).toThrow(expect.objectContaining({ code: 'usage.import', exit: 2 }));
  });
});

describe('an export to csv', () => {
  it('is a row a block, as RFC 4180 has it', () => {
    const [head, first, ...rest] = encodeCsvExport(EXPORTED).split('\r\n');
    expect(head).toBe('vin,ecu,name,did,length,hex,sha256');
    expect(first).toMatch(/^WBA6C92010D000001,60,KOMBI,3301,40,00070E15[0-9A-F]{72},[0-9a-f]{64}$/);
    expect(rest).toHaveLength(2);
    expect(rest.at(-1)).toBe('');
  });

  it.each(['=HYPERLINK("http://x")', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', "'=1", 'a"b,c;d\r\ne'])(
    'holds no cell that a spreadsheet would compute: %j',
    (name) => {
      const [ecu] = EXPORTED.ecus;
      if (ecu === undefined) throw new Error('the sample has an ECU');
      const csv = encodeCsvExport({ ...EXPORTED, ecus: [{ ...ecu, name }] });
      expect(csv).not.toMatch(/(^|[,;\n]"?)[=+\-@\t\r]/);
      expect(take(csv).exported.ecus[0]?.name).toBe(name);
    },
  );

  const csv = encodeCsvExport(EXPORTED);
  it.each([
    ['semicolons, LF and a mark of order', `\ufeff${csv.replaceAll(',', ';').replaceAll('\r\n', '\n')}`],
    ['quotes around everything', csv.replace(/[^,\r\n]+/g, '"$&"')],
    ['no end of the last line', csv.trimEnd()],
  ])('is imported with %s', (_, text) => {
    expect(take(text)).toEqual(take(csv));
  });

  it.each([
    ['hex that a spreadsheet took for a number', csv.replace(/3302,3,\w+/, '3302,3,91017'), /line 3: its bytes are not hex/],
    ['bytes that are not those of the hash', csv.replace('3302,3,091017', '3302,3,091018'), /line 3: .*SHA-256/],
    ['another length', csv.replace('3302,3,', '3302,4,'), /line 3: its length/],
    ['a block twice', `${csv}${csv.split('\r\n')[1]}\r\n`, /block 3301 of ECU 60 is there twice/],
    ['two cars', csv.replace(/WBA6C92010D000001,60,KOMBI,3302/, 'WBA6C92010D000002,60,KOMBI,3302'), /line 3: .*another car/],
    ['two names of an ECU', csv.replace('KOMBI,3302', 'KOMBO,3302'), /line 3: ECU 60 is called/],
    ['a row cut short', csv.slice(0, -80), /line 3: it has 4 cells/],
    ['a column more', csv.replace('vin,', 'vin,x,'), /its columns are not/],
    ['an open quote', csv.replace('KOMBI', '"KOMBI'), /line 2: a quote/],
  ])('is not imported with %s', (_, text, message) => {
    expect(text).not.toBe(csv);
    expect(() => take(text)).toThrow(
      expect.objectContaining({ code: 'archive.damaged', exit: 9, message: expect.stringMatching(message) }),
    );
  });
});

describe('an export to json', () => {
  const json = encodeJsonExport(EXPORTED);
  const unsealed = json.replace(/,\s*"sha256": "\w+"\s*}\s*$/, '}');

  it('names each ECU, the id of its coding data, and its blocks', () => {
    expect(JSON.parse(json)).toMatchObject({
      schema: 'kombi/backup-export@1',
      redacted: false,
      time: CONTENT.time,
      vehicle: { vin: VIN },
      ecus: [
        { ecu: '60', sgbmId: 'CAFD_FFFF0601_001_000_000', svk: '0101000100', blocks: [{ did: '3301' }, { did: '3302', hex: '091017' }] },
      ],
    });
  });

  it('may come from another program, which seals nothing', () => {
    const { exported } = take({
      schema: 'kombi/backup-export@1',
      redacted: false,
      vehicle: { vin: VIN },
      ecus: [{ ecu: '60', serial: '1', svk: '00', sgbmId: null, blocks: [{ did: '3301', hex: 'ff00' }] }],
    });
    // Without its seal nothing vouches for what it says of the unit.
    expect(exported.ecus).toMatchObject([{ serial: null, svk: null, cafds: [], blocks: [{ did: '3301', bytes: Uint8Array.of(0xff, 0) }] }]);
  });

  it.each([
    ['bytes that are not those of the hash', json.replace('"hex": "091017"', '"hex": "091018"'), /block 3302 of ECU 60: .*SHA-256/],
    ['another DID', json.replace('"did": "3302"', '"did": "3304"'), /does not match its sha256/],
    ['another serial', json.replace('0000000001', '0000000002'), /does not match its sha256/],
    ['a key twice', unsealed.replace('"redacted": false', '"redacted": true,\n "\\u0072edacted": false'), /a key twice/],
    ['an ECU twice', unsealed.replace(/"ecus": \[(.*)\]/s, '"ecus": [$1,$1]'), /ECU 60 is there twice/],
    ['a block twice', unsealed.replace('"did": "3302"', '"did": "3301"'), /block 3301 of ECU 60 is there twice/],
    ['odd hex', unsealed.replace('"hex": "091017"', '"hex": "09101"'), /ecus\.0\.blocks\.1\.hex/],
    ['a path for a VIN', unsealed.replace(VIN, '../../../etc/pass'), /VIN is none/],
    ['NULs for a VIN', unsealed.replace(VIN, '\\u0000'.repeat(17)), /VIN is none/],
    ['a device for a VIN', unsealed.replace(VIN, 'CON'), /VIN is none/],
    ['a key that reaches a prototype', unsealed.replace('"redacted":', '"__proto__": {}, "redacted":'), /__proto__/],
    ['17 levels', unsealed.replace('"redacted":', `"x": ${'['.repeat(16)}${']'.repeat(16)}, "redacted":`), /nested/],
    ['a tail lost', json.slice(0, -10), /not whole JSON/],
  ])('is not imported with %s', (_, text, message) => {
    expect(text).not.toBe(json);
    expect(() => take(text)).toThrow(
      expect.objectContaining({ code: 'archive.damaged', exit: 9, message: expect.stringMatching(message) }),
    );
  });

  it('is refused for its size alone', () => {
    expect(() => take(`${json}${' '.repeat(16 * 1024 * 1024)}`)).toThrow(
      expect.objectContaining({ exit: 9, message: expect.stringMatching(/more than 16777216/) }),
    );
  });

  it.each([
    ['nothing at all', ''],
    ['words', 'hello'],
    ['a report', '# Backup of X'],
    ['JSON of another kind', '{"a":1}'],
    ['an export without a block', encodeCsvExport({ ...EXPORTED, ecus: [] })],
  ])('%s is of no kind that is imported, exit 2', (_, text) => {
    expect(() => take(text, { vin: VIN })).toThrow(expect.objectContaining({ code: 'usage.import', exit: 2 }));
  });
});

describe('a backup of hsfz-toolkit', () => {
  it('is one ECU, with its blocks, and neither serial nor SVK', () => {
    expect(take(TOOLKIT)).toEqual({
      format: 'hsfz-toolkit',
      exported: {
        redacted: false,
        time: '2020-01-01T00:00:00Z',
        vehicle: { vin: VIN, vinSource: 'import' },
        ecus: [
          {
            address: '12',
            name: 'Mevd17',
            serial: null,
            svk: null,
            cafds: [],
            blocks: [
              { did: '3300', bytes: Uint8Array.of(0x00, 0xff, 0x10, 0xef) },
              { did: '37FE', bytes: new Uint8Array() },
            ],
            unreadable: [],
          },
        ],
      },
    });
  });

  it.each([
    ['two addresses', { ...TOOLKIT, metadata: { ...TOOLKIT.metadata, ecu_address: 19 } }, /two ECU addresses/],
    ['bad hex', { ...TOOLKIT, dids: [{ did: '3300', data: 'fg' }] }, /block 3300: its bytes are not hex/],
    ['an address that is none', { ...TOOLKIT, ecu_address: 256 }, /ecu_address/],
    ['a block twice', { ...TOOLKIT, dids: [...TOOLKIT.dids, ...TOOLKIT.dids] }, /block 3300 of ECU 12 is there twice/],
  ])('is not imported with %s', (_, document, message) => {
    expect(() => take(document)).toThrow(expect.objectContaining({ code: 'archive.damaged', message: expect.stringMatching(message) }));
  });

  it('without a VIN is imported for the car that is named', () => {
    const nameless = { ...TOOLKIT, metadata: { ...TOOLKIT.metadata, vin: null } };
    expect(() => take(nameless)).toThrow(expect.objectContaining({ code: 'usage.import', hint: expect.stringContaining('--vin') }));
    expect(take(nameless, { vin: VIN }).exported.vehicle.vin).toBe(VIN);
  });

  it.skipIf(!existsSync(SAMPLE))('reads the sample of that program itself (needs ../shared/data)', () => {
    const sample = JSON.parse(readFileSync(SAMPLE, 'utf8')) as typeof TOOLKIT;
    const { exported } = take(sample);
    expect(exported.vehicle.vin).toBe(sample.metadata.vin);
    expect(exported.ecus[0]?.blocks.map(({ did, bytes }) => ({ did, data: Buffer.from(bytes).toString('hex') }))).toEqual(sample.dids);
  });
});

describe('redaction', () => {
  it('keeps lengths, and leaves alone what only looks like a serial', () => {
    const [ecu] = CONTENT.ecus;
    if (ecu === undefined) throw new Error('the sample has an ECU');
    const bytes = Uint8Array.from({ length: 32 }, () => 0xff);
    const masks = exportBackup({
      ...CONTENT,
      ecus: [{ ...ecu, serial: 'FFFFFFFF', blocks: [backupBlock({ did: '3301', bytes, reads: 2 })] }],
    });
    expect(redactExport(masks).ecus).toMatchObject([{ serial: 'XXXXXXX1', blocks: [{ bytes }] }]);
  });

  it('gives one name to one serial, wherever it is met', () => {
    const [ecu] = EXPORTED.ecus;
    if (ecu === undefined) throw new Error('the sample has an ECU');
    const of = (address: string, serial: string) => ({ ...ecu, address, serial, hardware: `HW ${serial}` });
    const { ecus } = redactExport({ ...EXPORTED, ecus: [of('60', 'AB1234'), of('61', 'CD5678'), of('62', 'AB1234')] });
    expect(ecus.map(({ serial, hardware }) => [serial, hardware])).toEqual([
      ['XXXXX1', 'HW XXXXX1'],
      ['XXXXX2', 'HW XXXXX2'],
      ['XXXXX1', 'HW XXXXX1'],
    ]);
  });
});
