import { SerialPortMock } from 'serialport';
import { afterAll, describe, expect, it } from 'vitest';
import { fromHex } from '../../../src/core/index.ts';
import { PERSONALITIES, type Personality, type PersonalityName } from '../../../src/mock/elm327/index.ts';
import type { Rung } from '../../../src/transport/elm327/index.ts';
import { type AdapterBench, ask, KOMBI, plugAdapter } from './adapter-bench.ts';

afterAll(() => SerialPortMock.binding.reset());

const READ_BLOCK = '223301';
/** Commands that write what an adapter keeps without power (elm327.md §2, §6, §7). */
const LASTING = /^(AT\s*(SP|PP|CV|SD|@3)|STWBR|STRSTNVM|STS(?!N$)|STVCAL|STBT)/i;
/** Opened for reading, up to the first question and without it. */
const MOST_COMMANDS = 10;

const WRITERS: Readonly<Partial<Record<PersonalityName, Rung>>> = {
  'genuine-2.1': 'raw',
  'genuine-1.4b': 'raw',
  'genuine-2.3': 'raw',
  'clone-1.5': 'raw',
  'clone-canze': 'raw',
  minimal: 'slow',
  stn1110: 'stn',
  stn2120: 'stn',
  wifi: 'raw',
  'bluetooth-30ms': 'raw',
  'bluetooth-100ms': 'raw',
};
const ALL = Object.keys(PERSONALITIES) as (keyof typeof PERSONALITIES)[];

/** Reads, is proved, writes and reads back; so much of it as the adapter lets happen. */
async function session(bench: AdapterBench): Promise<void> {
  const { transport } = bench;
  await transport.open();
  for (let count = 0; count < 8; count += 1) await ask(bench, READ_BLOCK);
  await transport.send(0xdf as typeof KOMBI, fromHex('22F150'));
  await transport.receive(transport.clock.now() + 500);
  if (await transport.proveWrites?.(KOMBI)) {
    await ask(bench, '1003');
    await ask(bench, `2E3301${(await ask(bench, READ_BLOCK))?.slice(6)}`);
  }
}

describe('an adapter that may write', () => {
  it.each(Object.entries(WRITERS) as [PersonalityName, Rung][])(
    '%s reads, proves itself by way of %s, and writes',
    async (personality, rung) => {
      const bench = await plugAdapter({ personality });
      const { transport, lines } = bench;
      await transport.open();
      const before = await ask(bench, READ_BLOCK);
      expect(before).toMatch(/^623301/);
      expect(transport.capabilities.writesProven).toBe(false);
      expect(await transport.proveWrites?.(KOMBI)).toBe(true);
      expect(transport.capabilities.writesProven).toBe(true);
      expect(transport.findings?.traffic.proven).toBe(rung);
      const changed = `${before?.slice(6, -2)}5A`;
      expect(await ask(bench, '1003')).toMatch(/^5003/);
      expect(await ask(bench, `2E3301${changed}`)).toBe('6E3301');
      expect(await ask(bench, READ_BLOCK)).toBe(`623301${changed}`);
      await transport.close();
      expect(lines.slice(-2)).toEqual(['ATD', rung === 'stn' ? 'STPC' : 'ATPC']);
      await transport.open();
      expect(transport.capabilities.writesProven).toBe(false);
    },
  );

  it.each(Object.keys(WRITERS) as PersonalityName[])(
    '%s is opened by few commands, and no reset, until its first answer',
    async (personality) => {
      const bench = await plugAdapter({ personality });
      await bench.transport.open();
      await ask(bench, '22F190');
      const question = bench.lines.findIndex((line) => line.includes('22F190'));
      const commands = bench.lines.slice(0, question).filter((line) => line !== ' ');
      // A chip that refuses the filter for one is set filter and mask.
      expect(commands.length).toBeLessThanOrEqual(personality === 'minimal' ? MOST_COMMANDS + 2 : MOST_COMMANDS);
      expect(bench.lines.filter((line) => /^AT(Z|WS)/.test(line))).toEqual([]);
    },
  );
});

describe('whatever the adapter', () => {
  it.each(ALL)('%s keeps nothing of a session, and nothing that would last is sent to it', async (personality) => {
    const bench = await plugAdapter({ personality });
    await session(bench).catch(() => undefined);
    await bench.transport.dispose();
    expect(bench.lines.length).toBeGreaterThan(10);
    expect(bench.lines.filter((line) => LASTING.test(line))).toEqual([]);
  });
});

describe('an adapter that must not write', () => {
  it.each<[PersonalityName, RegExp]>([
    ['clone-wican', /lacks what coding needs: ATAL \(long messages\)/],
    ['silent-acceptor', /says OK to ATXX1, which is no command/],
    ['not-elm', /is no ELM327/],
  ])('%s is refused, by name of what is missing, and sent nothing that could write', async (personality, why) => {
    const bench = await plugAdapter({ personality });
    await expect(session(bench)).rejects.toMatchObject({ message: expect.stringMatching(why) });
    await bench.transport.dispose();
    expect(bench.lines.filter((line) => /2E3301|^6010|STPX/.test(line))).toEqual([]);
  });

  it('one that no car answers is asked whether its OKs mean anything before it is asked again', async () => {
    const pretender: Personality = { ...PERSONALITIES['clone-1.5'], agreesToAll: true, ignores: ['SH', 'CRA hhh', 'CF', 'CM'] };
    const bench = await plugAdapter({ personality: pretender });
    const { transport, lines } = bench;
    await transport.open();
    expect(await ask(bench, '22F190')).toBeUndefined();
    await transport.close();
    lines.length = 0;
    await expect(transport.open()).rejects.toMatchObject({ code: 'adapter.unfit', exit: 3, message: expect.stringContaining('ATXX1') });
    expect(lines.filter((line) => /^[0-9A-F]+$/.test(line))).toEqual([]);
  });

  it('clone-wican may read, before and after it was refused', async () => {
    const bench = await plugAdapter({ personality: 'clone-wican' });
    await bench.transport.open();
    expect(await ask(bench, READ_BLOCK)).toMatch(/^623301/);
    await expect(bench.transport.proveWrites?.(KOMBI)).rejects.toMatchObject({ code: 'adapter.unfit', exit: 3 });
    expect(await ask(bench, READ_BLOCK)).toMatch(/^623301/);
  });
});
