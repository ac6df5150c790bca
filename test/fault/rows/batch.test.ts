import { describe, expect, it, vi } from 'vitest';
import { openArchive } from '../../../src/archive/index.ts';
import { loadCatalog } from '../../../src/catalog/index.ts';
import { type EcuAddress, toHex, VirtualClock } from '../../../src/core/index.ts';
import { type BatchCar, batchReport, type CarOutcome, runBatch, workOnCars } from '../../../src/job/batch/index.ts';
import { Car, openCar } from '../../../src/job/index.ts';
import { createFaultBoard, diffStates, loadProfile, type Car as MockCar, parseFault, startMockCar } from '../../../src/mock/index.ts';
import type { Transport } from '../../../src/transport/index.ts';
import { enetInMemory } from '../../support/enet-in-memory.ts';
import { MemoryDisk } from '../../support/memory-disk.ts';

const CARS = 200;
const BROKEN = 37;
/** Two ECUs are a car; a gateway without coding data would be asked for every block there may be, two hundred times. */
const PROFILE = {
  ...loadProfile('f06-short'),
  ecus: new Map([...loadProfile('f06-short').ecus].filter(([address]) => [0x40, 0x60].includes(address))),
};
const CATALOG = loadCatalog();
const READS = new Set(['10', '19', '22', '3e']);

/** Two hundred cars on one virtual clock, of which one pulls its plug in the middle of its backup. */
class Yard {
  readonly clock = new VirtualClock();
  readonly archive = openArchive('/yard', { fileSystem: new MemoryDisk(), hostId: 'yard' });
  readonly cars = new Map<string, MockCar>();
  /** The services of everything that left. */
  readonly sent = new Set<string>();
  readonly asked = new Map<string, number>();

  entries(): readonly BatchCar[] {
    return Array.from({ length: CARS }, (_, index) => ({
      label: `car ${index + 1}`,
      link: `yard:${index + 1}`,
      actions: ['backup'] as const,
      edits: [],
      partial: false,
    }));
  }

  async run(entries: readonly BatchCar[], faults: readonly string[]): Promise<readonly (CarOutcome | undefined)[]> {
    const open = async (link: string) => this.#link(link, faults);
    const work = workOnCars({ open, catalog: CATALOG, archive: this.archive, tool: { name: 'kombi', version: 'test' } });
    return (await runBatch(entries, { jobs: 16, deadlineMs: 3_600_000, clock: this.clock, work })).outcomes;
  }

  #link(link: string, faults: readonly string[]): Transport {
    const number = link.slice('yard:'.length);
    const board = createFaultBoard(Number(number) === BROKEN ? faults.map(parseFault) : []);
    const profile = { ...PROFILE, vin: `WBATESTV1N${number.padStart(7, '0')}` };
    const car = startMockCar({ profile, clock: this.clock, faults: board });
    this.cars.set(link, car);
    const transport = enetInMemory(car);
    const send = transport.send.bind(transport);
    transport.send = async (target, payload, signal) => {
      this.sent.add(toHex(payload.subarray(0, 1)).toLowerCase());
      this.asked.set(link, (this.asked.get(link) ?? 0) + 1);
      await send(target, payload, signal);
    };
    return transport;
  }
}

describe('a batch', () => {
  it(`row 63: car ${BROKEN} of ${CARS} fails, the others finish, and a second run does what is left`, async () => {
    const yard = new Yard();
    const entries = yard.entries();
    const first = await yard.run(entries, ['rst,after=20']);
    const report = batchReport(entries, first);
    expect(report).toMatchObject({ succeeded: CARS - 1, failed: 1, notDone: 0 });
    const broken = report.cars[BROKEN - 1];
    expect(broken).toMatchObject({
      ok: false,
      vehicle: 'untouched',
      vin: 'WBATESTV1N0000037',
      error: { hint: expect.stringMatching(/./) },
    });
    expect(broken?.exit).toBe(8);
    expect(await yard.archive.listBackups()).toHaveLength(CARS - 1);
    yard.asked.clear();
    const left = entries.filter((_, index) => first[index]?.ok !== true);
    expect((await yard.run(left, [])).map((outcome) => outcome?.ok)).toEqual([true]);
    expect([...yard.asked.keys()]).toEqual([`yard:${BROKEN}`]);
    expect(await yard.archive.listBackups()).toHaveLength(CARS);
    expect([...yard.sent].filter((service) => !READS.has(service))).toEqual([]);
    for (const car of yard.cars.values()) expect(diffStates(car.exportState(), fresh(car))).toEqual([]);
    expect(await yard.archive.listJournals()).toEqual([]);
  });

  it('row 63: the connection that a batch opens takes no write, whatever leave it is given', async () => {
    const transport = enetInMemory(startMockCar({ profile: PROFILE, clock: new VirtualClock() }));
    const send = vi.spyOn(transport, 'send');
    const opened = await openCar(transport, { catalog: CATALOG, readOnly: true });
    const asked = send.mock.calls.length;
    const ecu = 0x60 as EcuAddress;
    const clear = { kind: 'clear-trouble-codes', vin: opened.identity.vin, ecu } as const;
    const cleared = Car.gateOf(opened).withToken(clear, (message) => opened.client.request(ecu, message));
    await expect(cleared).rejects.toMatchObject({ code: 'kernel.refused', exit: 3 });
    expect(send.mock.calls.slice(asked)).toEqual([]);
    await opened.dispose();
  });
});

function fresh(car: MockCar) {
  return startMockCar({ profile: car.profile, clock: new VirtualClock() }).exportState();
}
