import { SerialPortMock } from 'serialport';
import { afterAll, describe, expect, it } from 'vitest';
import { isKombiError } from '../../../src/core/index.ts';
import { PERSONALITIES, type Personality } from '../../../src/mock/elm327/index.ts';
import { createElm327Transport } from '../../../src/transport/elm327/index.ts';
import { type AdapterBench, ask, KOMBI, plugAdapter } from './adapter-bench.ts';

afterAll(() => SerialPortMock.binding.reset());

const READ_BLOCK = '223301';
const STN: Personality = PERSONALITIES.stn2120;
const GENUINE: Personality = PERSONALITIES['genuine-2.1'];

/** Proves and writes over whatever way is left. */
async function write(bench: AdapterBench): Promise<void> {
  expect(await bench.transport.proveWrites?.(KOMBI)).toBe(true);
  const block = (await ask(bench, READ_BLOCK))?.slice(6);
  expect(await ask(bench, '1003')).toMatch(/^5003/);
  expect(await ask(bench, `2E3301${block}`)).toBe('6E3301');
}

/** Asks until it is answered, with the link opened anew after each error; gives the codes of those. */
async function insist(bench: AdapterBench, request: string): Promise<{ answer: string | undefined; failures: readonly string[] }> {
  const failures: string[] = [];
  for (let attempt = 0; attempt < 5; attempt += 1) {
    try {
      const answer = await ask(bench, request);
      if (answer !== undefined) return { answer, failures };
      failures.push('silence');
    } catch (error) {
      if (!isKombiError(error)) throw error;
      failures.push(error.code);
    }
    await bench.transport.close();
    await bench.transport.open();
  }
  return { answer: undefined, failures };
}

describe('a rung down', () => {
  it.each<[string, Personality, string]>([
    ['raw frames, where an STN does not join answers', { ...STN, lacks: [...STN.lacks, 'STCSEGR'] }, 'raw'],
    ['raw frames, where an STN knows no preset', { ...STN, lacks: [...STN.lacks, 'STP'] }, 'raw'],
    ['the slow way, where R0 is not known', { ...GENUINE, lacks: ['R'] }, 'slow'],
  ])('is %s: by its word', async (_, personality, rung) => {
    const bench = await plugAdapter({ personality });
    await bench.transport.open();
    expect(await ask(bench, READ_BLOCK)).toMatch(/^623301/);
    await write(bench);
    expect(bench.transport.findings?.traffic).toMatchObject({ proven: rung });
  });

  it.each<[string, Personality, string]>([
    ['an STN that takes pairs and heeds none', { ...STN, ignores: ['STCFCPA'] }, 'raw'],
    ['an STN that says it joins answers and does not', { ...STN, ignores: ['STCSEGR', 'STCFCPA'] }, 'raw'],
    ['a chip that says yes to R0 and listens on', { ...GENUINE, ignores: ['R'] }, 'slow'],
  ])('is taken where the proof fails, on the same link: %s', async (_, personality, rung) => {
    const bench = await plugAdapter({ personality });
    await bench.transport.open();
    await write(bench);
    expect(bench.transport.findings?.traffic).toMatchObject({ proven: rung, failed: [rung === 'raw' ? 'stn' : 'raw'] });
  });

  it('is remembered, so that the same adapter is not tried in vain again', async () => {
    const bench = await plugAdapter({ personality: { ...GENUINE, ignores: ['R'] } });
    await bench.transport.open();
    await write(bench);
    await bench.transport.close();
    await bench.transport.open();
    bench.lines.length = 0;
    await write(bench);
    expect(bench.lines).not.toContain('ATR0');
    expect(bench.lines.filter((line) => line === 'ATST01').length).toBeGreaterThan(1);
  });

  it('is told beforehand where the findings were kept', async () => {
    const before = await plugAdapter({ personality: { ...STN, ignores: ['STCFCPA'] } });
    await before.transport.open();
    await write(before);
    const kept = JSON.parse(JSON.stringify(before.transport.findings));
    const { open, clock } = await plugAdapter({ personality: { ...STN, ignores: ['STCFCPA'] } });
    const transport = createElm327Transport({ open, clock, description: 'x', portName: undefined, known: kept });
    await transport.open();
    expect(await ask({ ...before, transport }, READ_BLOCK)).toMatch(/^623301/);
    expect(transport.findings).toMatchObject({ name: 'STN2120 v5.8.1', isStn: true, traffic: { failed: ['stn'] } });
    await transport.dispose();
  });

  it('is not taken for a car that does not answer', async () => {
    const bench = await plugAdapter({ personality: 'stn2120' });
    await bench.transport.open();
    expect(await bench.transport.proveWrites?.(0x99 as typeof KOMBI)).toBe(false);
    await write(bench);
    expect(bench.transport.findings?.traffic).toMatchObject({ proven: 'stn' });
  });
});

describe('a distant adapter', () => {
  const flowControls = (bench: AdapterBench) => bench.lines.filter((line) => /^6030/.test(line));

  it('is sent all frames at once, at a pace that its buffer bears', async () => {
    const bench = await plugAdapter({ personality: 'bluetooth-30ms' });
    await bench.transport.open();
    for (let count = 0; count < 3; count += 1) await ask(bench, READ_BLOCK);
    expect(flowControls(bench)).toEqual(['60300005', '60300005', '60300005']);
  });

  it('is sent blocks that fit its buffer, once that has gone wrong', async () => {
    const bench = await plugAdapter({ personality: 'bluetooth-30ms' });
    await bench.transport.open();
    await ask(bench, '22F186');
    bench.car.faults.add({ kind: 'buffer-full', after: 2, times: 1 });
    expect(await insist(bench, READ_BLOCK)).toMatchObject({
      answer: expect.stringMatching(/^623301/),
      failures: ['link.elm327.buffer-full'],
    });
    expect(flowControls(bench).at(-1)).toMatch(/^60300C00/);
  });
});

describe('a bad line', () => {
  it('that loses characters costs time and no byte: the right answer, or none', async () => {
    const bench = await plugAdapter({ personality: 'lossy' });
    await bench.transport.open();
    const { answer: right } = await insist(bench, READ_BLOCK);
    const failures: string[] = [];
    for (let read = 0; read < 100; read += 1) {
      const outcome = await insist(bench, READ_BLOCK);
      expect(outcome.answer).toBe(right);
      failures.push(...outcome.failures);
    }
    expect(failures.length).toBeGreaterThan(3);
  });

  it('that breaks down is opened again, with its settings made anew', async () => {
    const bench = await plugAdapter({ personality: 'brown-out' });
    await bench.transport.open();
    const failures: string[] = [];
    for (let read = 0; read < 40; read += 1) {
      const outcome = await insist(bench, READ_BLOCK);
      expect(outcome.answer).toMatch(/^623301/);
      failures.push(...outcome.failures);
    }
    expect(failures.length).toBeGreaterThan(1);
    // It is deaf for a second, as long as a frame may keep one waiting.
    for (const code of failures) expect(code).toMatch(/^link\.(elm327\.reset|isotp\.missing)$/);
  });
});
