import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openArchive } from '../../src/archive/index.ts';
import { DRAFT } from '../unit/archive/sample.ts';
import { jsonOf, useBench } from './support/bench.ts';

const VIN = 'WBA6C92010D000001';
const SIZE = 16 * 1024 * 1024;
const bench = useBench();
const link = () => bench.link('link=elm327');
const file = (name: string) => join(bench.folder, name);

async function backUp(...words: readonly string[]): Promise<string> {
  return jsonOf(await bench.on(link(), ['backup', 'create', ...words, '--json'])).result.id;
}

async function code(): Promise<void> {
  const edit = 'KOMBI:3301/CC_ACTIVIERUNG_5.5.3=0';
  const planned = jsonOf(await bench.on(link(), ['code', edit, '--dry-run', '--json']));
  await bench.on(link(), ['code', edit, '--accept', planned.result.plan.id, '--json']);
}

describe('backup export', () => {
  it('to json, imported into another archive, holds the same and goes back into the same car', async () => {
    const id = await backUp('--ecu', 'KOMBI', '--label', 'first');
    const exported = await bench.run(['backup', 'export', id, '--output', file('a.json'), '--json']);
    expect(jsonOf(exported).result).toEqual({ format: 'json', redacted: false, ecus: 1, paths: [file('a.json')] });
    expect(statSync(file('a.json')).mode & 0o077).toBe(0);
    const other = ['--archive', file('other')];
    const imported = jsonOf(await bench.run(['backup', 'import', file('a.json'), '--json', ...other])).result;
    expect(imported).toMatchObject({ vin: VIN, ecus: 1, blocks: 14, complete: false, restorable: true, importedFrom: { format: 'json' } });
    const [original, copy] = await Promise.all([
      bench.run(['backup', 'show', id, '--json']),
      bench.run(['backup', 'show', imported.id, '--json', ...other]),
    ]);
    expect(jsonOf(copy).result.blocks).toEqual(jsonOf(original).result.blocks);
    expect((await bench.run(['backup', 'export', imported.id, ...other])).stdout).toBe(readFileSync(file('a.json'), 'utf8'));
    expect(jsonOf(await bench.run(['backup', 'list', '--json', ...other])).result.backups).toMatchObject([
      { id: imported.id, state: 'intact', complete: false, label: 'first', importedFrom: { format: 'json', redacted: false } },
    ]);
    await code();
    const restored = await bench.on(link(), ['restore', imported.id, '--block', 'KOMBI:3301', ...other], { answers: ['D000001'] });
    expect([restored.exit, restored.stderr]).toEqual([0, '']);
    bench.files = { backups: 2, journals: ['COMMITTED'] };
  });

  it.each([
    ['csv', []],
    ['ncd', ['--block', '3001']],
  ])('to %s comes back with its bytes, and restores nothing: neither serial nor SVK came with it', async (format, ecu) => {
    const id = await backUp('--ecu', 'KOMBI');
    await bench.run(['backup', 'export', id, '--to', format, ...ecu, '--output', file('x')]);
    const imported = await bench.run(['backup', 'import', file('x')]);
    expect(imported.stdout).toMatch(/imported from x\n.*\nIt holds neither serial nor SVK/);
    const { backups } = jsonOf(await bench.run(['backup', 'list', '--json'])).result;
    expect(backups[1]).toMatchObject({ importedFrom: { format }, complete: false });
    const difference = jsonOf(await bench.run(['backup', 'diff', id, backups[1].id, '--json'])).result;
    expect(
      difference.ecus
        .flatMap(({ blocks }: { blocks: { kind: string }[] }) => blocks)
        .filter(({ kind }: { kind: string }) => kind !== 'left-only'),
    ).toEqual([]);
    await code();
    const refused = await bench.on(link(), ['restore', backups[1].id, '--block', 'KOMBI:3001', '--dry-run', '--json']);
    expect(refused.exit).toBe(3);
    expect(jsonOf(refused)).toMatchObject({
      vehicle: 'untouched',
      error: { code: 'restore.unproven-origin', message: expect.stringMatching(`imported from ${format}, which lacks the serial and SVK`) },
    });
    bench.car = ['ecus.60.blocks.3301.@25.3 1→0'];
    bench.files = { backups: 3, journals: ['COMMITTED'] };
  });

  it('redacted says so, holds no VIN, and is never restored from', async () => {
    const id = await backUp('--label', `my ${VIN}`);
    for (const format of ['json', 'csv', 'md', 'html']) {
      const { stdout } = await bench.run(['backup', 'export', id, '--to', format, '--redact']);
      expect(stdout).not.toMatch(
        new RegExp(`${VIN}|${VIN.slice(-7)}|${Buffer.from(VIN).toString('hex')}|${Buffer.from(VIN.slice(-7)).toString('hex')}`, 'i'),
      );
      expect(stdout).toMatch(format === 'json' ? /"redacted": true/ : format === 'csv' ? /^X{17},/m : /replaced by X/);
    }
    await bench.run(['backup', 'export', id, '--redact', '--output', file('r.json')]);
    const imported = jsonOf(await bench.run(['backup', 'import', file('r.json'), '--json'])).result;
    expect(imported).toMatchObject({ vin: 'X'.repeat(17), restorable: false, importedFrom: { redacted: true } });
    const refused = await bench.on(link(), ['restore', imported.id, '--block', 'KOMBI:3301', '--json']);
    expect([refused.exit, jsonOf(refused).error.code]).toEqual([3, 'restore.redacted']);
    bench.files = { backups: 2, journals: [] };
  });

  it('to ncd takes a folder, and makes a file for each ECU', async () => {
    const id = await backUp();
    mkdirSync(file('ncd'));
    const refused = await bench.run(['backup', 'export', id, '--to', 'ncd', '--json']);
    expect([refused.exit, jsonOf(refused).error.code]).toEqual([2, 'usage.export']);
    const long = await bench.run(['backup', 'export', id, '--to', 'ncd', '--output', file('ncd'), '--json']);
    expect([long.exit, jsonOf(long).error]).toEqual([
      3,
      expect.objectContaining({ code: 'export.ncd-block', message: expect.stringContaining('block 3301 of ECU 60 (320 bytes)') }),
    ]);
    expect(readdirSync(file('ncd'))).toEqual([]);
    const blocks = ['--block', '3000', '--block', '3001'];
    const { result } = jsonOf(await bench.run(['backup', 'export', id, '--to', 'ncd', ...blocks, '--output', file('ncd'), '--json']));
    expect(result.paths.length).toBeGreaterThan(1);
    expect(readdirSync(file('ncd')).map((name) => join(file('ncd'), name))).toEqual(result.paths.toSorted());
    bench.files = { backups: 1, journals: [] };
  });

  it('never writes over a file, and leaves the archive alone', async () => {
    const id = await backUp('--ecu', 'KOMBI');
    writeFileSync(file('there'), 'mine');
    const refused = await bench.run(['backup', 'export', id, '--output', file('there'), '--json']);
    expect([refused.exit, jsonOf(refused).error.code]).toEqual([2, 'usage.output']);
    expect(readFileSync(file('there'), 'utf8')).toBe('mine');
    bench.files = { backups: 1, journals: [] };
  });

  it('of what is not there is wrong by its words, exit 2', async () => {
    const id = await backUp('--ecu', 'KOMBI');
    const words = [
      ['--to', 'xml'],
      ['--ecu', 'EGS'],
      ['--ecu', 'KOMBY'],
      ['--block', '9999'],
    ];
    const runs = await Promise.all(words.map((each) => bench.run(['backup', 'export', id, ...each, '--json'])));
    expect(runs.map((run) => `${run.exit} ${jsonOf(run).error.code}`)).toEqual([
      '2 usage.option',
      '2 usage.ecu',
      '2 usage.ecu',
      '2 usage.block',
    ]);
    bench.files = { backups: 1, journals: [] };
  });

  it('with --json gives the export inside its one line', async () => {
    const id = await backUp('--ecu', 'KOMBI');
    const { text } = jsonOf(await bench.run(['backup', 'export', id, '--json'])).result;
    expect(text).toBe((await bench.run(['backup', 'export', id])).stdout);
    bench.files = { backups: 1, journals: [] };
  });
});

describe('a report', () => {
  it('names the parameters where the layout is known, and how well it is', async () => {
    const id = await backUp('--ecu', 'KOMBI');
    const markdown = (await bench.run(['backup', 'export', id, '--to', 'md'])).stdout;
    expect(markdown).toMatch(/^# Backup of WBA6C92010D000001$/m);
    expect(markdown).toMatch(/^### 3301 CC\\_ID\\_Sperre$/m);
    expect(markdown).toContain('layout known by: synthetic');
    expect(markdown).toMatch(/^\| CC\\_ACTIVIERUNG\\_5 \| 32 \| `FF FF FF FF FF FF FF FF` \|$/m);
    const html = (await bench.run(['backup', 'export', id, '--to', 'html'])).stdout;
    expect(html).toContain('<tr><td>CC_ACTIVIERUNG_5</td><td>32</td><td><code>FF FF FF FF FF FF FF FF</code></td></tr>');
    bench.files = { backups: 1, journals: [] };
  });

  it('tells the trouble codes that the backup holds, with what is known of them', async () => {
    const [ecu] = DRAFT.ecus;
    if (ecu === undefined) throw new Error('the sample has an ECU');
    const troubleCodes = [
      { code: 'B7F341', status: '2F' },
      { code: '123456', status: '08' },
    ];
    const archive = openArchive(bench.archive, { hostId: 'laptop' });
    const { id } = await archive.saveBackup({ ...DRAFT, ecus: [{ ...ecu, address: '61', name: 'ATM', troubleCodes }] });
    const markdown = (await bench.run(['backup', 'export', id, '--to', 'md'])).stdout;
    expect(markdown).toMatch(/^\| B7F341 \| 2F \| .*battery.* \|\n\| 123456 \| 08 \| no public meaning known \|$/m);
    expect(markdown).not.toContain('holds no trouble codes');
    const html = (await bench.run(['backup', 'export', id, '--to', 'html'])).stdout;
    expect(html).toMatch(/<tr><td><code>B7F341<\/code><\/td><td><code>2F<\/code><\/td><td>[^<]*battery/);
    bench.files = { backups: 1, journals: [] };
  });

  it('lets nothing of what it quotes act, in a browser, in Markdown or on a terminal', async () => {
    const evil = '<script>alert(1)</script>"\'&lt; [x](javascript:1) `|\u001b[2J\u202e';
    const document = {
      schema: 'kombi/backup-export@1',
      redacted: false,
      label: evil,
      vehicle: { vin: VIN, model: evil },
      ecus: [{ ecu: '60', name: evil, serial: evil, sgbmId: evil, blocks: [{ did: '3301', hex: 'FF' }] }],
    };
    writeFileSync(file('evil.json'), JSON.stringify(document));
    const { id } = jsonOf(await bench.run(['backup', 'import', file('evil.json'), '--json'])).result;
    const html = (await bench.run(['backup', 'export', id, '--to', 'html'])).stdout;
    expect(html).not.toMatch(/<script|javascript:1"|\u001b|\u202e/);
    expect(html.match(/<(?!\/?(html|head|meta|title|style|body|h1|h2|h3|table|tr|th|td|p|pre|code|section)\b|!DOCTYPE)/g)).toBeNull();
    expect(html).toContain("default-src 'none'");
    const markdown = (await bench.run(['backup', 'export', id, '--to', 'md'])).stdout;
    expect(markdown).not.toMatch(/[^\\]<|[^\\]\[x|\u001b|\u202e/);
    for (const format of ['json', 'csv']) {
      const screen = await bench.run(['backup', 'export', id, '--to', format], { answers: [] });
      expect(screen.stdout).not.toMatch(/\u001b|\u202e/);
      if (format === 'json') expect(JSON.parse(screen.stdout)).toMatchObject({ label: evil });
    }
    bench.files = { backups: 1, journals: [] };
  });
});

describe('backup import', () => {
  it.each([
    ['bad hex', '{"dids":[{"did":"3301","data":"0g"}],"ecu_address":96,"metadata":{"vin":"WBA6C92010D000001"}}', 9, 'archive.damaged'],
    [
      'a path for a VIN',
      '{"dids":[{"did":"3301","data":"00"}],"ecu_address":96,"metadata":{"vin":"../../../../tmp/x"}}',
      9,
      'archive.damaged',
    ],
    ['no JSON after all', '{"dids":', 9, 'archive.damaged'],
    ['a depth of a million', '{"a":'.repeat(1_000_000), 9, 'archive.damaged'],
    ['a wrong checksum', 'S0030000FC\nS20533010000FF\n', 9, 'archive.damaged'],
    ['an unknown kind', 'hello', 2, 'usage.import'],
  ])('refuses %s, and keeps nothing of it', async (_, text, exit, wanted) => {
    writeFileSync(file('bad'), text);
    const run = await bench.run(['backup', 'import', file('bad'), '--json']);
    expect(run.exit).toBe(exit);
    expect(jsonOf(run)).toMatchObject({ vehicle: 'untouched', error: { code: wanted, message: expect.stringContaining(file('bad')) } });
  });

  it('refuses what is too large, no file, or not there, before it reads any of it', async () => {
    writeFileSync(file('large'), Buffer.alloc(SIZE + 1));
    mkdirSync(file('folder'));
    symlinkSync('/dev/zero', file('endless'));
    const runs = await Promise.all(
      ['large', 'folder', 'endless', 'none'].map((name) => bench.run(['backup', 'import', file(name), '--json'])),
    );
    expect(runs.map((run) => [run.exit, jsonOf(run).error.code])).toEqual([
      [9, 'archive.damaged'],
      [2, 'usage.file'],
      [2, 'usage.file'],
      [2, 'usage.file'],
    ]);
  });

  it('of a file of the archive itself says that copying is all it takes', async () => {
    await backUp('--ecu', 'KOMBI');
    const run = await bench.run(['backup', 'import', bench.backupPaths()[0] ?? '', '--json']);
    expect([run.exit, jsonOf(run).error]).toEqual([
      2,
      expect.objectContaining({ code: 'usage.import', hint: expect.stringContaining('copy it') }),
    ]);
    bench.files = { backups: 1, journals: [] };
  });

  it('keeps a car whose VIN is none in a folder of its own, listed and never restored', async () => {
    const toolkit = { dids: [{ did: '3301', data: 'ff' }], ecu_address: 96, metadata: { vin: 'WBATESTVIN1234567', ecu_type: 'Kombi' } };
    writeFileSync(file('sample.json'), JSON.stringify(toolkit));
    const { result } = jsonOf(await bench.run(['backup', 'import', file('sample.json'), '--json']));
    expect(result).toMatchObject({
      vin: 'WBATESTVIN1234567',
      path: expect.stringMatching(/vehicles\/hex-[0-9a-f]+\/backups/),
      restorable: false,
    });
    const refused = await bench.on(link(), ['restore', result.id, '--block', 'KOMBI:3301', '--json']);
    expect([refused.exit, jsonOf(refused).error.code]).toEqual([3, 'car.other']);
    bench.files = { backups: 1, journals: [] };
  });
});
