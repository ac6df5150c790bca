import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rawTerminal, Terminal } from './terminal.ts';

// fast-check prints the seed of a failure; KOMBI_SEED replays it.
const seed = Number(process.env['KOMBI_SEED'] ?? 1327);

describe('an ELM327, however its input is cut', () => {
  it('answers the same, at the same time', async () => {
    const line = '6 003 22dd68 \r';
    const whole = await rawTerminal({ answers: { '22DD68': '62DD6891CA' } });
    const from = whole.clock.now();
    whole.send(line);
    const expected = { text: await whole.read(), ms: whole.lastAt - from };
    await fc.assert(
      fc.asyncProperty(fc.subarray([...line].map((_, index) => index).slice(1)), async (cuts) => {
        const terminal = await rawTerminal({ answers: { '22DD68': '62DD6891CA' } });
        const start = terminal.clock.now();
        let sent = 0;
        for (const cut of [...cuts, line.length]) {
          terminal.send(line.slice(sent, cut));
          sent = cut;
        }
        expect(await terminal.read()).toBe(expected.text);
        expect(terminal.lastAt - start).toBeCloseTo(expected.ms, 6);
      }),
      { seed, numRuns: 40 },
    );
  });

  it('prompts on any line of characters', async () => {
    const terminal = new Terminal();
    await terminal.ask('ATI');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 40 }), async (bytes) => {
        // The x keeps it from being a command that never prompts by itself, such as ATMA.
        const text = Buffer.from(bytes).toString('latin1').replaceAll('\r', '');
        expect(await terminal.ask(`x${text}`)).toMatch(/\r>$/);
      }),
      { seed, numRuns: 200 },
    );
  });
});
