import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands/index.ts';
import { jsonOf, useBench } from './support/bench.ts';

const bench = useBench();

describe.each(['enet', 'elm327'])('reading over %s', (kind) => {
  const link = () => bench.link(`link=${kind}`);

  it('info tells the car and every ECU that answers', async () => {
    const { result, vehicle } = jsonOf(await bench.on(link(), ['info', '--json']));
    expect(vehicle).toBe('untouched');
    expect(result).toMatchObject({
      vin: 'WBA6C92010D000001',
      series: 'F06',
      model: '640d Gran Coupé',
      iLevel: 'F010-15-03-505',
      voltage: 13.4,
    });
    expect(result.ecus.find((ecu: { address: string }) => ecu.address === '60')).toMatchObject({
      name: 'KOMBI',
      software: expect.arrayContaining(['CAFD_7E570601_001_000_000']),
    });
    const screen = await bench.on(link(), ['info']);
    expect(screen.stdout).toMatch(new RegExp(`^WBA6C92010D000001 · 640d Gran Coupé \\(F06\\) · ${kind.toUpperCase()} · 13\\.4 V\n`));
  });

  it('info fits a narrow terminal', async () => {
    const { stdout } = await bench.on(link(), ['info'], { env: { COLUMNS: '40' } });
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40);
  });

  it('read gives values in the order asked, however they are written', async () => {
    const addresses = ['60:3301.@25.3', 'KOMBI:3301/CC_AKTIVIERUNG_6', 'kombi:3301.@2D'];
    const { result } = jsonOf(await bench.on(link(), ['read', ...addresses, '--json']));
    expect(result.values).toMatchObject([
      { address: '60:3301.@25.3', canonical: '60:3301.@25.3', hex: 'FF', bit: 1 },
      { address: 'KOMBI:3301/CC_AKTIVIERUNG_6', canonical: '60:3301/CC_ACTIVIERUNG_6', hex: 'FEFFFFFFFFDFFFFF', hidden: [320, 365] },
      { address: 'kombi:3301.@2D', canonical: '60:3301.@2D', hex: 'DF' },
    ]);
  });

  it('blocks lists what the cluster holds', async () => {
    const { result } = jsonOf(await bench.on(link(), ['blocks', 'KOMBI', '--json']));
    expect(result).toMatchObject({ ecu: '60', name: 'KOMBI', source: 'catalog' });
    expect(result.blocks).toHaveLength(14);
    expect(result.blocks).toContainEqual({ did: '3301', length: 320, name: 'CC_ID_Sperre' });
  });

  it('faults tells the dead backup battery', async () => {
    const { result } = jsonOf(await bench.on(link(), ['faults', '--json']));
    expect(result.faults).toEqual([expect.objectContaining({ ecu: '61', code: 'B7F341', text: expect.stringMatching(/battery/) })]);
    expect(jsonOf(await bench.on(link(), ['faults', 'KOMBI', '--json'])).result.faults).toEqual([]);
  });

  it('messages tells what the car has raised, and where the bit lies', async () => {
    const active = jsonOf(await bench.on(link(), ['messages', 'active', '--json']));
    expect(active.result.messages).toEqual([expect.objectContaining({ id: 299, active: true })]);
    const shown = jsonOf(await bench.on(link(), ['messages', 'show', '299', '--json']));
    expect(shown.result).toMatchObject({ id: 299, group: 5, byte: 5, bit: 3, block: '3301', shown: true });
  });
});

describe('what the catalog alone can tell', () => {
  it('messages show needs no car', async () => {
    const { result } = jsonOf(await bench.run(['messages', 'show', '299', '--json']));
    expect(result).toMatchObject({ id: 299, group: 5, byte: 5, bit: 3 });
    expect(result.block).toBeUndefined();
  });

  it('messages show tells where every mask that is known ends before the message', async () => {
    const run = await bench.run(['messages', 'show', '9999']);
    expect(run.exit).toBe(0);
    expect(run.stdout).toMatch(/group 157, byte 1, bit 7\n.*end with group 40\./);
    expect(jsonOf(await bench.run(['messages', 'show', '9999', '--json'])).result.withinKnownMasks).toBe(false);
    expect(jsonOf(await bench.run(['messages', 'show', '2559', '--json'])).result.withinKnownMasks).toBe(true);
  });

  it('messages find takes words in both languages', async () => {
    for (const words of [['emergency'], ['Notruf', '--lang', 'de']]) {
      const { result } = jsonOf(await bench.run(['messages', 'find', ...words, '--json']));
      expect(result.messages.map(({ id }: { id: number }) => id)).toContain(299);
    }
    expect((await bench.run(['messages', 'find', 'zeppelin'])).stdout).toMatch(/No message/);
  });

  it('messages list shows labels in the language asked for', async () => {
    const [english, german] = [await bench.run(['messages', 'list']), await bench.run(['messages', 'list', '--lang', 'de'])];
    expect(english.stdout).toMatch(/^299 +emergency call/m);
    expect(german.stdout).not.toBe(english.stdout);
  });

  it('every result of a command has a published schema', async () => {
    const names = jsonOf(await bench.run(['schema', '--json'])).result.commands as string[];
    for (const { load } of commands) {
      const spec = await load();
      for (const name of spec.commands?.map((child) => `${spec.name}-${child.name}`) ?? [spec.name]) expect(names).toContain(name);
    }
    const { stdout, exit } = await bench.run(['schema', 'backup', 'create']);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      title: 'kombi/backup-create@1',
      type: 'object',
      required: expect.arrayContaining(['id', 'path', 'complete']),
    });
    expect((await bench.run(['schema', 'nonsense'])).exit).toBe(2);
  });
});

describe('the link', () => {
  it('comes from KOMBI_LINK where none is given', async () => {
    const run = await bench.run(['read', '60:3301.@25', '--json'], { env: { KOMBI_LINK: bench.link('link=elm327') } });
    expect(jsonOf(run).result.values[0].hex).toBe('FF');
  });

  it('is the only one in reach, in a terminal', async () => {
    const run = await bench.run(['read', '60:3301.@25'], { answers: [], links: [bench.link('link=elm327')] });
    expect(run.exit).toBe(0);
  });

  it.each([
    ['none is in reach', [], { answers: [] }],
    ['there are several', ['elm327:COM3', 'enet://169.254.1.1'], { answers: [] }],
    ['nobody sees which one is taken', ['elm327:COM3'], {}],
  ])('must be given where %s', async (_, links, options) => {
    const run = await bench.run(['read', '60:3301', '--json'], { ...options, links });
    expect(run.exit).toBe(2);
    const { error } = jsonOf(run);
    expect(error.code).toBe('usage.link-missing');
    for (const link of links) expect(error.message).toContain(link);
  });

  it('is recorded by --trace', async () => {
    const file = join(bench.folder, 'trace.txt');
    const run = await bench.on(bench.link('link=elm327'), ['read', '60:3301.@25', '--trace', file]);
    expect(run.exit).toBe(0);
    const lines = readFileSync(file, 'utf8').split('\n');
    expect(lines.filter((line) => /^\d+\.\d > 60 22 33 01$/.test(line))).toHaveLength(1);
    expect(lines.filter((line) => /^\d+\.\d < 60 62 33 01 FF/.test(line))).toHaveLength(1);
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('is not opened where the trace cannot be written', async () => {
    const file = join(bench.folder, 'no-such-folder', 'trace.txt');
    const run = await bench.on(bench.link('link=elm327'), ['read', '60:3301', '--trace', file, '--json']);
    expect(run.exit).toBe(2);
    expect(jsonOf(run).error.code).toBe('usage.trace');
    expect(existsSync(file)).toBe(false);
  });
});
