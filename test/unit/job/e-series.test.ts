import { afterEach, describe, expect, it } from 'vitest';
import { backupBlock } from '../../../src/archive/index.ts';
import { loadCatalog } from '../../../src/catalog/index.ts';
import { type EcuAddress, fromHex, toHex } from '../../../src/core/index.ts';
import { backUp, type Car, lockOnly, newJobId, openCar, readFaults } from '../../../src/job/index.ts';
import { permissionFor } from '../../../src/job/kernel/allow-list.ts';
import { diffStates, loadProfile, type Profile, startMockCar } from '../../../src/mock/index.ts';
import { decodeOrderHead } from '../../../src/vehicle/index.ts';
import { Rig, type RigOptions, type Wire } from '../../support/rig.ts';

const TOOL = { name: 'kombi', version: 'test' };
const EDIT = '40:3005.@01=00:0A';
const CAR_ACCESS = 0x40;
const rigs: Rig[] = [];

function workshop(options: RigOptions): Rig {
  const rig = new Rig(options);
  rigs.push(rig);
  return rig;
}

/** With an earlier backup in the archive, which says what blocks unit 40 has: nobody waits for a scan. */
async function knownCar(wire: Wire): Promise<Rig> {
  const rig = workshop({ wire, profile: 'e60' });
  await using car = asyncDisposable(await open(rig));
  const { serial, svk } = await car.ecu(CAR_ACCESS as EcuAddress);
  const blocks = Object.entries(rig.before.ecus['40']?.blocks ?? {});
  await rig.archive().saveBackup({
    vehicle: { vin: car.identity.vin, vinSource: '40/1010' },
    ecus: [
      {
        address: '40',
        name: 'CAS',
        serial: serial ?? null,
        svk: svk === undefined ? null : toHex(svk.raw),
        cafds: [],
        complete: true,
        blocks: blocks.map(([did, hex]) => backupBlock({ did, bytes: fromHex(hex), reads: 2 })),
        unreadable: [],
      },
    ],
    complete: true,
    voltage: { first: null, last: null },
    tool: TOOL,
    adapter: { kind: 'test', firmware: null },
  });
  return rig;
}

async function open(rig: Rig): Promise<Car> {
  return openCar(await rig.link(), { catalog: loadCatalog() });
}

afterEach(async () => {
  for (const rig of rigs.splice(0)) {
    expect(rig.violations).toEqual([]);
    await rig.dispose();
  }
});

describe.each(['enet', 'elm327'] as const)('an E-series car over %s', (wire: Wire) => {
  it('is known by its own answers: VIN, series, and every unit with its serial and ident table', async () => {
    const rig = workshop({ wire, profile: 'e60' });
    await using car = asyncDisposable(await open(rig));
    const { vin, protocol, series, typeKey, model, productionDate, iLevels } = car.identity;
    expect({ vin, protocol, series, typeKey, model, productionDate, iLevels }).toEqual({
      vin: 'WBAZE60010D000021',
      protocol: 'kwp',
      series: 'E60',
      typeKey: 'ZE60',
      model: '545i',
      productionDate: '2007-03',
      iLevels: undefined,
    });
    const ecus = await car.ecus();
    expect(ecus.map(({ address, serial, svk }) => [address, serial, svk?.raw.length])).toEqual(
      [0x12, 0x40, 0x60, 0x64].map((address) => [address, `7E57E0600000${address.toString(16)}010021`, 29]),
    );
    expect(diffStates(rig.before, rig.car.exportState())).toEqual([]);
  });

  it('is backed up block by block', async () => {
    const rig = await knownCar(wire);
    await using car = asyncDisposable(await open(rig));
    const archive = rig.archive();
    await using _lock = await lockOnly(car, archive);
    const { id } = await backUp(car, archive, { ecus: [CAR_ACCESS as EcuAddress], tool: TOOL, txid: newJobId() });
    const saved = await archive.loadBackup(id);
    expect(saved.vehicle).toMatchObject({ vin: 'WBAZE60010D000021', series: 'E60' });
    const held = rig.before.ecus['40']?.blocks ?? {};
    expect(Object.keys(held)).toEqual(['3005', '3006']);
    for (const [did, hex] of Object.entries(held)) {
      const block = saved.ecus[0]?.blocks.find((each) => each.did === did);
      expect([did, block?.rows.join('').replaceAll(' ', '')]).toEqual([did, hex]);
    }
    expect(diffStates(rig.before, rig.car.exportState())).toEqual([]);
  });

  it('tells its trouble codes, of two bytes each', async () => {
    const rig = workshop({ wire, profile: 'e60' });
    await using car = asyncDisposable(await open(rig));
    const { faults } = await readFaults(car, 0x12 as EcuAddress, { details: true, info: true });
    expect(faults.map(({ code, status, meaning }) => [code, status, meaning])).toEqual([
      ['4232', 0x24, undefined],
      ['4222', 0x24, undefined],
    ]);
  });

  it('is not coded without --experimental', async () => {
    const rig = workshop({ wire, profile: 'e60' });
    expect(await rig.code([EDIT])).toMatchObject({
      exit: 3,
      code: 'car.e-series',
      vehicle: 'untouched',
      message: expect.stringContaining('E60 is an E-series car'),
    });
    expect(diffStates(rig.before, rig.car.exportState())).toEqual([]);
  });

  it('is coded with it, without a session, and can be taken back', async () => {
    const rig = await knownCar(wire);
    const sent: number[] = [];
    rig.onSend = (payload) => sent.push(payload[0] ?? 0);
    expect(await rig.codeExperimentally([EDIT])).toMatchObject({ exit: 0, vehicle: 'changed' });
    expect(diffStates(rig.before, rig.car.exportState()).map(({ path }) => path)).toEqual([
      'ecus.40.blocks.3005.@01.1',
      'ecus.40.blocks.3005.@01.3',
    ]);
    expect(sent).toContain(0x2e);
    expect(sent.filter((service) => [0x10, 0x27, 0x3e].includes(service))).toEqual([]);
    expect(await rig.undo()).toMatchObject({ exit: 0, vehicle: 'changed' });
    expect(diffStates(rig.before, rig.car.exportState())).toEqual([]);
  });

  it('is put back where the unit does not keep what it was told', async () => {
    const rig = await knownCar(wire);
    rig.addFault('not-stored,ecu=40,service=2E,times=1');
    expect(await rig.codeExperimentally([EDIT])).toMatchObject({ exit: 4, vehicle: 'restored' });
    expect(diffStates(rig.before, rig.car.exportState())).toEqual([]);
  });

  it.each(['E60_', 'E64_', 'E82_', 'E84_', 'E90_', 'E92_'])('is recognised as what its order says: %s', async (series) => {
    const profile = loadProfile('e60');
    const rig = workshop({ wire, profile: { ...profile, order: { ...profile.order, series } } });
    await using car = asyncDisposable(await open(rig));
    expect(car.identity.series).toBe(series.slice(0, 3));
  });

  it('that tells only the end of its VIN is left alone, and told so', async () => {
    const rig = workshop({ wire, profile: withoutVin(loadProfile('e60')) });
    await expect(open(rig)).rejects.toMatchObject({ code: 'car.no-vin', exit: 3, message: expect.stringContaining('D000021') });
  });
});

/** The VIN is not told in 1010. */
function withoutVin(profile: Profile): Profile {
  const access = profile.ecus.get(CAR_ACCESS);
  if (access === undefined) throw new Error('the car has no access unit');
  return { ...profile, ecus: new Map([...profile.ecus, [CAR_ACCESS, { ...access, computed: new Map() }]]) };
}

function asyncDisposable(car: Car): Car & AsyncDisposable {
  return Object.assign(car, { [Symbol.asyncDispose]: () => car.dispose() });
}

describe('the reads of KWP2000', () => {
  it.each(['1A80', '21B1', '1802FFFF', '175FB4'])('%s are free of an E-series car only', (request) => {
    expect([permissionFor(fromHex(request), 'kwp'), permissionFor(fromHex(request), 'uds')]).toEqual(['free', 'needs-token']);
  });

  it.each(['14FFFF', '1101', '2E300557', '3B20', '2701', '30110701', '2C10', '31'])('do not make %s free', (request) => {
    expect(permissionFor(fromHex(request), 'kwp')).not.toBe('free');
  });
});

describe('the head of an E-series order', () => {
  const head = startMockCar({ profile: 'e60' }).ecus.get(CAR_ACCESS)?.read(0x3f00) ?? new Uint8Array();

  it('reads as that of a recorded car does', () => {
    expect(decodeOrderHead(head)).toMatchObject({ criterion: '0307', series: 'E60_', typeKey: 'ZE60', paint: '0475', damage: undefined });
  });

  it('of another version or length is none', () => {
    const others = [head.subarray(1), Uint8Array.of(3, ...head.subarray(1)), Uint8Array.of(...head, 0), new Uint8Array()];
    expect(others.map(decodeOrderHead)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
