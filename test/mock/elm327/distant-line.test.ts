import { describe, expect, it } from 'vitest';
import { Terminal } from './terminal.ts';

const CHARACTER_MS = 10_000 / 38_400;

describe('a line to the adapter that takes time', () => {
  it.each([
    ['wifi', 5],
    ['bluetooth-30ms', 30],
    ['bluetooth-100ms', 100],
  ] as const)('%s: %i ms there and back, beside the time of the characters', async (personality, roundTripMs) => {
    const terminal = new Terminal({ personality });
    await terminal.ask('ATE0');
    expect(await terminal.time('ATI')).toBeCloseTo((4 + 14) * CHARACTER_MS + roundTripMs, 2);
  });

  it('keeps characters in their order', async () => {
    const terminal = new Terminal({ personality: 'bluetooth-30ms' });
    for (const character of 'ATE0\rATI\r') terminal.send(character);
    expect(await terminal.read()).toBe('ATE0\rOK\r\r>');
    expect(await terminal.read()).toBe('ELM327 v1.5\r\r>');
  });
});

describe('a line that loses one character in ten thousand', () => {
  async function lost(): Promise<readonly number[]> {
    const terminal = new Terminal({ personality: 'lossy' });
    await terminal.ask('ATE0');
    const losses: number[] = [];
    for (let command = 0; command < 3000; command += 1) {
      terminal.send('AT@1\r');
      // A lost CR or prompt is silence; whoever talks on after it is understood again.
      const answer = await terminal.read(1000);
      if (answer !== 'OBDII to RS232 Interpreter\r\r>') losses.push(command);
    }
    return losses;
  }

  it('does so, in both directions, and in the same places each time', async () => {
    const losses = await lost();
    // 3000 commands of 34 characters, about ten losses.
    expect(losses.length).toBeGreaterThan(3);
    expect(losses.length).toBeLessThan(30);
    expect(await lost()).toEqual(losses);
  });
});
