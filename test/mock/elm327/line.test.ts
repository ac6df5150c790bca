import { describe, expect, it } from 'vitest';
import { RECIPE, rawTerminal, Terminal } from './terminal.ts';

describe('the line discipline of an ELM327', () => {
  it('talks as a person at a terminal sees it', async () => {
    const terminal = new Terminal();
    expect(
      await terminal.askAll(['ATZ', 'at i', 'AT@1', 'AT@2', 'ATRV', 'AT IGN', 'ATDP', 'ATDPN', 'ATE0', 'ATI', 'ATL1', 'ATI', 'ATXX1']),
    ).toEqual([
      'ATZ\r\r\rELM327 v2.1\r\r>',
      'at i\rELM327 v2.1\r\r>',
      'AT@1\rOBDII to RS232 Interpreter\r\r>',
      'AT@2\r?\r\r>',
      'ATRV\r13.4V\r\r>',
      'AT IGN\rON\r\r>',
      'ATDP\rAUTO\r\r>',
      'ATDPN\rA0\r\r>',
      'ATE0\rOK\r\r>',
      'ELM327 v2.1\r\r>',
      'OK\r\n\r\n>',
      'ELM327 v2.1\r\n\r\n>',
      '?\r\n\r\n>',
    ]);
  });

  it('takes the recipe of EdiabasLib and its identification, prompting on every one', async () => {
    const terminal = new Terminal();
    await terminal.ask('ATD');
    await terminal.ask('ATE0');
    const answers = await terminal.askAll(RECIPE.slice(2));
    expect(answers).toEqual(RECIPE.slice(2).map(() => 'OK\r\r>'));
    expect(await terminal.askAll(['ATDPN', 'AT@1', 'AT#1', 'STI', 'STIX'])).toEqual([
      'B\r\r>',
      'OBDII to RS232 Interpreter\r\r>',
      '?\r\r>',
      '?\r\r>',
      '?\r\r>',
    ]);
  });

  it('prompts on odd input: blanks, control characters, rubbish, lines too long, two DEL', async () => {
    const terminal = new Terminal();
    await terminal.ask('ATE0');
    expect(await terminal.ask('  \x01\x00\t at \n i')).toBe('ELM327 v2.1\r\r>');
    for (const line of ['\x7f\x7f', '1', 'G', 'AT', '0102030405060708090A', '\xff\xfe', 'x'.repeat(3000)]) {
      expect(await terminal.ask(line)).toBe('?\r\r>');
    }
  });

  it('repeats the last command on a bare CR', async () => {
    const terminal = await rawTerminal({ answers: { '3E00': '7E00' } });
    expect(await terminal.ask('60023E00')).toBe('660F1027E00\r\r>');
    expect(await terminal.ask('')).toBe('660F1027E00\r\r>');
    expect(terminal.car.received).toEqual(['60 3E00', '60 3E00']);
  });

  it('gives an unfinished line up after 20 s', async () => {
    const terminal = new Terminal();
    terminal.send('ATI');
    expect(await terminal.read()).toBe('ATI?\r\r>');
    expect(terminal.lastAt).toBeGreaterThan(20_000);
    expect(await terminal.ask('ATE0')).toBe('ATE0\rOK\r\r>');
  });

  it('puts every character on the line for its time, in both directions', async () => {
    const slow = new Terminal();
    await slow.ask('ATE0');
    expect(await slow.time('ATI')).toBeCloseTo((4 + 14) * (10_000 / 38_400), 3);
    const fast = new Terminal({ baud: 115_200 });
    await fast.ask('ATE0');
    expect(await fast.time('ATI')).toBeCloseTo((4 + 14) * (10_000 / 115_200), 3);
    expect(fast.adapter.counters).toEqual({ charactersReceived: 5 + 4, charactersSent: 5 + 5 + 14, canFrames: 0 });
  });

  it('takes two writes at once one after the other', async () => {
    const terminal = new Terminal();
    await terminal.ask('ATE0');
    const from = terminal.clock.now();
    terminal.send('AT');
    terminal.send('I\r');
    expect(await terminal.read()).toBe('ELM327 v2.1\r\r>');
    expect(terminal.lastAt - from).toBeCloseTo((4 + 14) * (10_000 / 38_400), 3);
  });

  it('neither takes nor echoes NUL', async () => {
    const terminal = new Terminal();
    expect(await terminal.ask('\0AT\0I')).toBe('ATI\rELM327 v2.1\r\r>');
  });

  it('echoes while the command is still coming in', async () => {
    const terminal = new Terminal();
    expect(await terminal.time('ATI')).toBeCloseTo((4 + 1 + 14) * (10_000 / 38_400), 3);
  });

  it('takes a second for ATZ, less for ATWS, and loses what is typed meanwhile', async () => {
    const terminal = new Terminal();
    const cold = await terminal.time('ATZ');
    const warm = await terminal.time('ATWS');
    expect(cold).toBeGreaterThan(1000);
    expect(warm).toBeLessThan(200);
    terminal.send('ATZ\r');
    await terminal.clock.sleep(500);
    terminal.send('ATRV\r');
    expect(await terminal.read()).toBe('ATZ\r\r\rELM327 v2.1\r\r>');
    expect(await terminal.read(100)).toBe('');
  });

  it('sleeps after LP and wakes with its banner', async () => {
    const terminal = new Terminal();
    expect(await terminal.ask('ATLP')).toBe('ATLP\rOK\r\r>');
    await terminal.clock.sleep(2000);
    terminal.send(' ');
    expect(await terminal.read()).toBe('\r\rELM327 v2.1\r\r>');
  });

  it('stays awake when something is typed in time', async () => {
    const terminal = new Terminal();
    await terminal.askAll(['ATE0', 'ATLP']);
    await terminal.clock.sleep(500);
    await terminal.ask('ATI');
    await terminal.clock.sleep(2000);
    expect(await terminal.ask('ATI')).toBe('ELM327 v2.1\r\r>');
  });

  it('keeps the stored protocol with TP and M0, and writes it with SP', async () => {
    const terminal = new Terminal({ answers: { '3E00': '7E00' } });
    const raw = [...RECIPE.filter((line) => line !== 'ATSPB'), 'ATM0', 'ATTPB'];
    await terminal.askAll(raw);
    expect(await terminal.ask('60023E00')).toBe('660F1027E00\r\r>');
    await terminal.ask('ATD');
    expect(await terminal.ask('ATDPN')).toBe('ATDPN\rA0\r\r>');
    await terminal.askAll(['ATSPB', 'ATD']);
    expect(await terminal.ask('ATDPN')).toBe('ATDPN\rB\r\r>');
    await terminal.askAll(['ATSP0', 'ATD']);
    expect(await terminal.ask('ATDPN')).toBe('ATDPN\rB\r\r>');
    await terminal.askAll(['ATSP00', 'ATD']);
    expect(await terminal.ask('ATDPN')).toBe('ATDPN\rA0\r\r>');
  });

  it('changes its rate by the BRD handshake, and back without a confirmation', async () => {
    const terminal = new Terminal();
    await terminal.ask('ATE0');
    terminal.send('ATBRD23\r');
    expect(await terminal.read(100)).toBe('OK\rELM327 v2.1\r');
    expect(terminal.adapter.baud).toBeCloseTo(4_000_000 / 0x23, 3);
    expect(await terminal.read()).toBe('\r>');
    expect(terminal.adapter.baud).toBe(38_400);
    terminal.send('ATBRD23\r');
    await terminal.read(90);
    terminal.send('\r');
    expect(await terminal.read()).toBe('OK\r\r>');
    expect(terminal.adapter.baud).toBeCloseTo(4_000_000 / 0x23, 3);
    expect(await terminal.ask('ATBRD00')).toBe('?\r\r>');
    await terminal.ask('ATWS');
    expect(terminal.adapter.baud).toBeCloseTo(4_000_000 / 0x23, 3);
    await terminal.ask('ATZ');
    expect(terminal.adapter.baud).toBe(38_400);
  });

  it('lists and changes its programmable parameters', async () => {
    const terminal = new Terminal();
    await terminal.ask('ATE0');
    const lines = (await terminal.ask('ATPPS')).split('\r');
    expect(lines).toHaveLength(12 + 2);
    expect(lines[0]).toBe('00:FF F  01:FF F  02:FF F  03:32 F');
    await terminal.askAll(['ATPP 03 SV 19', 'ATWS', 'ATE0', 'ATAT0', 'ATTP6']);
    expect(await terminal.time('0133')).toBeGreaterThan(200);
    await terminal.askAll(['ATPP 03 ON', 'ATWS', 'ATE0', 'ATAT0', 'ATTP6']);
    expect((await terminal.ask('ATPPS')).split('\r')[0]).toContain('03:19 N');
    expect(await terminal.time('0133')).toBeLessThan(150);
  });
});
