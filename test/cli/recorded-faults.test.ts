import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { jsonOf, useBench } from './support/bench.ts';

const G31 = fileURLToPath(new URL('../../../shared/data/recordings/g31-coding.txt', import.meta.url));
const E61 = fileURLToPath(new URL('../../../shared/data/recordings/e61-obd.sim', import.meta.url));
const bench = useBench();

/** What each ECU answered first to a question of its own, cut out of the recording by its text alone: `12` → `59 02 FF …`. */
function answersTo(question: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of readFileSync(G31, 'utf8').split(/\r?\n/)) {
    const [, ecu = '', answer = ''] = new RegExp(`^8. (..) F1 ${question} .. : (.*)$`).exec(line) ?? [];
    const [, payload] =
      new RegExp(`(?:80 F1 ${ecu} ..|8. F1 ${ecu}|9. F1 ${ecu}|[AB]. F1 ${ecu}) ((?:59|62) .*) ..$`).exec(answer.trim()) ?? [];
    if (payload !== undefined && !found.has(ecu)) found.set(ecu, payload);
  }
  return found;
}

/** `12 CD9628 20` of every code in the answers, `skipped` bytes of head apart. */
function codesIn(answers: ReadonlyMap<string, string>, skipped: number): readonly string[] {
  return [...answers].flatMap(([ecu, payload]) => {
    const records = payload.split(' ').slice(skipped).join('');
    return [...records.matchAll(/(.{6})(..)/g)].map(([, code, status]) => `${ecu} ${code} ${status}`);
  });
}

describe.skipIf(!existsSync(G31))('faults of a recorded G31 (needs ../shared/data/recordings/g31-coding.txt)', () => {
  it('are all listed, those of every info memory too, and no ECU is left out', async () => {
    const { result } = jsonOf(await bench.run(['faults', '--json', '--link', `mock:${G31}`]));
    const listed = (entries: readonly { ecu: string; code: string; status: string }[]) =>
      entries.map(({ ecu, code, status }) => `${ecu} ${code} ${status}`);
    const recorded = answersTo('19 02 0C');
    expect(recorded.size).toBe(24);
    expect(listed(result.faults)).toEqual(codesIn(recorded, 3));
    const memories = answersTo('22 20 00');
    const info = codesIn(memories, 3);
    expect(info.length).toBeGreaterThan(40);
    // An ECU that was never asked alone may be known by a question to all.
    const asked = listed(result.info).filter((entry) => memories.has(entry.slice(0, 2)));
    expect(asked.toSorted()).toEqual(info.toSorted());
    expect(result.unread).toEqual([]);
  });

  it('are not taken for cleared: a recording keeps them, whatever it answers', async () => {
    const run = await bench.run(['faults', 'DME', '--clear', '--yes', '--json', '--link', `mock:${G31}`]);
    expect([run.exit, jsonOf(run).vehicle]).toEqual([3, 'untouched']);
    bench.files = { backups: 1, journals: [] };
  });

  it('have their snapshots and extended data byte for byte', async () => {
    const { result } = jsonOf(await bench.run(['faults', '76', '--json', '--link', `mock:${G31}`]));
    expect(result.faults).toHaveLength(1);
    const told = (service: string) => answersTo(`${service} 48 29 63 FF`).get('76')?.split(' ').slice(6).join('');
    expect(result.faults[0].snapshots.hex).toBe(told('19 04'));
    expect(result.faults[0].extendedData.hex).toBe(told('19 06'));
  });
});

describe.skipIf(!existsSync(E61))('faults of a recorded E61 (needs ../shared/data/recordings/e61-obd.sim)', () => {
  /** The first answer of each unit to a question of its own: `84<ecu>F11802FFFF_0=…` in the part of the answers. */
  const answers = () => {
    const [, responses = ''] = readFileSync(E61, 'utf8').split('[RESPONSE]');
    return [...responses.matchAll(/^84(?!EF)(..)F11802FFFF_0=.., *F1,..,58,(..)((?:,..)*),..\s*$/gm)];
  };

  it('are all listed by unit, with what each keeps of them as it came', async () => {
    const { result } = jsonOf(await bench.run(['faults', '--details', '--json', '--link', `mock:${E61}`]));
    const recorded = answers().flatMap(([, ecu, , records = '']) =>
      [...records.replaceAll(',', '').matchAll(/(.{4})(..)/g)].map(([, code, status]) => `${ecu} ${code} ${status}`),
    );
    expect(recorded.length).toBeGreaterThan(0);
    const listed = result.faults.map(({ ecu, code, status }: Record<string, string>) => `${ecu} ${code} ${status}`);
    expect(listed).toEqual(expect.arrayContaining(recorded));
    const lock = result.faults.find(({ code }: { code: string }) => code === '9FF1');
    expect(lock).toMatchObject({ ecu: '65', states: [], record: '00000000' });
    expect(lock).not.toHaveProperty('text');
  });
});
