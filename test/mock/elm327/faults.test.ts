import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/mock/index.ts';
import { RECIPE, rawTerminal, type Terminal } from './terminal.ts';

const PING = '60023E00';
const PONG = '660F1027E00\r\r>';

/** Past the recipe, then with one fault that strikes once, at the second event it matches. */
async function with1(fault: Partial<Fault>): Promise<Terminal> {
  const terminal = await rawTerminal({ answers: { '3E00': '7E00', '22DD68': '62DD6891CA', '223301': `6233${'AB'.repeat(9)}` } });
  terminal.car.faults.add({ kind: 'none', after: 1, times: 1, ...fault });
  return terminal;
}

describe('faults of the adapter, each once and after one good exchange', () => {
  it.each([
    ['buffer-full', '660F10BUFFER FULL\r\r>'],
    ['data-error', '660F1027E00<DATA ERROR\r\r>'],
    ['can-error', 'CAN ERROR\r\r>'],
    ['act-alert', 'ACT ALERT\r660F1027E00\r\r>'],
    ['garbage', '\xfc\x80\xff660F1027E00\r\r>'],
    ['nul', '660F1\x00027E00\r\r>'],
    ['drop-byte', '660F127E00\r\r>'],
  ])('%s', async (kind, harmed) => {
    const terminal = await with1({ kind });
    expect(await terminal.askAll([PING, PING, PING])).toEqual([PONG, harmed, PONG]);
    expect(terminal.car.faults.struck()).toMatchObject([{ times: 1 }]);
  });

  it.each(['can-error', 'lv-reset', 'unplug'])('%s keeps the request from the car', async (kind) => {
    const terminal = await with1({ kind });
    await terminal.askAll([PING, PING]);
    expect(terminal.car.received).toEqual(['60 3E00']);
  });

  it('stopped strikes after the request has gone, and its answer comes when nobody asks', async () => {
    const terminal = await with1({ kind: 'stopped' });
    expect(await terminal.askAll([PING, PING])).toEqual([PONG, 'STOPPED\r\r>']);
    await terminal.clock.sleep(50);
    expect(terminal.output).toBe('');
    expect(terminal.car.received).toEqual(['60 3E00', '60 3E00']);
  });

  it('lv-reset loses the settings', async () => {
    const terminal = await with1({ kind: 'lv-reset' });
    expect(await terminal.askAll([PING, PING, 'ATDPN'])).toEqual([PONG, '\r\rLV RESET\r\r>', 'ATDPN\rB\r\r>']);
    expect(await terminal.ask(PING)).not.toContain('660F1027E00');
    await terminal.askAll(RECIPE);
    expect(await terminal.ask(PING)).toBe(PONG);
  });

  it('unplug kills the adapter, before or after the request', async () => {
    for (const [value, received] of [
      [undefined, 1],
      ['sent', 2],
    ] as const) {
      const terminal = await with1({ kind: 'unplug', ...(value === undefined ? {} : { value }) });
      await terminal.ask(PING);
      expect(terminal.unplugged).toBe(false);
      expect(await terminal.ask(PING)).toBe('');
      expect(terminal.unplugged).toBe(true);
      terminal.send(`${PING}\r`);
      expect(await terminal.read(2000)).toBe('');
      expect(terminal.car.received).toHaveLength(received);
    }
  });

  it('echo-on echoes one command although E0 holds', async () => {
    const terminal = await with1({ kind: 'echo-on' });
    expect(await terminal.askAll([PING, PING, PING])).toEqual([PONG, `${PING}\r${PONG}`, PONG]);
  });

  it('stale-reply puts the last answer before the right one', async () => {
    const terminal = await with1({ kind: 'stale-reply', ecu: 0x60, after: 0 });
    expect(await terminal.ask('600322DD68')).toBe('660F10562DD6891CA\r\r>');
    expect(await terminal.ask(PING)).toBe('660F10562DD6891CA\r660F1027E00\r\r>');
  });

  it('strikes only at the ECU and service it is set on', async () => {
    const terminal = await with1({ kind: 'can-error', ecu: 0x60, service: 0x22, did: 0xdd68, after: 0 });
    expect(await terminal.askAll([PING, '6003223301', '600322DD68'])).toEqual([PONG, '660F1100B6233ABABAB\r\r>', 'CAN ERROR\r\r>']);
  });

  it.each([
    ['cf-lost', 'NO DATA\r\r>'],
    ['wrong-sn', '660F122ABABABABABAB\r\r>'],
  ])('%s of the bus shows through', async (kind, harmed) => {
    const terminal = await with1({ kind, after: 0 });
    await terminal.ask('60032233011');
    expect(await terminal.ask('60300000')).toBe(harmed);
    await terminal.ask('60032233011');
    expect(await terminal.ask('60300000')).toBe('660F121ABABABABABAB\r\r>');
  });

  it('fc-wait and fc-overflow show through', async () => {
    const waiting = await with1({ kind: 'fc-wait', value: '1', after: 0 });
    await waiting.ask('ATCTM1');
    expect(await waiting.ask('6010082E33010102')).toBe('660F1310000\r660F1300000\r\r>');
    const full = await with1({ kind: 'fc-overflow', after: 0 });
    expect(await full.ask('6010082E33010102')).toBe('660F1320000\r\r>');
  });
});
