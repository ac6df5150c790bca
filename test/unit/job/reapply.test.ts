import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Catalog, loadCatalog } from '../../../src/catalog/index.ts';
import { did, formatDid } from '../../../src/core/index.ts';
import { diffStates } from '../../../src/mock/index.ts';
import { Rig } from '../../support/rig.ts';

const CLUSTER = 0x60;
const MASKS = 0x3301;
const SETTINGS = 0x3000;
const SVK = 0xf101;
const SERIAL = 0xf18c;
const HIDE_299 = 'KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7';
const BIT_299 = 'ecus.60.blocks.3301.@25.3 1→0';

let rig: Rig;
const folders: string[] = [];
beforeEach(() => {
  rig = new Rig({ wire: 'enet' });
});
afterEach(async () => {
  expect(rig.violations).toEqual([]);
  await rig.dispose();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function cluster() {
  const ecu = rig.car.ecus.get(CLUSTER);
  if (ecu === undefined) throw new Error('the car has a cluster');
  return ecu;
}

const bytesOf = (block: number) => new Uint8Array(cluster().memory.lasting(block) ?? []);

/** What a dealer does: new software, and the coding of the factory; `change` says what else is new. */
function updateAtDealer(change: { cafdVersion?: number; cafdId?: number; blocks?: Readonly<Record<number, Uint8Array>> } = {}): string[] {
  const svk = bytesOf(SVK);
  for (let entry = 17; entry < svk.length; entry += 8) {
    if (svk[entry] === 0x08) svk[entry + 5] = 0x77;
    if (svk[entry] === 0x05) {
      if (change.cafdVersion !== undefined) svk[entry + 5] = change.cafdVersion;
      if (change.cafdId !== undefined) svk[entry + 4] = change.cafdId;
    }
  }
  cluster().memory.replace(SVK, svk);
  const factory = rig.before.ecus['60']?.blocks ?? {};
  for (const block of [MASKS, SETTINGS]) {
    const bytes = change.blocks?.[block] ?? new Uint8Array(Buffer.from(factory[formatDid(did(block))] ?? '', 'hex'));
    cluster().memory.replace(block, bytes);
  }
  return changes();
}

/** Every bit of the car that is not as it was at first. */
function changes(): string[] {
  return diffStates(rig.before, rig.car.exportState())
    .map(({ path, before, after }) => `${path} ${String(before)}→${String(after)}`)
    .filter((path) => path.startsWith('ecus.60.blocks'));
}

async function jobIds(): Promise<readonly string[]> {
  return (await rig.archive().listJournals()).map(({ begin }) => begin.txid);
}

/** A catalog that knows the coding data 7E5706AA too: the same masks, `shift` bytes further on, and two groups fewer. */
function catalogThatKnows(shift: number): Catalog {
  const folder = mkdtempSync(join(tmpdir(), 'kombi-reapply-'));
  folders.push(folder);
  cpSync(new URL('../../../src/catalog/data/', import.meta.url), folder, { recursive: true });
  const add = (file: string, key: string, make: (rows: Record<string, unknown>[]) => object | undefined) => {
    const content = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, Record<string, unknown>[]>;
    const row = make(content[key] ?? []);
    writeFileSync(join(folder, file), JSON.stringify({ [key]: [...(content[key] ?? []), row] }));
  };
  add('cafds.json', 'cafds', (rows) => ({ ...rows.find(({ id }) => id === '7E570601'), id: '7E5706AA' }));
  add('layouts.json', 'layouts', (rows) => {
    const layout = rows.find(({ id }) => id === 'f06-sos-cc-masks');
    return { ...layout, id: 'moved', cafds: ['7E5706AA'], mask: { ...(layout?.['mask'] as object), firstOffset: shift, groups: 38 } };
  });
  return loadCatalog(new URL(`${pathToFileURL(folder).href}/`));
}

describe('reapply after a dealer update', () => {
  it('writes the net effect of what was done and not taken back, as one job', async () => {
    for (const edits of [[HIDE_299], ['60:3000.@05=01'], ['60:3301.@25.0=0'], ['60:3000.@06=01', '60:3000.@07=02']]) await rig.code(edits);
    await rig.undo();
    await rig.code(['60:3000.@05=03']);
    const wanted = changes();
    expect(updateAtDealer()).toEqual([]);

    expect(await rig.reapply()).toMatchObject({ exit: 0, vehicle: 'changed', value: { verified: 2 } });
    expect(changes()).toEqual(wanted);
    expect(await rig.reapply()).toMatchObject({ exit: 0, vehicle: 'untouched', value: { alreadyDone: true } });
    // It is a job like any other.
    expect(await rig.undo()).toMatchObject({ exit: 0 });
    expect(changes()).toEqual([]);
  });

  it('can be of one job', async () => {
    await rig.code([HIDE_299]);
    await rig.code(['60:3000.@05=01']);
    updateAtDealer();
    const [first = ''] = await jobIds();
    expect(await rig.reapply({ jobId: first.slice(0, 6) })).toMatchObject({ exit: 0 });
    expect(changes()).toEqual([BIT_299]);
    expect(await rig.reapply({ jobId: 'ffff' })).toMatchObject({ exit: 2, code: 'usage.job' });
  });

  it('changes only the bits of masks that were asked for, whatever their neighbours are now', async () => {
    await rig.code([HIDE_299]);
    const masks = new Uint8Array(Buffer.from(rig.before.ecus['60']?.blocks?.['3301'] ?? '', 'hex'));
    masks[0x25] = 0xfe;
    updateAtDealer({ blocks: { [MASKS]: masks } });
    expect(await rig.reapply()).toMatchObject({ exit: 0 });
    expect(bytesOf(MASKS)[0x25]).toBe(0xf6);
  });

  it('leaves alone what a restore has put back', async () => {
    await rig.code([HIDE_299, '60:3000.@05=01']);
    await rig.restore({ blocks: [{ ecu: undefined, did: did(MASKS) }] });
    updateAtDealer();
    expect(await rig.reapply()).toMatchObject({ exit: 0 });
    expect(changes().some((path) => path.includes('.3301.'))).toBe(false);
    expect(bytesOf(SETTINGS)[5]).toBe(1);
  });

  it('refuses a byte that is neither as before the job nor as after it', async () => {
    await rig.code(['60:3000.@05=01']);
    const settings = new Uint8Array(Buffer.from(rig.before.ecus['60']?.blocks?.['3000'] ?? '', 'hex'));
    settings[5] = 0x07;
    const before = updateAtDealer({ blocks: { [SETTINGS]: settings } });
    expect(await rig.reapply()).toMatchObject({
      exit: 3,
      code: 'reapply.changed',
      vehicle: 'untouched',
      message: '60:3000.@05 holds 07: neither 00, as before the job, nor 01, as after it',
    });
    expect(changes()).toEqual(before);
  });

  it('refuses where nothing was done, or all of it was taken back', async () => {
    expect(await rig.reapply()).toMatchObject({ exit: 3, code: 'reapply.nothing' });
    await rig.code([HIDE_299]);
    await rig.undo();
    expect(await rig.reapply()).toMatchObject({ exit: 3, code: 'reapply.nothing' });
  });
});

describe('reapply where the coding data have changed', () => {
  const refused = { exit: 3, code: 'reapply.layout-changed', vehicle: 'untouched' };

  it('writes by name what a layout of the new version still calls so', async () => {
    await rig.code(['60:3301.@25.3=0']);
    updateAtDealer({ cafdVersion: 2 });
    expect(await rig.reapply()).toMatchObject({ exit: 0 });
    expect(changes()).toEqual([BIT_299]);
  });

  it('refuses bytes without a name', async () => {
    await rig.code(['60:3000.@05=01']);
    updateAtDealer({ cafdVersion: 2 });
    expect(await rig.reapply()).toMatchObject({ ...refused, message: expect.stringContaining('nothing proves') });
  });

  it('refuses names that are only a guess, unless --experimental allows them', async () => {
    await rig.code([HIDE_299]);
    updateAtDealer({ cafdId: 0xaa });
    expect(await rig.reapply()).toMatchObject(refused);
    expect(await rig.reapply({ experimental: true })).toMatchObject({ exit: 0 });
    expect(changes()).toEqual([BIT_299]);
  });

  it('finds a parameter that has moved', async () => {
    await rig.code([HIDE_299]);
    updateAtDealer({ cafdId: 0xaa, blocks: { [MASKS]: new Uint8Array(320).fill(0xff) } });
    expect(await rig.reapply({ catalog: catalogThatKnows(16) })).toMatchObject({ exit: 0 });
    const masks = bytesOf(MASKS);
    expect([...masks.keys()].filter((at) => masks[at] !== 0xff)).toEqual([16 + 0x25]);
    expect(masks[16 + 0x25]).toBe(0xf7);
  });

  it('refuses a block of another length, and one that is gone', async () => {
    await rig.code(['60:3000.@05=01']);
    updateAtDealer({ blocks: { [SETTINGS]: new Uint8Array(64) } });
    expect(await rig.reapply()).toMatchObject(refused);
  });

  it('refuses another unit', async () => {
    await rig.code([HIDE_299]);
    updateAtDealer();
    cluster().memory.replace(SERIAL, new Uint8Array(10).fill(0x39));
    expect(await rig.reapply()).toMatchObject({ exit: 3, code: 'reapply.other-ecu', vehicle: 'untouched' });
  });
});
