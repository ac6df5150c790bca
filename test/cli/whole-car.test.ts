import { describe, expect, it } from 'vitest';
import { jsonOf, useBench } from './support/bench.ts';

const BIT = 'KOMBI:3301/CC_ACTIVIERUNG_5.5.3=0';
const bench = useBench();
const link = (...options: string[]) => bench.link('link=elm327', ...options);

async function hideMessage(): Promise<void> {
  const planned = jsonOf(await bench.on(link(), ['code', BIT, '--dry-run', '--json'])).result.plan;
  expect((await bench.on(link(), ['code', BIT, '--accept', planned.id])).exit).toBe(0);
  bench.car = ['ecus.60.blocks.3301.@25.3 1→0'];
}

async function backUp(...words: string[]): Promise<string> {
  return jsonOf(await bench.on(link(), ['backup', 'create', '--json', ...words])).result.id;
}

describe('a backup that lacks something', () => {
  it('is saved and named, and ends with 3, because what could not be read is not done', async () => {
    const run = await bench.on(link('fault=ignore,ecu=61'), ['backup', 'create', '--ecu', '60', '--ecu', 'ATM', '--json']);
    expect(run.exit).toBe(3);
    const [saved] = jsonOf(await bench.run(['backup', 'list', '--json'])).result.backups;
    expect(saved).toMatchObject({
      complete: false,
      ecus: [
        { address: '60', blocks: 14 },
        { address: '61', blocks: 0 },
      ],
    });
    expect(jsonOf(run)).toMatchObject({
      vehicle: 'untouched',
      error: {
        code: 'backup.incomplete',
        message: `Backup ${saved.id} is saved, but lacks what could not be read:\nATM 61 does not answer`,
        hint: expect.stringContaining('--partial'),
      },
    });
    bench.files = { backups: 1, journals: [] };
  });

  it('ends with 0 where the person is content with that, and says what lacks', async () => {
    const words = ['backup', 'create', '--ecu', '60', '--ecu', '61', '--partial'];
    const told = jsonOf(await bench.on(link('fault=ignore,ecu=61'), [...words, '--json']));
    expect(told.result).toMatchObject({
      complete: false,
      ecus: 2,
      blocks: 14,
      lacks: [{ ecu: '61', name: 'ATM', why: 'silent', blocks: [] }],
    });
    const { exit, stdout } = await bench.on(link('fault=ignore,ecu=61'), words);
    expect([exit, stdout]).toEqual([0, expect.stringMatching(/\nNot complete:\n {2}ATM 61 does not answer\n$/)]);
    bench.files = { backups: 2, journals: [] };
  });

  it('because an ECU refuses a block leaves nothing in doubt: it ends with 0 and records the code', async () => {
    const run = await bench.on(link('fault=nrc:33,ecu=60,did=3301'), ['backup', 'create', '--ecu', 'KOMBI', '--json']);
    expect(run.exit).toBe(0);
    const { complete, lacks, id } = jsonOf(run).result;
    expect([complete, lacks]).toEqual([false, [{ ecu: '60', name: 'KOMBI', why: 'refused', blocks: [{ did: '3301', nrc: '33' }] }]]);
    expect(jsonOf(await bench.run(['backup', 'show', id, '--json'])).result.unreadable).toEqual([{ ecu: '60', did: '3301', nrc: '33' }]);
    bench.files = { backups: 1, journals: [] };
  });
});

describe('blocks', () => {
  it('shows what is no coding data and is never written', async () => {
    const { blocks } = jsonOf(await bench.on(link(), ['blocks', 'KOMBI', '--json'])).result;
    const kinds = blocks
      .filter(({ kind }: { kind?: string }) => kind !== undefined)
      .map(({ did, kind }: { did: string; kind: string }) => `${did} ${kind}`);
    expect(kinds).toEqual(['3010 short-vin', '37EF tlid', '37F0 cafd-id', '37F1 signature', '37FE proof-stamp']);
    const { stdout } = await bench.on(link(), ['blocks', 'KOMBI']);
    expect(stdout).toMatch(/^ {2}37F1 {2}132 bytes {2}the signature of the coding data, never written$/m);
  });

  it('of every ECU, with those that do not answer named', async () => {
    bench.profile = 'f06-short';
    const run = await bench.on(link('fault=ignore,ecu=61'), ['blocks', '--all', '--json']);
    const { ecus, silent } = jsonOf(run).result;
    expect(ecus.map(({ ecu, blocks }: { ecu: string; blocks: unknown[] }) => `${ecu} ${blocks.length}`)).toEqual([
      '10 1',
      '12 2',
      '40 2',
      '60 3',
    ]);
    expect(ecus[0]).toMatchObject({
      source: 'scan',
      complete: true,
      ranges: [
        { first: '3000', last: '35FF' },
        { first: '3700', last: '37FF' },
      ],
    });
    expect(silent).toEqual([{ address: '61', name: 'ATM' }]);
  });

  it.each([[['blocks']], [['blocks', 'KOMBI', '--all']]])('%j is a question that cannot be answered', async (words) => {
    const run = await bench.on(link(), [...words, '--json']);
    expect([run.exit, jsonOf(run).error.code]).toEqual([2, 'usage.ecu']);
  });
});

describe('what differs', () => {
  it('between a backup and the car is named by parameter and message, and ends with 0', async () => {
    const before = await backUp('--ecu', 'KOMBI');
    expect((await bench.on(link(), ['backup', 'diff', before, '--car'])).stdout).toBe('They hold the same.\n');
    await hideMessage();
    const run = await bench.on(link(), ['backup', 'diff', before, '--car', '--json']);
    expect(run.exit).toBe(0);
    expect(jsonOf(run).result).toMatchObject({
      equal: false,
      ecus: [
        {
          address: '60',
          blocks: [
            {
              did: '3301',
              name: 'CC_ID_Sperre',
              bytes: [{ offset: 0x25, left: 0xff, right: 0xf7 }],
              parameters: [{ parameter: 'CC_ACTIVIERUNG_5', offset: 0x20, left: 'FFFFFFFFFFFFFFFF', right: 'FFFFFFFFFFF7FFFF' }],
              effects: [{ message: 299, becomes: 'hidden' }],
            },
          ],
        },
      ],
    });
    const after = await backUp('--ecu', 'KOMBI');
    const text = `KOMBI 60
  3301 CC_ID_Sperre  @25 FF→F7
        CC_ACTIVIERUNG_5   FF FF FF FF FF [FF → F7] FF FF
                           bit 3 off: message 299, emergency call system failed: shown → hidden
`;
    expect((await bench.on(link(), ['backup', 'diff', before, '--car'])).stdout).toBe(text);
    expect((await bench.run(['backup', 'diff', before, after])).stdout).toBe(text);
    bench.files = { backups: 3, journals: ['COMMITTED'] };
  });

  it('makes verify end with 3 and say which message it is, and an ECU that is gone too', async () => {
    const before = await backUp('--ecu', 'KOMBI', '--ecu', '61');
    await hideMessage();
    const run = await bench.on(link('fault=ignore,ecu=61'), ['backup', 'verify', before, '--against-car', '--json']);
    expect(run.exit).toBe(3);
    expect(jsonOf(run).error.message.split('\n').slice(1)).toEqual([
      'KOMBI:3301 differs: @25 FF→F7 (CC_ACTIVIERUNG_5; bit 3 off: message 299, emergency call system failed: shown → hidden)',
      'ATM 61 does not answer: 8 blocks not compared',
    ]);
    bench.files = { backups: 2, journals: ['COMMITTED'] };
  });

  it.each([
    [['backup', 'diff', 'abcd'], 'Compared with what?'],
    [['backup', 'diff', 'abcd', 'abce', '--car'], 'not both'],
  ])('%j says what is missing', async (words, message) => {
    const run = await bench.on(link(), [...words, '--json']);
    expect([run.exit, jsonOf(run).error]).toEqual([2, expect.objectContaining({ message: expect.stringContaining(message) })]);
  });
});
