import { afterEach, describe, expect, it } from 'vitest';
import { loadCatalog } from '../../../src/catalog/index.ts';
import type { EcuAddress } from '../../../src/core/index.ts';
import { Car, type Progress, type SurveyedEcu } from '../../../src/job/index.ts';
import { diffStates, loadProfile, type Profile } from '../../../src/mock/index.ts';
import type { Transport } from '../../../src/transport/index.ts';
import { Rig, type Wire } from '../../support/rig.ts';

const WIRES: readonly Wire[] = ['enet', 'elm327'];
const catalog = loadCatalog();
let rig: Rig;

afterEach(async () => {
  expect(diffStates(rig.before, { ...rig.car.exportState(), vin: rig.before.vin }), 'the state of the car').toEqual([]);
  expect(rig.violations).toEqual([]);
  await rig.dispose();
});

async function openCar(over: (link: Transport) => Transport = (link) => link): Promise<Car> {
  return Car.open(over(await rig.link()), { catalog });
}

/** `f06-sos` with so many ECUs. The new ones are copies of its seat module, each at an address of its own. */
function carWith(count: number): Profile {
  const profile = loadProfile('f06-sos');
  const ecus = new Map(profile.ecus);
  const [copied] = [...ecus.values()].slice(-1);
  for (let address = 0x80; ecus.size < count; address += 1) if (copied !== undefined) ecus.set(address, copied);
  return { ...profile, ecus };
}

function silentOf(survey: readonly SurveyedEcu[]): readonly string[] {
  return survey.filter(({ identity }) => identity === undefined).map(({ address, by }) => `${address.toString(16)} ${by.join('+')}`);
}

/** The link, without a way to ask all ECUs at once. */
function withoutBroadcast(link: Transport): Transport {
  return new Proxy(link, {
    get(target, key: keyof Transport) {
      if (key === 'capabilities') return { ...target.capabilities, functionalAddressing: false };
      const value = target[key];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** The question to all, the list, and two questions to each ECU. */
function messagesOf({ car }: Rig): number {
  return 2 + 2 * car.ecus.size;
}

/** What is lost with the link, at the so-manieth message from now on, and what else happens then. */
function loseLinkAt(message: number, also: () => void = () => undefined): void {
  let sent = 0;
  rig.onSend = () => {
    sent += 1;
    if (sent !== message) return;
    rig.addFault(rig.wire === 'enet' ? 'disconnect,times=1' : 'lv-reset,times=1');
    also();
  };
}

describe.each(WIRES)('over %s', (wire) => {
  it('every ECU is found both ways, and says who it is', async () => {
    rig = new Rig({ wire });
    const survey = await (await openCar()).survey();
    expect(survey.map(({ address }) => address)).toEqual([...rig.car.ecus.keys()]);
    for (const { by, answers, identity, name, address } of survey) {
      expect({ by, answers, name }).toEqual({ by: ['broadcast', 'list'], answers: true, name: catalog.ecuName(address) });
      expect(identity?.svk?.complete).toBe(true);
    }
  });

  it('of 60 ECUs of which three never answer, 57 are told and three are silent, within a bounded time', async () => {
    rig = new Rig({ wire, profile: carWith(60), faults: ['ignore,ecu=61', 'ignore,ecu=80', 'ignore,ecu=8A'] });
    const car = await openCar();
    const steps: Progress[] = [];
    const startedMs = rig.clock.now();
    const survey = await car.survey((progress) => steps.push(progress));
    expect(survey).toHaveLength(60);
    expect(silentOf(survey)).toEqual(['61 list', '80 list', '8a list']);
    // 57 answers at once are more than the adapter's buffer takes: there the gateway's list finds them all.
    expect(new Set(survey.map(({ by }) => by.join('+')))).toEqual(new Set(wire === 'enet' ? ['broadcast+list', 'list'] : ['list']));
    expect(await car.ecus()).toHaveLength(57);
    // Three rounds of three silences, and what 57 ECUs need to answer.
    const silentMs = 3 * 3 * 1050;
    expect(rig.clock.now() - startedMs).toBeLessThan(silentMs + (wire === 'enet' ? 3500 : 30_000));
    expect(steps.filter(({ step, ecu }) => step === 'find' && [0x61, 0x80, 0x8a].includes(ecu ?? 0))).toHaveLength(3 * 3);
    expect(steps.filter(({ step }) => step === 'identify').map(({ done, total }) => `${done}/${total}`)).toEqual(
      survey.map((_, index) => `${index}/60`),
    );
  });

  it.each([1, 2, 3])('an ECU that is asleep and wakes at question %i is found', async (question) => {
    rig = new Rig({ wire, faults: [`ignore,ecu=61,times=${question}`] });
    const survey = await (await openCar()).survey();
    expect(silentOf(survey)).toEqual([]);
    expect(survey.find(({ address }) => address === 0x61)).toMatchObject({ by: ['list'], answers: true, identity: { name: 'ATM' } });
  });

  it('an ECU that falls silent when it is asked who it is stops nobody', async () => {
    rig = new Rig({ wire, faults: ['ignore,ecu=61,did=F101'] });
    const survey = await (await openCar()).survey();
    expect(silentOf(survey)).toEqual(['61 broadcast+list']);
    expect(survey.filter(({ identity }) => identity !== undefined)).toHaveLength(rig.car.ecus.size - 1);
  });

  it('a link that is lost at any point of it is opened anew, and everything is read', async () => {
    rig = new Rig({ wire, profile: 'f06-short' });
    const whole = await (await openCar()).survey();
    for (let message = 1; message <= messagesOf(rig); message += 1) {
      const again = await openCar();
      loseLinkAt(message);
      expect(await again.survey(), `lost at message ${message}`).toEqual(whole);
      expect(again.client.reopened, `lost at message ${message}`).toBeGreaterThan(0);
      await again.dispose();
    }
  });

  it('another car behind a link that was lost is noticed, wherever it was', async () => {
    rig = new Rig({ wire, profile: 'f06-short' });
    const { vin } = rig.car;
    const other = `${vin.slice(0, -1)}9`;
    for (let message = 1; message <= messagesOf(rig); message += 1) {
      rig.car.vin = vin;
      const car = await openCar();
      loseLinkAt(message, () => {
        rig.car.vin = other;
      });
      await expect(car.survey(), `lost at message ${message}`).rejects.toMatchObject({
        code: 'car.changed',
        exit: 3,
        vehicle: 'untouched',
        message: expect.stringContaining(other),
      });
      await car.dispose();
    }
  });

  it('is looked for once a connection', async () => {
    rig = new Rig({ wire, profile: 'f06-short' });
    const car = await openCar();
    let messages = 0;
    rig.onSend = () => {
      messages += 1;
    };
    await car.survey();
    expect(messages).toBe(messagesOf(rig));
    await car.ecus();
    await car.ecu(0x60 as EcuAddress);
    expect(messages).toBe(messagesOf(rig));
  });
});

describe('a car that is asked only one by one', () => {
  it('is told by the gateway’s list, ECUs that refuse the question included', async () => {
    rig = new Rig({ wire: 'enet', faults: ['nrc:31,ecu=61,did=F150'] });
    const survey = await (await openCar(withoutBroadcast)).survey();
    expect(survey.map(({ address }) => address)).toEqual([...rig.car.ecus.keys()]);
    expect(survey.every(({ by, identity }) => by.join() === 'list' && identity !== undefined)).toBe(true);
  });

  it('whose gateway has no list either is asked at every address that is known', async () => {
    rig = new Rig({ wire: 'enet', faults: ['nrc:31,did=3F07', 'ignore,ecu=61'] });
    const startedMs = rig.clock.now();
    const survey = await (await openCar(withoutBroadcast)).survey();
    expect(survey.map(({ address }) => address)).toEqual([...rig.car.ecus.keys()].filter((address) => address !== 0x61));
    expect(survey.every(({ by, identity }) => by.join() === 'sweep' && identity !== undefined)).toBe(true);
    expect(rig.clock.now() - startedMs).toBeLessThan(1000);
  });
});

describe.each([
  ['by its list', [], 1],
  ['at every address', ['nrc:31,did=3F07'], 1 + catalog.ecus.length],
])('a car that is asked one by one, %s', (_, faults, messages) => {
  it('is found whole where the link is lost at any point of it', async () => {
    rig = new Rig({ wire: 'enet', profile: 'f06-short', faults });
    const whole = await (await openCar(withoutBroadcast)).survey();
    expect(whole.map(({ address }) => address)).toEqual([...rig.car.ecus.keys()]);
    for (let message = 1; message <= messages + 3 * rig.car.ecus.size; message += 1) {
      const car = await openCar(withoutBroadcast);
      loseLinkAt(message);
      expect(await car.survey(), `lost at message ${message}`).toEqual(whole);
      await car.dispose();
    }
  });
});

describe('the gateway’s list', () => {
  it('that names an ECU which is not there makes it a silent one', async () => {
    const profile = loadProfile('f06-short');
    const ecus = new Map(profile.ecus);
    const gateway = ecus.get(0x10);
    if (gateway === undefined) throw new Error('no gateway');
    const computed = new Map([...gateway.computed].filter(([did]) => did !== 0x3f07));
    const dids = new Map([...gateway.dids, [0x3f07, Uint8Array.of(0, 2, 0x60, 0x99)] as const]);
    ecus.set(0x10, { ...gateway, computed, dids });
    rig = new Rig({ wire: 'enet', profile: { ...profile, ecus } });
    const survey = await (await openCar()).survey();
    expect(silentOf(survey)).toEqual(['99 list']);
    expect(survey.map(({ address }) => address)).toEqual([...ecus.keys(), 0x99]);
  });

  it('that is lost to a refusal leaves those that answer', async () => {
    rig = new Rig({ wire: 'enet', faults: ['nrc:22,did=3F07'] });
    const survey = await (await openCar()).survey();
    expect(survey.map(({ address }) => address)).toEqual([...rig.car.ecus.keys()]);
    expect(survey.every(({ by }) => by.join() === 'broadcast')).toBe(true);
  });
});

it('opening a car looks for no ECU', async () => {
  rig = new Rig({ wire: 'enet' });
  const sent: string[] = [];
  rig.onSend = (payload) => sent.push(Buffer.from(payload).toString('hex'));
  await openCar();
  expect(sent).toEqual(['22f190', '223f06', '22100b']);
});
