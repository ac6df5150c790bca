import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { jsonOf, type Run, useBench } from './support/bench.ts';

const RECORDING = fileURLToPath(new URL('../../../shared/data/recordings/e61-obd.sim', import.meta.url));
const bench = useBench();

/** Addresses and data that answered `C4 EF F1 18 02 FF FF`, read from the file without any code of the program. */
function troubleCodesInFile(): ReadonlyMap<string, string> {
  const [, responses = ''] = readFileSync(RECORDING, 'latin1').split('[RESPONSE]');
  const [, line = ''] = /^C4EFF11802FFFF_0=(.*?)\r?$/m.exec(responses) ?? [];
  const bytes = line.split(',');
  const found = new Map<string, string>();
  while (bytes.length > 3) {
    const [head = '', , source = ''] = bytes.splice(0, 3);
    found.set(source, bytes.splice(0, Number.parseInt(head, 16) & 0x3f).join(''));
    bytes.splice(0, 1);
  }
  return found;
}

describe.skipIf(!existsSync(RECORDING))('the recorded E61 (skipped without ../shared/data/recordings)', () => {
  const kombi = (wire: string, ...words: string[]): Promise<Run> =>
    bench.on(`mock:${RECORDING}?link=${wire}&state=${encodeURIComponent(join(bench.folder, 'e61.json'))}`, words);

  it.each(['enet', 'elm327'])('is known over %s by its own answers, with every unit that answered the recorded tester', async (wire) => {
    const { result } = jsonOf(await kombi(wire, 'info', '--json'));
    expect(result).toMatchObject({ vin: 'WBAPX11050E000001', series: 'E61', iLevel: null, voltage: null });
    expect(result.ecus.map(({ address }: { address: string }) => address)).toEqual([...troubleCodesInFile().keys()].sort());
    expect(result.ecus.find(({ address }: { address: string }) => address === '40').serial).toBe('271440597');
  });

  it('tells the trouble codes that the file holds', async () => {
    const { result } = jsonOf(await kombi('elm327', 'faults', '--json'));
    const stored = [...troubleCodesInFile()].filter(([, answer]) => answer !== '5800');
    const told: { ecu: string; code: string }[] = result.faults;
    expect(told.map(({ ecu, code }) => [ecu, `5801${code}24`])).toEqual(stored.toSorted(([left], [right]) => left.localeCompare(right)));
  });

  it('is backed up, takes the write that was recorded as an experiment, and gives it back', async () => {
    const json = async (...words: string[]) => jsonOf(await kombi('enet', ...words, '--json'));
    const held = async () => (await json('read', '40:3005')).result.values[0].hex;

    const backup = await json('backup', 'create', '--ecu', '40');
    expect(backup.result).toMatchObject({ vin: 'WBAPX11050E000001', blocks: 2, complete: true });
    expect(jsonOf(await bench.run(['backup', 'show', backup.result.id, '--json'])).result.blocks).toMatchObject([
      { ecu: '40', did: '3005', hex: '570A05270000' },
      { ecu: '40', did: '3FFF', hex: '666A' },
    ]);
    expect((await json('blocks', '40')).result.blocks).toMatchObject([
      { did: '3005', length: 6 },
      { did: '3FFF', length: 2, kind: 'metadata' },
    ]);

    const words = ['code', '40:3005.@01=0A:0B', '--experimental'];
    const planned = await json(...words, '--dry-run');
    const done = await json(...words, '--accept', planned.result.plan.id);
    expect([done.ok, done.vehicle, done.result.verified]).toEqual([true, 'changed', 1]);
    expect(await held()).toBe('570B05270000');
    const undoing = await json('undo', '--dry-run');
    expect((await json('undo', '--accept', undoing.result.plan.id)).vehicle).toBe('changed');
    expect(await held()).toBe('570A05270000');
    bench.files = { backups: 3, journals: ['COMMITTED', 'COMMITTED'] };
  });
});
