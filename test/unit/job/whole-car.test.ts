import { afterEach, describe, expect, it } from 'vitest';
import type { BackupContent, BackupEcu } from '../../../src/archive/index.ts';
import { type Catalog, loadCatalog } from '../../../src/catalog/index.ts';
import { parseEdit } from '../../../src/coding/index.ts';
import { type Did, type EcuAddress, formatDid, formatEcuAddress, fromHex, toHex } from '../../../src/core/index.ts';
import { type BackUpOptions, type BackupResult, backUp, Car, compareWithCar, type Progress, planCoding } from '../../../src/job/index.ts';
import { diffStates, loadProfile, type Profile, profileNames } from '../../../src/mock/index.ts';
import { Rig, type Wire } from '../../support/rig.ts';

const WIRES: readonly Wire[] = ['enet', 'elm327'];
const TOOL = { name: 'kombi', version: 'test' };
const catalog = loadCatalog();
/** Knows the blocks of every ECU of the synthetic cars, of the gateway's too, so that nothing is scanned. */
const knowsAll = knowing((cafds) => (cafds.length === 0 ? [0x37fe as Did] : catalog.knownBlocks(cafds)));
/** Knows the blocks of none, so that every ECU is scanned. */
const knowsNone = knowing(() => undefined);
let rig: Rig;

afterEach(async () => {
  expect(diffStates(rig.before, { ...rig.car.exportState(), vin: rig.before.vin }), 'the state of the car').toEqual([]);
  expect(rig.violations).toEqual([]);
  await rig.dispose();
});

function knowing(knownBlocks: Catalog['knownBlocks']): Catalog {
  return new Proxy(catalog, {
    get(target, key: keyof Catalog) {
      const value = key === 'knownBlocks' ? knownBlocks : target[key];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function save(options: Partial<BackUpOptions> = {}, known: Catalog = knowsAll, signal?: AbortSignal) {
  const car = await Car.open(await rig.link(), { catalog: known, ...(signal === undefined ? {} : { signal }) });
  const archive = rig.archive();
  const result = await backUp(car, archive, { tool: TOOL, mayLack: true, ...options });
  return { car, result, content: await archive.loadBackup(result.id) };
}

function carWith(count: number): Profile {
  const profile = loadProfile('f06-short');
  const ecus = new Map(profile.ecus);
  const copied = ecus.get(0x61);
  for (let address = 0x80; ecus.size < count; address += 1) if (copied !== undefined) ecus.set(address, copied);
  return { ...profile, ecus };
}

/** `60:3301` and its bytes, of what a backup holds. */
function heldBy({ ecus }: Pick<BackupContent, 'ecus'>): Readonly<Record<string, string>> {
  return Object.fromEntries(ecus.flatMap(({ address, blocks }) => blocks.map(({ did, rows }) => [`${address}:${did}`, rows.join('')])));
}

/** The same of the mock car's own memory, not asked over a wire: all that lies where coding data do. */
function heldByCar({ car }: Rig, except: readonly number[] = []): Readonly<Record<string, string>> {
  const held: [string, string][] = [];
  for (const [address, { profile }] of car.ecus) {
    for (const [did, bytes] of [...profile.blocks, ...profile.dids]) {
      // 3FFF is the index of an E-series unit's coding data.
      if (did < 0x3000 || (did > 0x3eff && did !== 0x3fff) || except.includes(address)) continue;
      held.push([`${hex(address)}:${formatDid(did as Did)}`, toHex(bytes)]);
    }
  }
  return Object.fromEntries(held);
}

function lacksOf({ lacks }: BackupResult): readonly string[] {
  return lacks.map(({ ecu, why, blocks }) => [formatEcuAddress(ecu), why, ...blocks.map(({ did, nrc }) => `${did}=${nrc}`)].join(' '));
}

function ecuOf({ ecus }: BackupContent, address: string): BackupEcu | undefined {
  return ecus.find((ecu) => ecu.address === address);
}

function hex(address: number): string {
  return formatEcuAddress(address as EcuAddress);
}

/** How often each DID of an ECU is asked for. */
function countReadings(): Map<string, number> {
  const asked = new Map<string, number>();
  rig.onSend = (payload) => {
    const did = toHex(payload.subarray(1, 3));
    if (payload[0] === 0x22) asked.set(did, (asked.get(did) ?? 0) + 1);
  };
  return asked;
}

describe.each(WIRES)('a backup of the whole car over %s', (wire) => {
  it('holds every block of every ECU: data read twice, metadata and signatures once', async () => {
    rig = new Rig({ wire });
    const asked = countReadings();
    const { result, content } = await save();
    expect(result).toMatchObject({ complete: true, lacks: [] });
    expect(heldBy(content)).toEqual(heldByCar(rig));
    const kombi = ecuOf(content, '60');
    const reads = Object.fromEntries(kombi?.blocks.map(({ did, reads }) => [did, reads]) ?? []);
    expect(reads).toMatchObject({ '3000': 2, '3301': 2, '3010': 1, '37EF': 1, '37F0': 1, '37F1': 1, '37FE': 1 });
    expect([asked.get('3301'), asked.get('37F1')]).toEqual([2, content.ecus.filter(({ cafds }) => cafds.length > 0).length]);
  });

  it('of 60 ECUs of which three never answer has the other 57, and names the three', async () => {
    rig = new Rig({ wire, profile: carWith(60), faults: ['ignore,ecu=61', 'ignore,ecu=80', 'ignore,ecu=8A'] });
    const { result, content } = await save();
    expect(lacksOf(result)).toEqual(['61 silent', '80 silent', '8A silent']);
    expect(result).toMatchObject({ complete: false, ecus: { length: 60 } });
    expect(ecuOf(content, '80')).toMatchObject({ complete: false, silent: true, svk: null, blocks: [], unreadable: [] });
    expect(heldBy(content)).toEqual(heldByCar(rig, [0x61, 0x80, 0x8a]));
  });

  it('goes on behind an ECU that falls silent halfway, and keeps what it gave', async () => {
    rig = new Rig({ wire, faults: ['ignore,ecu=61,did=3002', 'ignore,ecu=61,service=3E'] });
    const { result, content } = await save();
    expect(lacksOf(result)).toEqual([expect.stringMatching(/^61 silent 3000=silent .*3002=silent/)]);
    expect(Object.keys(heldBy(content))).toContain('63:3000');
    expect(ecuOf(content, '78')?.complete).toBe(true);
  });

  it('asks an ECU that was asleep once more when the others are done', async () => {
    rig = new Rig({ wire, faults: ['ignore,ecu=61,did=3000,times=3', 'ignore,ecu=61,service=3E,times=3'] });
    const { result, content } = await save();
    expect(result.lacks).toEqual([]);
    expect(heldBy(content)).toEqual(heldByCar(rig));
  });

  it('does without a block that an answering ECU passes over in silence', async () => {
    rig = new Rig({ wire, faults: ['ignore,ecu=61,did=3002'] });
    const { result } = await save();
    expect(lacksOf(result)).toEqual(['61 unread 3002=silent']);
  });

  it('takes two equal readings after a misread, and none where each differs from the last', async () => {
    rig = new Rig({ wire, faults: ['misread,ecu=60,did=3301,times=1'] });
    const { result, content } = await save();
    expect(result.complete).toBe(true);
    expect(heldBy(content)).toEqual(heldByCar(rig));
    // Every other reading is wrong, from the second on.
    let readings = 0;
    rig.onSend = (payload) => {
      if (toHex(payload) !== '223301') return;
      readings += 1;
      if (readings % 2 === 0) rig.addFault('misread,ecu=60,did=3301,times=1');
    };
    const again = await save();
    expect(lacksOf(again.result)).toEqual(['60 unread 3301=unstable']);
    expect(heldBy(again.content)['60:3301']).toBeUndefined();
  });

  it('records what an ECU refuses with its code, and an ECU that refuses all as such', async () => {
    rig = new Rig({ wire, faults: ['nrc:33,ecu=60,did=3301', 'nrc:22,ecu=61,service=22'] });
    const { result, content } = await save({ ecus: [0x60, 0x61] as EcuAddress[] }, catalog);
    expect(lacksOf(result)).toEqual(['60 refused 3301=33', '61 refuses-all']);
    expect(ecuOf(content, '61')).toMatchObject({ complete: false, refusesAll: '22', blocks: [], unreadable: [] });
  });

  it('outlasts a link that comes back', async () => {
    rig = new Rig({ wire });
    let sent = 0;
    rig.onSend = () => {
      sent += 1;
      if (sent === 100) rig.addFault(wire === 'enet' ? 'disconnect,times=4' : 'lv-reset,times=4');
    };
    const { result, content } = await save();
    expect(sent).toBeGreaterThan(100);
    expect(result.complete).toBe(true);
    expect(heldBy(content)).toEqual(heldByCar(rig));
  });

  it('saves nothing where another car stands behind the link in the end', async () => {
    rig = new Rig({ wire });
    rig.onSend = (payload) => {
      if (toHex(payload) === '223301') rig.car.vin = 'WBA6C92010D000009';
    };
    await expect(save()).rejects.toMatchObject({ code: 'car.changed', exit: 3 });
    expect(await rig.archive().listBackups()).toEqual([]);
  });

  it('is strict for a job: silence, another reading or another code is an error, and nothing is saved', async () => {
    rig = new Rig({ wire, faults: ['ignore,ecu=61,did=3002'] });
    await expect(save({ mayLack: false, ecus: [0x61 as EcuAddress] })).rejects.toMatchObject({ code: 'ecu.no-response', exit: 3 });
    expect(await rig.archive().listBackups()).toEqual([]);
  });

  it('differs from the car by nothing until the car changes, and a misread is no difference', async () => {
    rig = new Rig({ wire, profile: 'f06-short', faults: ['misread,ecu=60,did=3301,after=2,times=1'] });
    const { car, content } = await save();
    const same = await compareWithCar(car, content);
    expect(same).toMatchObject({ difference: { equal: true, ecus: [] }, blocks: Object.keys(heldByCar(rig)).length });
    rig.addFault('ignore,ecu=61');
    rig.addFault('nrc:33,ecu=40,did=3000');
    const { difference } = await compareWithCar(await Car.open(await rig.link(), { catalog }), content);
    expect(difference).toMatchObject({
      equal: false,
      ecus: [
        { address: '40', kind: 'both', identity: [], blocks: [{ did: '3000', kind: 'left-only', unreadable: '33' }] },
        { address: '61', kind: 'left-only' },
      ],
    });
  });
});

describe('a scan', () => {
  it.each(profileNames())('of %s finds exactly its blocks, without any help', async (profile) => {
    rig = new Rig({ wire: 'enet', profile });
    // Two ECUs of each car; of one car all, and their kinds are those of the others too.
    const some = [...rig.car.ecus.keys()].filter((address) => Object.keys(heldByCar(rig)).some((key) => key.startsWith(hex(address))));
    const ecus = profile === 'f06-sos' ? [...rig.car.ecus.keys()] : some.slice(-2);
    const { result, content } = await save({ ecus: ecus as EcuAddress[] }, knowsNone);
    expect(result.complete).toBe(true);
    expect(heldBy(content)).toEqual(
      heldByCar(
        rig,
        [...rig.car.ecus.keys()].filter((address) => !ecus.includes(address)),
      ),
    );
    for (const ecu of content.ecus) {
      expect(ecu.listedBy).toBe('scan');
      expect(ecu.scannedRanges?.slice(0, 2)).toEqual([
        { from: '3000', to: '35FF' },
        { from: '3700', to: '37FF' },
      ]);
    }
  });

  it('over an ELM327 finds the same, asks for each identifier once and the found data once more', async () => {
    rig = new Rig({ wire: 'elm327', profile: 'f06-short' });
    const asked = countReadings();
    const { content } = await save({ ecus: [0x60 as EcuAddress] }, knowsNone);
    expect(heldBy(content)).toEqual(heldByCar(rig, [0x10, 0x12, 0x40, 0x61]));
    const coding = [...asked].filter(([did]) => did >= '3000' && did <= '3EFF');
    expect(coding).toHaveLength(0x600 + 0x100);
    expect(coding.filter(([, times]) => times !== 1)).toEqual([
      ['3000', 2],
      ['3301', 2],
    ]);
  });

  it('is made once: the next backup knows the blocks, and where they were looked for; --full looks everywhere', async () => {
    rig = new Rig({ wire: 'enet', profile: 'f06-short' });
    await save({}, knowsNone);
    const asked = countReadings();
    const { content } = await save({}, knowsNone);
    expect(ecuOf(content, '60')).toMatchObject({ listedBy: 'archive', scannedRanges: [{ from: '3000' }, { from: '3700' }] });
    expect(heldBy(content)).toEqual(heldByCar(rig));
    expect([...asked].filter(([did]) => did >= '3000' && did <= '3EFF').map(([did]) => did)).toEqual(['37FE', '3000', '3301']);
    const full = await save({ full: true, ecus: [0x60 as EcuAddress] });
    expect(ecuOf(full.content, '60')).toMatchObject({ listedBy: 'scan', scannedRanges: [{ from: '3000', to: '3EFF' }] });
  });

  it('that ends early is no list: an ECU that falls silent in it is looked through again', async () => {
    rig = new Rig({ wire: 'enet', profile: 'f06-short', faults: ['ignore,ecu=61,after=200'] });
    const { content } = await save({}, knowsNone);
    expect(ecuOf(content, '61')).toMatchObject({ complete: false, silent: true });
    expect(ecuOf(content, '61')?.scannedRanges).toBeUndefined();
    await rig.heal();
    const again = await save({}, knowsNone);
    expect(ecuOf(again.content, '61')).toMatchObject({ complete: true, listedBy: 'scan' });
    expect(heldBy(again.content)).toEqual(heldByCar(rig));
  });

  it('tells how far it is and how long it may take, and stops at once where it is interrupted', async () => {
    rig = new Rig({ wire: 'elm327', profile: 'f06-short' });
    const stop = new AbortController();
    const told: Progress[] = [];
    const onProgress = (progress: Progress) => {
      told.push(progress);
      if (progress.step === 'scan' && progress.ofCar?.ecu === 2 && (progress.done ?? 0) > 1000) stop.abort(new Error('stopped'));
    };
    await expect(save({ onProgress }, knowsNone, stop.signal)).rejects.toThrow('stopped');
    expect(await rig.archive().listBackups()).toEqual([]);
    const last = told.findLast(({ step }) => step === 'scan');
    expect(last).toMatchObject({ ecu: 0x12, done: 1009, total: 1792, found: 2, ofCar: { ecu: 2, ecus: 5 } });
    // One ECU and 56 % of the next took it so long; the rest of five takes more than twice that.
    expect(last?.remainingMs).toBeGreaterThan(rig.clock.now() * 1.8);
    expect(last?.remainingMs).toBeLessThan(rig.clock.now() * 2.4);
  });
});

describe('a plan', () => {
  /** The body controller of `f06-sos`, with metadata where only their shape tells them. */
  function withMetadata(): Profile {
    const profile = loadProfile('f06-sos');
    const ecu = profile.ecus.get(0x72);
    if (ecu === undefined) throw new Error('the profile has lost ECU 72');
    const [cafd = ''] = ecu.software.entries.filter((entry) => entry.startsWith('CAFD_'));
    const id = fromHex(`05${cafd.split('_')[1] ?? ''}010203`);
    const blocks = new Map([...ecu.blocks, [0x3010, fromHex('00000054AE')], [0x3012, id], [0x3020, fromHex('00000054AE')]] as const);
    return { ...profile, ecus: new Map([...profile.ecus, [0x72, { ...ecu, blocks }]]) };
  }

  it.each([
    ['72:3010.@04=00', 'the TLID'],
    ['72:3012.@00=00', 'the id of the coding data'],
  ])('%s is refused: the block holds %s', async (edit, holds) => {
    rig = new Rig({ wire: 'elm327', profile: withMetadata() });
    const car = await Car.open(await rig.link(), { catalog });
    await expect(planCoding(car, [parseEdit(edit)])).rejects.toMatchObject({
      code: 'coding.protected-block',
      exit: 3,
      message: expect.stringContaining(holds),
    });
  });

  it('of five bytes with nothing of the kind behind them is made', async () => {
    rig = new Rig({ wire: 'elm327', profile: withMetadata() });
    const car = await Car.open(await rig.link(), { catalog });
    expect((await planCoding(car, [parseEdit('72:3020.@04=00')])).changes).toHaveLength(1);
  });
});
