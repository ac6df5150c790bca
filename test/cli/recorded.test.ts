import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseText } from '../mock/recorded/own-parser.ts';
import { type JsonLine, jsonOf, useBench } from './support/bench.ts';

const F20 = fileURLToPath(new URL('../../fixtures/recordings/f20-read.txt', import.meta.url));
const E90 = fileURLToPath(new URL('../../fixtures/recordings/e90-read.sim', import.meta.url));
const G31 = fileURLToPath(new URL('../../../shared/data/recordings/g31-coding.txt', import.meta.url));
const E61 = fileURLToPath(new URL('../../../shared/data/recordings/e61-obd.sim', import.meta.url));
const VIN = '57 42 41 54 45 53 54 56 31 4E 30 30 30 30 30 30 31';

/** Shapes that no recording of ours has. */
const ODD: Readonly<Record<string, string>> = {
  'a single ECU': `83 60 F1 22 F1 90 00 : 94 F1 60 62 F1 90 ${VIN} 00\n83 60 F1 22 30 00 00 : 85 F1 60 62 30 00 01 02 00\n`,
  'answers to all only': `C3 DF F1 22 F1 90 00 : 94 F1 10 62 F1 90 ${VIN} 00\nC3 DF F1 22 30 00 00 : 85 F1 60 62 30 00 01 02 00\n`,
  'open bytes only': `83 60 F1 22 F1 90 XX : 94 F1 60 62 F1 90 ${VIN} 00\n83 60 F1 22 30 0X XX : 83 F1 60 7F 22 31 00\n`,
};

const bench = useBench();

function fileWith(text: string, name = 'car.txt'): string {
  const file = join(bench.folder, name);
  writeFileSync(file, text);
  return file;
}

/** The blocks of the newest backup, `60/3000` to hex. */
function backedUp(): ReadonlyMap<string, string> {
  const path = bench.backupPaths().at(-1) ?? '';
  const { ecus } = JSON.parse(readFileSync(path, 'utf8')) as { ecus: { address: string; blocks: { did: string; rows: string[] }[] }[] };
  return new Map(ecus.flatMap(({ address, blocks }) => blocks.map(({ did, rows }) => [`${address}/${did}`, rows.join('')] as const)));
}

/** Every coding block of a recording in EdiabasLib's text, as the test reads it. */
function recordedBlocks(file: string): ReadonlyMap<string, string> {
  const blocks = new Map<string, string>();
  for (const { request, answers } of parseText(readFileSync(file, 'latin1'))) {
    if (!/^223[0-9a-e]..$/.test(request)) continue;
    for (const { source, payload } of answers) {
      const key = `${source.toString(16).padStart(2, '0')}/${request.slice(2)}`.toUpperCase();
      if (payload.startsWith('62') && !blocks.has(key)) blocks.set(key, payload.slice(6).toUpperCase());
    }
  }
  return blocks;
}

async function expectReads(link: string, ecu: string): Promise<JsonLine['result'][]> {
  const results: JsonLine['result'][] = [];
  for (const words of [['info'], ['faults'], ['blocks', ecu]]) {
    const run = await bench.on(link, [...words, '--json']);
    expect([words[0], run.exit, run.stdout]).toEqual([words[0], 0, expect.stringContaining('"ok":true')]);
    results.push(jsonOf(run).result);
  }
  return results;
}

describe('a recorded car', () => {
  it('is read, told to the program how often it could not answer, and saved block by block', async () => {
    const [info, faults, blocks] = await expectReads(`mock:${F20}?link=elm327`, '61');
    expect(info).toMatchObject({ vin: 'WBATESTV1N0000001', iLevel: 'F020-24-07-530' });
    expect(info.ecus.map(({ address }: { address: string }) => address)).toEqual(['10', '40', '60', '61']);
    expect(faults.faults.map(({ code }: { code: string }) => code)).toEqual(['026009', 'B7F341']);
    expect(blocks.blocks.map(({ did }: { did: string }) => did)).toEqual(['3000']);
    const run = await bench.on(`mock:${F20}?link=elm327`, ['backup', 'create', '--ecu', '60', '--json']);
    expect(run.stderr).toMatch(/^f20-read\.txt: \d+ requests were not in the recording and refused \(by service 22: \d+; first .*\)$/m);
    expect(backedUp()).toEqual(new Map([...recordedBlocks(F20)].filter(([block]) => block.startsWith('60/'))));
    bench.files = { backups: 1, journals: [] };
  });

  it('of the E-series is read and saved', async () => {
    const [info, faults, blocks] = await expectReads(`mock:${E90}?link=elm327`, '40');
    expect(info).toMatchObject({ vin: 'WBATESTV1N0000002', family: 'E' });
    // Found by asking all at EF: nobody lists them.
    expect(info.ecus.map(({ address }: { address: string }) => address)).toEqual(['12', '40', '60']);
    expect(faults.faults.map(({ code }: { code: string }) => code)).toEqual(['6009']);
    expect(blocks.blocks).toMatchObject([{ did: '3000', length: 4 }]);
    expect((await bench.on(`mock:${E90}`, ['backup', 'create', '--ecu', '40', '--json'])).exit).toBe(0);
    expect(backedUp().get('40/3000')).toBe('57020527');
    bench.files = { backups: 1, journals: [] };
  });

  it.each(Object.keys(ODD))('of an odd shape is read: %s', async (shape) => {
    await expectReads(`mock:${fileWith(ODD[shape] ?? '')}?link=elm327`, '60');
  });

  it('without a VIN is read where it is given one, and says so', async () => {
    const file = fileWith('83 60 F1 22 30 00 00 : 85 F1 60 62 30 00 01 02 00\n');
    const run = await bench.on(`mock:${file}`, ['info', '--json']);
    expect([run.exit, jsonOf(run).error.code]).toEqual([3, 'car.no-vin']);
    expect(run.stderr).toContain('car.txt: the recording tells no VIN; give it one with vin=');
    expect(jsonOf(await bench.on(`mock:${file}?vin=WBATESTV1N0000003&link=elm327`, ['info', '--json'])).result.vin).toBe(
      'WBATESTV1N0000003',
    );
  });

  it('is coded in memory, or in a file, and taken back', async () => {
    const link = `mock:${F20}?state=${encodeURIComponent(join(bench.folder, 'recorded.json'))}`;
    const state = () => JSON.parse(readFileSync(join(bench.folder, 'recorded.json'), 'utf8')).ecus['60'].blocks['3301'];
    const plan = jsonOf(await bench.on(link, ['code', '60:3301.@05=FF:F7', '--dry-run', '--json'])).result.plan;
    const code = await bench.on(link, ['code', '60:3301.@05=FF:F7', '--accept', plan.id, '--json']);
    expect([code.exit, state()]).toEqual([0, `${'FF'.repeat(5)}F7${'FF'.repeat(10)}`]);
    const back = jsonOf(await bench.on(link, ['undo', '--dry-run', '--json'])).result.plan;
    expect([(await bench.on(link, ['undo', '--accept', back.id])).exit, state()]).toEqual([0, 'FF'.repeat(16)]);
    bench.files = { backups: 2, journals: ['COMMITTED', 'COMMITTED'] };
  });

  it('says what of its file was passed over, where it is asked to say more', async () => {
    const file = fileWith(
      '[REQUEST]\nA=83,60,F1,22,F1,90\n[RESPONSE]\nA=94,F1,60,62,F1,90,57,42,41,54,45,53,54,56,31,4E,30,30,30,30,30,30,31,01\n',
      'car.sim',
    );
    const remark = 'car.sim: line 4: a checksum is wrong';
    expect((await bench.on(`mock:${file}?link=elm327`, ['info'])).stderr).not.toContain(remark);
    expect((await bench.on(`mock:${file}?link=elm327`, ['info', '--verbose'])).stderr).toContain(remark);
  });

  it.each([
    ['there is no such file', undefined, 'usage.recording', /car\.txt cannot be read/],
    ['a line is wrong', '; a car\n83 60 F1 22\n', 'recording.invalid', /car\.txt: line 2: there is no colon/],
    ['nobody answers', '83 60 F1 22 30 00 00 :\n', 'recording.invalid', /car\.txt: no ECU answers in it/],
    ['it is empty', '', 'recording.invalid', /car\.txt: no ECU answers in it/],
    ['it is too large', `;${' '.repeat(16 * 1024 * 1024)}`, 'usage.recording', /larger than 16777216 bytes/],
  ])('is refused where %s', async (_why, text, code, message) => {
    const file = text === undefined ? join(bench.folder, 'car.txt') : fileWith(text);
    for (const words of [
      ['info', '--link', `mock:${file}`],
      ['sim', '--for', '0', '--from', file],
    ]) {
      const run = await bench.run([...words, '--json']);
      expect(run.exit).toBe(2);
      expect(jsonOf(run).error).toMatchObject({ code, message: expect.stringMatching(message) });
    }
  });

  it.each([
    ['fault=not-stored', 'usage.fault'],
    ['vin=short', 'usage.link'],
    ['wire=enet', 'usage.link'],
  ])('refuses %s', async (option, code) => {
    const run = await bench.run(['info', '--json', '--link', `mock:${F20}?${option}`]);
    expect([run.exit, jsonOf(run).error.code]).toEqual([2, code]);
  });
});

describe('kombi sim --from', () => {
  it('offers a recorded car to other programs, and tells at the end what it could not answer', async () => {
    const stop = new AbortController();
    let ready: ((line: string) => void) | undefined;
    const line = new Promise<string>((resolve) => {
      ready = resolve;
    });
    const running = bench.run(['sim', '--from', F20, '--json'], { signal: stop.signal, onOutput: (text) => ready?.(text) });
    const { result } = jsonOf({ stdout: await line });
    expect(result).toMatchObject({ profile: 'f20-read.txt', vin: 'WBATESTV1N0000001' });
    const read = await bench.run(['read', '60:3302', '--json', '--link', `enet://127.0.0.1:${result.enet.port}`]);
    expect(jsonOf(read).result.values[0].hex).toHaveLength(600);
    stop.abort();
    const run = await running;
    expect(run.exit).toBe(0);
    expect(run.stderr).toMatch(/^f20-read\.txt: \d+ requests? w(as|ere) not in the recording and refused/);
  });

  it('tells no VIN where the recording tells none', async () => {
    const file = fileWith('83 60 F1 22 30 00 00 : 85 F1 60 62 30 00 01 02 00\n');
    const run = await bench.run(['sim', '--from', file, '--for', '0', '--json']);
    expect(jsonOf(run).result).toMatchObject({ profile: 'car.txt', vin: null });
    expect((await bench.run(['sim', '--from', file, '--for', '0'])).stdout).toMatch(/^car\.txt without a VIN on enet:/);
  });

  it('is no profile', async () => {
    const run = await bench.run(['sim', 'f06-sos', '--from', F20, '--for', '0', '--json']);
    expect([run.exit, jsonOf(run).error.code]).toEqual([2, 'usage.option']);
  });
});

describe('the recordings of real cars', () => {
  it.skipIf(!existsSync(G31))(
    'G31: info, faults and blocks, and every coding block in a backup over both wires (skipped where ../shared/data is not there)',
    async () => {
      const [info] = await expectReads(`mock:${G31}?link=elm327`, '60');
      expect(info.ecus).toHaveLength(24);
      const recorded = recordedBlocks(G31);
      expect(recorded.size).toBeGreaterThan(400);
      for (const link of ['enet', 'elm327']) {
        expect((await bench.on(`mock:${G31}?link=${link}`, ['backup', 'create', '--json'])).exit).toBe(0);
        const saved = backedUp();
        expect([...recorded].filter(([block, bytes]) => saved.get(block) !== bytes)).toEqual([]);
      }
      bench.files = { backups: 2, journals: [] };
    },
    120_000,
  );

  it.skipIf(!existsSync(E61))(
    'E61: info, faults and blocks, and a backup (skipped where ../shared/data is not there)',
    async () => {
      const [info, , blocks] = await expectReads(`mock:${E61}?link=elm327`, '40');
      expect(info).toMatchObject({ series: 'E61', family: 'E' });
      expect(blocks.blocks).toContainEqual(expect.objectContaining({ did: '3005', length: 6 }));
      expect((await bench.on(`mock:${E61}`, ['backup', 'create', '--ecu', '40', '--json'])).exit).toBe(0);
      expect(backedUp().get('40/3005')).toBe('570A05270000');
      bench.files = { backups: 1, journals: [] };
    },
    120_000,
  );
});
