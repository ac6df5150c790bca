import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { jsonOf, useBench } from './support/bench.ts';

const RECORDING = fileURLToPath(new URL('../../../shared/data/recordings/g31-coding.txt', import.meta.url));
const E61 = fileURLToPath(new URL('../../../shared/data/recordings/e61-obd.sim', import.meta.url));
const bench = useBench();

/**
 * What the car of the recording answered first to `22 <did>`, by ECU and in hex: asked alone, else with all the others.
 * A reader of the file that shares nothing with the program.
 */
function answersTo(did: string): ReadonlyMap<string, string> {
  const alone = new Map<string, string>();
  const together = new Map<string, string>();
  for (const line of readFileSync(RECORDING, 'latin1').split('\n')) {
    const [request = '', answers = ''] = line.replace(/ /g, '').split(':');
    const [, target] = /^[8C]3(..)F122(....)..$/.exec(request) ?? [];
    if (target === undefined || !request.includes(`F122${did}`)) continue;
    const into = target === 'DF' ? together : alone;
    for (let rest = answers.trim(); rest.length > 8; ) {
      const short = Number.parseInt(rest.slice(0, 2), 16) & 0x3f;
      const head = short > 0 ? 6 : 8;
      const bytes = short > 0 ? short : Number.parseInt(rest.slice(6, 8), 16);
      const ecu = rest.slice(4, 6);
      const payload = rest.slice(head, head + bytes * 2);
      if (payload.startsWith(`62${did}`) && !into.has(ecu)) into.set(ecu, payload.slice(6));
      rest = rest.slice(head + bytes * 2 + 2);
    }
  }
  return new Map([...together, ...alone]);
}

const CLASSES: Readonly<Record<string, string>> = { '05': 'CAFD', '06': 'BTLD', '08': 'SWFL' };

/** `CAFD_00002660_007_003_075` of the eight bytes of an entry; undefined for a class that this test does not name. */
function entryText(hex: string): string | undefined {
  const name = CLASSES[hex.slice(0, 2)];
  const version = [10, 12, 14].map((at) => String(Number.parseInt(hex.slice(at, at + 2), 16)).padStart(3, '0'));
  return name === undefined ? undefined : [name, hex.slice(2, 10), ...version].join('_');
}

describe.skipIf(!existsSync(RECORDING))('kombi info of the recorded G31 (skipped where the recording is not there)', () => {
  it.each(['enet', 'elm327'])('over %s tells the car and all its 24 ECUs as they answered', async (kind) => {
    const run = await bench.run(['info', '--json', '--link', `mock:${RECORDING}?link=${kind}`]);
    const { result } = jsonOf(run);
    expect(result).toMatchObject({
      vin: 'WBAJM71000G000001',
      series: 'G31',
      family: 'G',
      typeKey: 'JM71',
      productionDate: '2017-03',
      newestEcu: '2017-06-20',
      iLevels: { current: 'S15A-17-11-540', last: 'S15A-17-03-509', shipment: 'S15A-17-03-509' },
      order: { criterion: '0317', series: 'G031', paint: '0300', upholstery: 'BYAT', eWords: ['A090'], damage: null },
      gateway: { address: '10' },
      voltage: null,
      energyMode: { value: 0, name: 'none' },
    });
    expect(result.order.options).toHaveLength(46);

    const [suppliers, dates, serials, svks] = ['F18A', 'F18B', 'F18C', 'F101'].map(answersTo);
    expect(result.ecus).toHaveLength(24);
    for (const ecu of result.ecus) {
      const { address } = ecu;
      expect({ address, silent: ecu.silent, listed: ecu.found.includes('list') }).toEqual({ address, silent: false, listed: true });
      expect(ecu.supplier, `ECU ${address}`).toBe(suppliers?.get(address));
      expect(ecu.date?.replace(/-/g, '').slice(2), `ECU ${address}`).toBe(dates?.get(address));
      const serial = Buffer.from(serials?.get(address) ?? '', 'hex');
      expect([serial.toString('latin1'), serial.toString('hex').toUpperCase()], `ECU ${address}`).toContain(ecu.serial);
      const entries = svks?.get(address)?.slice(34).match(/.{16}/g) ?? [];
      const named = entries.map(entryText).filter((text) => text !== undefined);
      expect(named.length, `ECU ${address}`).toBeGreaterThan(0);
      expect(ecu.software, `ECU ${address}`).toEqual(expect.arrayContaining(named));
      expect(ecu.svk.complete, `ECU ${address}`).toBe(true);
    }
  });
});

describe.skipIf(!existsSync(E61))('kombi info of the recorded E61 (skipped where the recording is not there)', () => {
  it.each(['enet', 'elm327'])('over %s tells the car and its 25 ECUs', async (kind) => {
    const { result } = jsonOf(await bench.run(['info', '--json', '--link', `mock:${E61}?link=${kind}`]));
    expect(result).toMatchObject({ vin: 'WBAPX11050E000001', series: 'E61', family: 'E', protocol: 'kwp', gateway: null, mileageKm: null });
    expect(result.ecus).toHaveLength(25);
    expect(result.ecus.find(({ address }: { address: string }) => address === '40')).toMatchObject({ name: 'CAS', silent: false });
    const noSerial = result.ecus.filter(({ serial }: { serial: string | null }) => serial === null);
    expect(noSerial.map(({ address }: { address: string }) => address)).toEqual(['45']);
  });
});
