import { afterEach, describe, expect, it } from 'vitest';
import { loadCatalog } from '../../../src/catalog/index.ts';
import { type EcuAddress, EXIT, KombiError } from '../../../src/core/index.ts';
import { Car, type ClearedFaults, clearFaults, compareFaults, type FaultsOfEcu, lockCar, readFaults } from '../../../src/job/index.ts';
import { diffStates } from '../../../src/mock/index.ts';
import { Rig, type Wire } from '../../support/rig.ts';

const DME = 0x12 as EcuAddress;
const KOMBI = 0x60 as EcuAddress;
const ATM = 0x61 as EcuAddress;
const PDC = 0x64 as EcuAddress;
const TOOL = { name: 'kombi', version: 'test' };
const CATALOG = loadCatalog();
const WIRES: readonly Wire[] = ['enet', 'elm327'];
let rig: Rig;

afterEach(() => rig.dispose());

interface Clearing {
  readonly ecus?: readonly EcuAddress[];
  /** Between the look at the codes and the clearing. */
  readonly meanwhile?: () => void;
  readonly signal?: AbortSignal;
  readonly experimental?: boolean;
}

/** Looks at the codes, then clears them, as the command does. */
async function clear({ ecus = [ATM], meanwhile, signal, experimental = false }: Clearing = {}): Promise<ClearedFaults> {
  const car = await Car.open(await rig.link(), signal === undefined ? { catalog: CATALOG } : { catalog: CATALOG, signal });
  await using lock = await lockCar(car, rig.archive());
  const shown: FaultsOfEcu[] = [];
  for (const ecu of ecus) shown.push({ identity: await car.ecu(ecu), faults: (await readFaults(car, ecu)).faults });
  meanwhile?.();
  const options = { ecus: shown, archive: rig.archive(), lock, tool: TOOL, experimental };
  return await clearFaults(car, signal === undefined ? options : { ...options, signal });
}

/** The error that clearing ends with. */
async function failure(clearing?: Clearing): Promise<KombiError> {
  const error = await clear(clearing).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof KombiError) return error;
  throw new Error('it did not fail');
}

/** Where the whole car differs from how it began. */
function changedPlaces(): readonly string[] {
  return [...new Set(diffStates(rig.before, rig.car.exportState()).map(({ path }) => path.split('.').slice(0, 3).join('.')))];
}

/** The codes of the only backup, by ECU. */
async function savedCodes(): Promise<Record<string, readonly unknown[]>> {
  const [backup, ...more] = await rig.archive().listBackups();
  expect(more).toEqual([]);
  const { ecus } = await rig.archive().loadBackup(backup?.id ?? 'none');
  return Object.fromEntries(ecus.map(({ address, troubleCodes = [] }) => [address, troubleCodes]));
}

const codes = (faults: readonly { readonly code: string }[] | undefined) => faults?.map(({ code }) => code);

describe.each(WIRES)('clearing over %s', (wire) => {
  it('saves all that the ECU keeps of its codes, clears them, reads what is left, and changes nothing else', async () => {
    rig = new Rig({ wire });
    const { ecus, backup } = await clear();
    expect(ecus.map(({ before, after, outcome }) => [codes(before), codes(after), outcome])).toEqual([[['B7F341'], [], 'cleared']]);
    expect(changedPlaces()).toEqual(['ecus.61.troubleCodes']);
    const snapshots = '0102170001B5701701090D663E';
    expect(await savedCodes()).toEqual({ '61': [{ code: 'B7F341', status: '2F', snapshots, extendedData: '01000207' }] });
    expect((await rig.archive().listBackups()).map(({ id, complete }) => [id, complete])).toEqual([[backup, false]]);
  });

  it('tells of a code that is back at once that the car still has the fault', async () => {
    rig = new Rig({ wire, profile: 'f20-faults' });
    const { ecus } = await clear({ ecus: [KOMBI, ATM] });
    const compared = ecus.map(({ before, after = [] }) => compareFaults(before, after));
    expect(compared.map(({ gone, there, added }) => [codes(gone), codes(there), codes(added)])).toEqual([
      [['B7F655', 'B7F341'], [], []],
      [[], ['B7F341'], []],
    ]);
    expect(changedPlaces()).toEqual(['ecus.60.troubleCodes', 'ecus.61.troubleCodes']);
  });

  it('waits for an ECU that asks for time', async () => {
    rig = new Rig({ wire, faults: ['pending:12,service=14'] });
    expect((await clear()).ecus.map(({ after }) => codes(after))).toEqual([[]]);
    expect(changedPlaces()).toEqual(['ecus.61.troubleCodes']);
  });

  it('believes the codes, not the silence, of an ECU that clears without answering', async () => {
    rig = new Rig({ wire, faults: ['mute,service=14'] });
    expect((await clear()).ecus.map(({ after }) => codes(after))).toEqual([[]]);
    expect(changedPlaces()).toEqual(['ecus.61.troubleCodes']);
  });

  it('believes the codes, not the refusal, of an ECU that clears all the same', async () => {
    rig = new Rig({ wire, faults: ['nrc-stored:72,service=14'] });
    expect((await clear()).ecus.map(({ after }) => codes(after))).toEqual([[]]);
    expect(changedPlaces()).toEqual(['ecus.61.troubleCodes']);
  });

  it.each([
    ['ignore,service=14', 'faults.not-cleared'],
    ['reset,service=14', 'faults.not-cleared'],
    ['nrc:22,service=14', 'uds.negative-response'],
  ])('says so, with the car as before, where the ECU does not (%s)', async (fault, code) => {
    rig = new Rig({ wire, faults: [fault] });
    expect(await failure()).toMatchObject({ code, exit: EXIT.refused, vehicle: 'untouched' });
    expect(changedPlaces()).toEqual([]);
    expect(await savedCodes()).toMatchObject({ '61': [{ code: 'B7F341' }] });
  });

  it('keeps what it did where one ECU of several refuses, and names both', async () => {
    rig = new Rig({ wire, profile: 'f20-faults', faults: ['nrc:22,service=14,ecu=60'] });
    const error = await failure({ ecus: [DME, KOMBI, ATM] });
    expect(error).toMatchObject({ code: 'faults.partly-cleared', exit: EXIT.batchPartial, vehicle: 'changed' });
    expect(error.items).toEqual([
      'DME 12: cleared',
      expect.stringMatching(/^KOMBI 60: as before; still there: B7F655, B7F341\. ECU 60 refused 14 .*conditionsNotCorrect/),
      'ATM 61: cleared; back at once: B7F341',
    ]);
    expect(error.hint).toContain((await rig.archive().listBackups())[0]?.id);
    expect(changedPlaces()).toEqual(['ecus.12.troubleCodes', 'ecus.61.troubleCodes']);
  });

  it('gives an ECU up that asks for time without end, and does not know what it did', async () => {
    rig = new Rig({ wire, faults: ['pending:forever,service=14'] });
    expect(await failure()).toMatchObject({ code: 'faults.unknown', exit: EXIT.recoveryNeeded, vehicle: 'unknown' });
    expect(changedPlaces()).toEqual(['ecus.61.troubleCodes']);
    expect(await savedCodes()).toMatchObject({ '61': [{ code: 'B7F341' }] });
  });

  it('clears an E-series car as an experiment only, and saves what its ECUs keep', async () => {
    rig = new Rig({ wire, profile: 'e60' });
    expect(await failure({ ecus: [PDC] })).toMatchObject({ code: 'car.e-series', exit: EXIT.refused, vehicle: 'untouched' });
    expect(changedPlaces()).toEqual([]);
    const { ecus } = await clear({ ecus: [PDC], experimental: true });
    expect(ecus.map(({ before, after }) => [codes(before), codes(after)])).toEqual([[['E205'], []]]);
    expect(changedPlaces()).toEqual(['ecus.64.troubleCodes']);
    expect(await savedCodes()).toEqual({ '64': [{ code: 'E205', status: '24', kwpRecord: '01' }] });
  });

  it('says that it does not know where the ECU is dead afterwards, and goes on with the others', async () => {
    rig = new Rig({ wire, profile: 'f20-faults' });
    let dies = false;
    const { onSend } = rig;
    rig.onSend = (payload) => {
      if (payload[0] === 0x14 && !dies) {
        dies = true;
        rig.addFault('ignore,ecu=60');
      }
      onSend(payload);
    };
    const error = await failure({ ecus: [KOMBI, ATM] });
    expect(error).toMatchObject({ code: 'faults.unknown', exit: EXIT.recoveryNeeded, vehicle: 'unknown' });
    expect(error.items).toEqual([
      expect.stringMatching(/^KOMBI 60: asked to clear, and not read again\. /),
      'ATM 61: cleared; back at once: B7F341',
    ]);
    expect(changedPlaces()).toEqual(['ecus.61.troubleCodes']);
  });
});

it('sends nothing that clears before what is cleared is on disk', async () => {
  rig = new Rig({ wire: 'enet' });
  rig.onDisk = ({ operation }) => {
    if (operation === 'rename') throw new KombiError({ code: 'archive.io', message: 'the disk is gone' });
  };
  expect((await failure()).exit).toBe(EXIT.archiveDamaged);
  expect(changedPlaces()).toEqual([]);
});

it('asks nothing after a silence until all that was asked for is certainly over', async () => {
  rig = new Rig({ wire: 'enet', faults: ['ignore,service=14'] });
  const silences: number[] = [];
  let clearedAtMs: number | undefined;
  rig.onSend = (payload) => {
    if (clearedAtMs !== undefined) silences.push(rig.clock.now() - clearedAtMs);
    if (payload[0] === 0x14) clearedAtMs = rig.clock.now();
  };
  await failure();
  const { p2StarMs, s3Ms } = rig.car.profile.timing;
  expect(silences.length).toBeGreaterThan(0);
  expect(Math.min(...silences)).toBeGreaterThan(Math.max(p2StarMs, s3Ms));
});

it('believes the codes, not the yes, of an ECU that keeps them', async () => {
  rig = new Rig({ wire: 'enet', profile: 'f20-faults' });
  const kombi = rig.car.ecus.get(KOMBI);
  const kept = kombi?.troubleCodes;
  rig.onSend = (payload) => {
    // Whatever it was cleared to is what it was, before anybody can look.
    if (payload[0] === 0x19 && kombi !== undefined && kept !== undefined) kombi.troubleCodes = kept;
  };
  const error = await failure({ ecus: [KOMBI] });
  expect(error).toMatchObject({ code: 'faults.not-cleared', exit: EXIT.refused, vehicle: 'untouched' });
  expect(error.items).toEqual(['KOMBI 60: as before; still there: B7F655, B7F341, though it said that it cleared them']);
});

it('does not clear what the ECU no longer tells, because it could not be saved', async () => {
  rig = new Rig({ wire: 'enet' });
  rig.onSend = (payload) => {
    if (payload[0] === 0x19 && payload[1] === 0x04) rig.addFault('ignore,service=19');
  };
  expect(await failure()).toMatchObject({ code: 'ecu.no-response', exit: EXIT.refused, vehicle: 'untouched' });
  expect(changedPlaces()).toEqual([]);
  expect(await rig.archive().listBackups()).toEqual([]);
});

it('does not clear a code that came after somebody looked', async () => {
  rig = new Rig({ wire: 'enet', profile: 'f20-faults' });
  const kombi = rig.car.ecus.get(KOMBI);
  const [first] = kombi?.troubleCodes ?? [];
  if (kombi === undefined || first === undefined) throw new Error('the profile has changed');
  const meanwhile = () => {
    kombi.troubleCodes = [...kombi.troubleCodes, { ...first, code: 0xe12c98 }];
  };
  const error = await failure({ ecus: [KOMBI], meanwhile });
  expect(error).toMatchObject({ code: 'faults.changed', exit: EXIT.refused, vehicle: 'untouched' });
  expect(error.message).toContain('E12C98');
  expect(kombi.troubleCodes).toHaveLength(3);
});

it('clears nothing of another car that stands behind the link by then', async () => {
  rig = new Rig({ wire: 'enet' });
  const error = await failure({ meanwhile: () => rig.addFault('other-vin') });
  expect(error).toMatchObject({ code: 'car.other', exit: EXIT.refused, vehicle: 'untouched' });
  expect(rig.car.ecus.get(ATM)?.troubleCodes).toHaveLength(1);
});

it('stops between two ECUs where somebody stops it, and says what it did', async () => {
  rig = new Rig({ wire: 'enet', profile: 'f20-faults' });
  const stop = new AbortController();
  rig.onSend = (payload) => {
    if (payload[0] === 0x14) stop.abort(new KombiError({ code: 'signal.interrupted', message: 'Stopped', exit: EXIT.interrupted }));
  };
  const error = await failure({ ecus: [DME, KOMBI], signal: stop.signal });
  expect(error).toMatchObject({ code: 'signal.interrupted', exit: EXIT.interrupted, vehicle: 'changed' });
  expect(error.items).toEqual(['DME 12: cleared', 'KOMBI 60: not asked']);
  expect(changedPlaces()).toEqual(['ecus.12.troubleCodes']);
});

it('asks no more of a link that is gone', async () => {
  rig = new Rig({ wire: 'enet', profile: 'f20-faults' });
  rig.onSend = (payload) => {
    if (payload[0] === 0x14) rig.cutAfter(0);
  };
  const error = await failure({ ecus: [DME, KOMBI] });
  expect(error).toMatchObject({ code: 'faults.unknown', exit: EXIT.recoveryNeeded, vehicle: 'unknown' });
  expect(error.items).toEqual([expect.stringMatching(/^DME 12: asked to clear, and not read again/), 'KOMBI 60: not asked']);
  expect(changedPlaces()).toEqual([]);
});
