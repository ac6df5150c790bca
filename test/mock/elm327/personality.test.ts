import { describe, expect, it } from 'vitest';
import { EVIDENCE } from '../../../src/core/index.ts';
import { PERSONALITIES, personalityNames } from '../../../src/mock/elm327/index.ts';
import { RECIPE, rawTerminal, Terminal } from './terminal.ts';

/** The commands, of those asked, that an adapter does not know. */
async function refusals(terminal: Terminal, commands: readonly string[]): Promise<string[]> {
  const refused: string[] = [];
  for (const command of commands) {
    if ((await terminal.ask(command)).includes('?')) refused.push(command);
  }
  return refused;
}

const OPTIONAL = ['ATCSM0', 'ATCTM5', 'ATAMC', 'ATCRA', 'ATSH00000012', 'ATCEA', 'ATBRT28', 'ATCER60', 'ATXX1', 'AT@2'];

describe('personalities', () => {
  it('all introduce themselves, and are all listed', async () => {
    for (const [personality, { banner, source, evidence }] of Object.entries(PERSONALITIES)) {
      const terminal = new Terminal({ personality: personality as keyof typeof PERSONALITIES });
      expect(await terminal.ask('ATZ')).toBe(`ATZ\r\r\r${banner}\r\r>`);
      expect(await terminal.ask('ATI')).toBe(`ATI\r${banner}\r\r>`);
      expect([source.length > 0, EVIDENCE.includes(evidence)]).toEqual([true, true]);
    }
    expect(personalityNames()).toEqual([
      ...['genuine-2.1', 'genuine-1.4b', 'genuine-2.3', 'clone-1.5', 'clone-canze', 'clone-wican', 'minimal', 'silent-acceptor'],
      ...['emulator', 'stn1110', 'stn2120', 'wifi', 'bluetooth-30ms', 'bluetooth-100ms', 'lossy', 'brown-out', 'not-elm'],
    ]);
  });

  it.each([
    ['genuine-2.1', ['ATCER60', 'ATXX1', 'AT@2']],
    ['genuine-2.3', ['ATXX1', 'AT@2']],
    ['stn2120', ['ATCTM5', 'ATCER60', 'ATXX1', 'AT@2']],
    ['genuine-1.4b', ['ATCTM5', 'ATAMC', 'ATSH00000012', 'ATCER60', 'ATXX1', 'AT@2']],
    ['clone-1.5', ['ATCSM0', 'ATCTM5', 'ATAMC', 'ATCRA', 'ATSH00000012', 'ATCER60', 'ATXX1', 'AT@2']],
    ['clone-canze', ['ATCTM5', 'ATAMC', 'ATCRA', 'ATCEA', 'ATCER60', 'ATXX1', 'AT@2']],
    ['silent-acceptor', ['AT@2']],
    ['emulator', ['ATCSM0', 'ATCTM5', 'ATAMC', 'ATCER60', 'ATXX1', 'AT@2']],
  ] as const)('%s refuses what its kind does not know', async (personality, refused) => {
    expect(await refusals(new Terminal({ personality }), OPTIONAL)).toEqual(refused);
  });

  it('clone-canze knows no flow control of the user, and raw mode all the same', async () => {
    const terminal = await rawTerminal({ personality: 'clone-canze', answers: { '3E00': '7E00' } });
    expect(await refusals(terminal, ['ATFCSH6F1', 'ATFCSD60300000', 'ATFCSM1', 'ATCF12345678', 'ATCRA612', 'ATCAF0', 'ATCFC0'])).toEqual([
      'ATFCSH6F1',
      'ATFCSD60300000',
      'ATFCSM1',
      'ATCF12345678',
    ]);
    await terminal.askAll(['ATCF600', 'ATCM700']);
    expect(await terminal.ask('60023E00')).toBe('660F1027E00\r\r>');
  });

  it('emulator stores nothing of what it accepts, and leaves without a prompt who asks what it does not know, or behind a blank', async () => {
    const terminal = new Terminal({ personality: 'emulator' });
    expect(await refusals(terminal, ['ATPBC001', 'ATJE', 'ATCS', 'STIX', 'STCSEGT1', 'ATFCSM1', 'ATCEA12', 'ATST19'])).toEqual([
      ...['ATPBC001', 'ATJE', 'ATCS', 'STIX', 'STCSEGT1'],
    ]);
    for (const line of ['AT#1', 'STPXD:22F190', '22F190', ' ATI']) expect(await terminal.ask(line)).toBe(`${line}\r`);
  });

  it('clone-wican lacks what coding needs', async () => {
    const terminal = new Terminal({ personality: 'clone-wican' });
    expect(await refusals(terminal, [...RECIPE, 'ATCAF0', 'ATCFC0', 'ATR0'])).toEqual(
      expect.arrayContaining(['ATAL', 'ATCAF0', 'ATCFC0', 'ATR0']),
    );
  });

  it('minimal counts no answers and is interrupted instead', async () => {
    const terminal = await rawTerminal({ personality: 'minimal', answers: { '3E00': '7E00' } });
    expect(await refusals(terminal, ['ATR0', 'ATCRA', '60023E001'])).toEqual(['ATR0', 'ATCRA', '60023E001']);
    terminal.send('60023E00\r');
    await terminal.clock.sleep(100);
    terminal.send(' ');
    expect(await terminal.read()).toBe('660F1027E00\rSTOPPED\r\r>');
  });

  it('brown-out restarts at every sixtieth request, and has lost its settings', async () => {
    const terminal = await rawTerminal({ personality: 'brown-out', answers: { '3E00': '7E00' } });
    for (let request = 1; request < 60; request += 1) expect(await terminal.ask('60023E001')).toBe('660F1027E00\r\r>');
    expect(await terminal.ask('60023E001')).toBe('\r\rLV RESET\r\r>');
    expect(await terminal.ask('ATI')).toBe('ATI\rELM327 v1.5\r\r>');
  });

  it('silent-acceptor agrees to everything and reaches nobody', async () => {
    const terminal = new Terminal({ personality: 'silent-acceptor', answers: { '3E00': '7E00' } });
    expect(await refusals(terminal, [...RECIPE, 'ATFCSM1', 'ATQQ77'])).toEqual([]);
    expect(await terminal.ask('60023E00')).not.toContain('7E00');
    expect(terminal.car.received).toEqual([]);
  });

  it('not-elm speaks and never prompts', async () => {
    const terminal = new Terminal({ personality: 'not-elm' });
    terminal.send('ATZ\r');
    expect(await terminal.read(5000)).toBe('\r\nOK\r\n');
    terminal.send('ATI\r');
    expect(await terminal.read(5000)).toBe('\r\nERROR\r\n');
  });
});
