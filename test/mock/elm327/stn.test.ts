import { describe, expect, it } from 'vitest';
import { Terminal } from './terminal.ts';

const LONG = `62F190${'41'.repeat(17)}`;
const ANSWERS = { '22F186': '62F18601', '22F190': LONG, '3E00': '7E00', [`2E3301${'AB'.repeat(20)}`]: '6E3301' };
/** As a logger of an i3 sets its adapter up (third-party code), with eight-byte answers allowed. */
const SET_UP = ['ATD', 'ATE0', 'ATS0', 'ATH1', 'ATAL', 'STP33', 'STPO', 'ATSH6F1', 'STPTO200'];
const AT_ECU_60 = ['STCFCPC', 'STCFCPA 6F1 60, 660 F1', 'STCAF 1, 60', 'ATCRA660'];

async function setUp(personality: 'stn1110' | 'stn2120' = 'stn2120'): Promise<Terminal> {
  const terminal = new Terminal({ personality, answers: ANSWERS });
  const answers = await terminal.askAll([...SET_UP, ...AT_ECU_60]);
  expect(answers.slice(2)).toEqual(answers.slice(2).map(() => 'OK\r\r>'));
  return terminal;
}

describe('an STN chip', () => {
  it('introduces itself', async () => {
    const terminal = new Terminal({ personality: 'stn2120' });
    await terminal.ask('ATE0');
    expect(await terminal.askAll(['STI', 'STIX', 'STDI', 'STMFR', 'STSN', 'ATI', 'STVR', 'STVR1', 'STXX'])).toEqual(
      [
        ...['STN2120 v5.8.1', 'STN2120 v5.8.1 [2022.01.01]', 'STN2120 r1.0.0', 'Generic', '212000000001', 'ELM327 v1.4b'],
        ...['13.40', '13.4', '?'],
      ].map((text) => `${text}\r\r>`),
    );
  });

  it('sends its flow control by the pairs that it was given, and shows frames as they are', async () => {
    const terminal = await setUp();
    expect(await terminal.ask('22F190')).toBe('660F1101462F1904141\r660F121414141414141\r660F122414141414141\r660F123414141FFFFFF\r\r>');
    await terminal.ask('STCFCPC');
    expect(await terminal.ask('22F190')).toBe('660F1101462F1904141\r\r>');
  });

  it('joins long answers, and leaves the control bytes away', async () => {
    const terminal = await setUp();
    await terminal.ask('STCSEGR1');
    expect(await terminal.ask('STPX D:22F190, R:1')).toBe(`660F1${LONG}\r\r>`);
    expect(await terminal.ask('STPX D:22F186, R:1')).toBe('660F162F18601\r\r>');
    await terminal.ask('ATH0');
    expect(await terminal.ask('STPX D:22F190, R:1')).toBe(`${LONG}\r\r>`);
    await terminal.ask('ATNL');
    expect(await terminal.ask('STPX D:22F190, R:1, T:300')).toBe('NO DATA\r\r>');
  });

  it.each(['stn1110', 'stn2120'] as const)('cuts long requests, in the line or behind DATA>: %s', async (personality) => {
    const terminal = await setUp(personality);
    const request = `2E3301${'AB'.repeat(20)}`;
    expect(await terminal.ask(`STPX D:${request}, R:1`)).toBe('660F1036E3301\r\r>');
    expect(await terminal.ask('STPX L:23, R:1')).toBe('DATA>');
    expect(await terminal.ask(request)).toBe('660F1036E3301\r\r>');
    expect(terminal.car.received).toEqual([`60 ${request}`, `60 ${request}`]);
    const room = personality === 'stn1110' ? 2048 : 4096;
    expect(await terminal.ask(`STPX L:${room + 1}`)).toBe('OUT OF MEMORY\r\r>');
    const lineBuffer = personality === 'stn1110' ? 511 : 1023;
    expect(await terminal.ask(`STPXD:${'A'.repeat(lineBuffer - 5)}`)).toBe('?\r\r>');
  });

  it('honours block size, separation time and waiting of the ECU, and tells when there is no flow control', async () => {
    const terminal = await setUp();
    terminal.car.flowControl = { blockSize: 2, separationTime: 10 };
    const from = terminal.clock.now();
    expect(await terminal.ask(`STPX D:2E3301${'AB'.repeat(20)}, R:1`)).toBe('660F1036E3301\r\r>');
    expect(terminal.clock.now() - from).toBeGreaterThan(10);
    terminal.car.faults.add({ kind: 'fc-overflow', after: 0, times: 1 });
    expect(await terminal.ask(`STPX D:2E3301${'AB'.repeat(20)}`)).toBe('FC RX TIMEOUT\r\r>');
    await terminal.ask('STCFCPC');
    expect(await terminal.ask(`STPX D:2E3301${'AB'.repeat(20)}`)).toBe('FC RX TIMEOUT\r\r>');
    expect(terminal.car.received).toHaveLength(1);
  });

  it('keeps the state of segmentation through STPX', async () => {
    const terminal = await setUp();
    expect(await terminal.ask(`2E3301${'AB'.repeat(20)}`)).toBe('?\r\r>');
    await terminal.ask(`STPX D:2E3301${'AB'.repeat(20)}, R:1`);
    expect(await terminal.ask(`2E3301${'AB'.repeat(20)}`)).toBe('?\r\r>');
  });

  it('waits for an answer as long as T says, and not at all for R:0', async () => {
    const terminal = await setUp();
    terminal.car.delayMs = 400;
    expect(await terminal.ask('STPX D:3E00')).toBe('NO DATA\r\r>');
    await terminal.clock.sleep(1000);
    expect(await terminal.ask('STPX D:3E00, T:500, R:1')).toBe('660F17E00\r\r>'.replace('F1', 'F102'));
    expect(await terminal.ask('STPX D:3E00, R:0')).toBe('>');
  });

  it.each(['STPX', 'STPX D:1', 'STPX D:22, L:2', 'STPX D:22, D:33', 'STPX Q:1', 'STPX T:A, D:22', 'STPX L:'])(
    'says ? to %s',
    async (line) => {
      expect(await (await setUp()).ask(line)).toBe('?\r\r>');
    },
  );

  it('switches its rate as ATBRD does, and says who it is by STI', async () => {
    const terminal = await setUp();
    await terminal.ask('STBRT100');
    expect(await terminal.ask('STBR99999999')).toBe('?\r\r>');
    terminal.send('STBR500000\r');
    await terminal.clock.sleep(150);
    expect(terminal.output).toBe('OK\rSTN2120 v5.8.1\r');
    expect(terminal.adapter.baud).toBe(500_000);
    await terminal.clock.sleep(200);
    expect(terminal.adapter.baud).toBe(115_200);
    terminal.output = '';
    terminal.send('STBR500000\r');
    await terminal.clock.sleep(150);
    terminal.send('\r');
    expect(await terminal.read()).toBe('OK\rSTN2120 v5.8.1\rOK\r\r>');
    expect(terminal.adapter.baud).toBe(500_000);
  });

  it('sends by itself until it is told to stop', async () => {
    const terminal = await setUp();
    expect(await terminal.ask('STPPMA 2000, 6F1, 60023E00')).toBe('1\r\r>');
    await terminal.clock.sleep(7000);
    expect(terminal.car.received).toEqual(['60 3E00', '60 3E00', '60 3E00']);
    await terminal.ask('STPPMC');
    await terminal.clock.sleep(7000);
    expect(terminal.car.received).toHaveLength(3);
  });
});
