import { describe, expect, it } from 'vitest';
import { frameTimeMs } from '../../../src/mock/can/index.ts';
import { rawTerminal, Terminal } from './terminal.ts';

const CHARACTER_MS = 10_000 / 38_400;
/** A first frame, which takes five bytes, and as many full frames as asked for. */
const longAnswer = (consecutive: number) => `6233${'AB'.repeat(3 + consecutive * 6)}`;

describe('raw mode, ISO 15765-2 on the host', () => {
  it('reads a single frame, short as it came', async () => {
    const terminal = await rawTerminal({ answers: { '22DD68': '62DD6891CA' } });
    expect(await terminal.ask('600322DD68000000')).toBe('660F10562DD6891CA\r\r>');
  });

  it('reads a long answer in blocks, the response digit bringing the prompt at once', async () => {
    const terminal = await rawTerminal({ answers: { '223301': longAnswer(5) } });
    expect(await terminal.ask('60032233011')).toBe('660F110236233ABABAB\r\r>');
    expect(await terminal.ask('603003003')).toBe('660F121ABABABABABAB\r660F122ABABABABABAB\r660F123ABABABABABAB\r\r>');
    const from = terminal.clock.now();
    expect(await terminal.ask('603003002')).toBe('660F124ABABABABABAB\r660F125ABABABABABAB\r\r>');
    // Ten characters in, two lines of twenty and the prompt's two out, and hardly more than the frames between.
    expect(terminal.lastAt - from).toBeLessThan(52 * CHARACTER_MS + 1);
  });

  it('writes a long request with R0 in the middle and the digit where an answer is due', async () => {
    const written = await rawTerminal({ answers: { '2E3301010203040506070809101112131415': '6E3301' } });
    // Sixteen digits leave no room for the response digit: the flow control is cut short by a blank.
    written.send('6010122E33010102\r');
    await written.clock.sleep(20);
    written.send(' ');
    expect(await written.read()).toBe('660F1300000\rSTOPPED\r\r>');
    expect(await written.askAll(['ATR0', '6021030405060708', '6022091011121314', 'ATR1', '6023151'])).toEqual([
      'OK\r\r>',
      '>',
      '>',
      'OK\r\r>',
      '660F1036E3301\r\r>',
    ]);
    expect(written.car.received).toEqual(['60 2E3301010203040506070809101112131415']);
  });

  it('costs a written frame its 17 characters, the frame and the prompt', async () => {
    const terminal = await rawTerminal();
    await terminal.ask('6010802E33010102');
    await terminal.ask('ATR0');
    expect(await terminal.time('6021030405060708')).toBeCloseTo(18 * CHARACTER_MS + 0.27, 2);
  });

  it('a digit too small leaves the rest unseen', async () => {
    const terminal = await rawTerminal({ answers: { '223301': longAnswer(4) } });
    await terminal.ask('60032233011');
    expect(await terminal.ask('603000002')).toBe('660F121ABABABABABAB\r660F122ABABABABABAB\r\r>');
    await terminal.clock.sleep(100);
    expect(terminal.output).toBe('');
  });

  it('refuses a digit after sixteen others, and more than eight bytes', async () => {
    const terminal = await rawTerminal();
    expect(await terminal.ask('60032233010000001')).toBe('?\r\r>');
    expect(await terminal.ask('600322330100000000')).toBe('?\r\r>');
    expect(terminal.car.received).toEqual([]);
  });

  it('before 2.0 sends eight bytes only after AL', async () => {
    const terminal = await rawTerminal({ personality: 'genuine-1.4b', answers: { '3E00': '7E00' } });
    expect(await terminal.askAll(['ATNL', '60023E0000000000', 'ATAL', '60023E0000000000'])).toEqual([
      'OK\r\r>',
      '?\r\r>',
      'OK\r\r>',
      '660F1027E00\r\r>',
    ]);
  });

  it('passes only what filter and mask let through', async () => {
    const terminal = await rawTerminal({ answers: { '3E00': '7E00' } });
    await terminal.ask('ATCRA612');
    expect(await terminal.ask('60023E00')).toBe('NO DATA\r\r>');
    await terminal.ask('ATCRA66X');
    expect(await terminal.ask('60023E00')).toBe('660F1027E00\r\r>');
    await terminal.ask('ATCRA6X0');
    expect(await terminal.ask('DF023E00')).toBe('610F1027E00\r660F1027E00\r\r>');
    await terminal.ask('ATCRA');
    expect(await terminal.ask('60023E00')).toBe('NO DATA\r\r>');
    await terminal.askAll(['ATCF 612', 'ATCM 71D']);
    expect(await terminal.ask('DF023E00')).toBe('610F1027E00\r612F1027E00\r\r>');
    await terminal.ask('ATCM7FF');
    expect(await terminal.ask('DF023E00')).toBe('612F1027E00\r\r>');
  });

  it('shows frames as H, S and D say', async () => {
    const terminal = await rawTerminal({ answers: { '3E00': '7E00' } });
    await terminal.ask('ATS1');
    expect(await terminal.ask('60023E00')).toBe('660 F1 02 7E 00 \r\r>');
    await terminal.ask('ATD1');
    expect(await terminal.ask('60023E00')).toBe('660 4 F1 02 7E 00 \r\r>');
    await terminal.ask('ATH0');
    expect(await terminal.ask('60023E00')).toBe('F1 02 7E 00 \r\r>');
    await terminal.ask('ATS0');
    expect(await terminal.ask('60023E00')).toBe('F1027E00\r\r>');
  });
});

describe('waiting', () => {
  it.each([
    [['ATCTM1', 'ATSTFF'], 1020],
    [['ATCTM1', 'ATST19'], 100],
    [['ATCTM1', 'ATST00'], 200],
    [['ATCTM5', 'ATSTFF'], 5100],
  ])('listens as long as %s says: %i ms', async (settings, waitMs) => {
    const terminal = await rawTerminal();
    await terminal.askAll(settings);
    // Request in, its frame, the wait, and NO DATA with the prompt.
    expect(await terminal.time('9902')).toBeCloseTo(5 * CHARACTER_MS + 0.15 + waitMs + 10 * CHARACTER_MS, 0);
  });

  it('starts anew after each frame', async () => {
    const terminal = await rawTerminal({ answers: { '3E00': '7E00' } });
    await terminal.askAll(['ATCTM1', 'ATST19']);
    terminal.car.delayMs = 90;
    expect(await terminal.time('60023E00')).toBeGreaterThan(190);
  });

  it('adaptive timing gives up sooner once it has seen quick answers', async () => {
    const terminal = await rawTerminal({ answers: { '3E00': '7E00' } });
    const patient = await terminal.time('60023E00');
    await terminal.ask('ATAT2');
    await terminal.ask('60023E00');
    expect(await terminal.time('60023E00')).toBeLessThan(patient / 10);
  });

  it('takes no frame for an answer that came before the request had left', async () => {
    const terminal = await rawTerminal({ answers: { '3E00': '7E00' } });
    terminal.car.delayMs = 50;
    const frameMs = frameTimeMs({ id: 0x6f1, data: new Uint8Array(4) });
    const lateAt = terminal.clock.now() + 9 * CHARACTER_MS + frameMs + 50;
    terminal.send('60023E00\r');
    await terminal.clock.sleep(20);
    terminal.send(' ');
    await terminal.read();
    // The late answer has just begun when the next request wants the bus.
    await terminal.clock.sleep(lateAt + 0.05 - 9 * CHARACTER_MS - terminal.clock.now());
    expect(await terminal.ask('60023E00')).toBe('660F1027E00\r\r>');
  });

  it('any character stops it: the line is finished, the character lost', async () => {
    const terminal = await rawTerminal({ answers: { '3E00': '7E00' } });
    terminal.send('60023E00\r');
    await terminal.clock.sleep(50);
    terminal.send('    ');
    expect(await terminal.read()).toBe('660F1027E00\rSTOPPED\r\r>');
    expect(await terminal.ask('ATDPN')).toBe('B\r\r>');
    terminal.send('9902\r');
    await terminal.clock.sleep(20);
    terminal.send('ATI\r');
    expect(await terminal.read()).toBe('STOPPED\r\r>');
    expect(await terminal.read()).toBe('?\r\r>');
  });

  it('stops at the moment the character has arrived', async () => {
    const terminal = await rawTerminal();
    terminal.send('9902\r');
    await terminal.clock.sleep(50);
    const from = terminal.clock.now();
    terminal.send(' ');
    await terminal.read();
    expect(terminal.lastAt - from).toBeCloseTo(11 * CHARACTER_MS, 3);
  });

  it('monitors until a character comes, past ST', async () => {
    const terminal = await rawTerminal({ answers: { '223301': longAnswer(2) } });
    await terminal.ask('60032233011');
    terminal.car.answers['3E00'] = '7E00';
    terminal.car.delayMs = 9000;
    await terminal.ask('60023E00');
    terminal.send('ATMA\r');
    await terminal.clock.sleep(8000);
    terminal.send(' ');
    expect(await terminal.read()).toBe('660F1027E00\rSTOPPED\r\r>');
  });
});

describe('monitoring', () => {
  /** An answer of two seconds from now, nobody waiting for it. */
  async function answering(setUp: readonly string[], request: string): Promise<Terminal> {
    const terminal = await rawTerminal({ answers: { '223301': longAnswer(3) } });
    terminal.car.delayMs = 2000;
    await terminal.askAll([...setUp, 'ATR0', request, 'ATR1']);
    return terminal;
  }

  async function monitored(terminal: Terminal): Promise<string> {
    terminal.send('ATMA\r');
    await terminal.clock.sleep(5000);
    terminal.send(' ');
    return terminal.read();
  }

  it('sends no flow control', async () => {
    const terminal = await answering(['ATH0', 'ATPBC101', 'ATPC', 'ATCEA60', 'ATFCSH6F1', 'ATFCSD60300000', 'ATFCSM1'], '223301');
    expect(await monitored(terminal)).toBe('017\r0:6233ABABAB\rSTOPPED\r\r>');
  });

  it('sees no frame of the other width', async () => {
    const terminal = await answering(['ATCAF0'], '6003223301');
    await terminal.ask('ATTP7');
    expect(await monitored(terminal)).toBe('STOPPED\r\r>');
  });

  it('sees every frame where no filter is set', async () => {
    const terminal = await answering(['ATAR'], '6003223301');
    expect(await monitored(terminal)).toBe('660F110176233ABABAB\rSTOPPED\r\r>');
  });

  it('hides what ISO 15765 without CEA cannot understand', async () => {
    const terminal = await answering(['ATPBC101', 'ATPC', 'ATCAF0'], '6003223301');
    await terminal.ask('ATCAF1');
    expect(await monitored(terminal)).toBe('STOPPED\r\r>');
  });

  it('sees with CEA only what is meant for the tester address', async () => {
    const terminal = await answering(['ATTAF0', 'ATCEA60'], '03223301');
    expect(await monitored(terminal)).toBe('STOPPED\r\r>');
  });

  it('opens the protocol anew, as PC does, and only then PB counts', async () => {
    const terminal = await rawTerminal({ answers: { '3E00': '7E00' } });
    await terminal.askAll(['ATH0', '60023E00', 'ATPBC101']);
    expect(await terminal.ask('60023E00')).toBe('F1027E00\r\r>');
    await monitored(terminal);
    // Now as ISO 15765: the address is taken for a payload byte, and nobody understands.
    expect(await terminal.ask('60023E00')).toBe('NO DATA\r\r>');
  });
});

describe('the transmit buffer', () => {
  it.each([
    ['genuine-1.4b', 38_400, 13],
    ['genuine-2.1', 38_400, 27],
    ['genuine-1.4b', 115_200, 15],
    ['genuine-2.1', 115_200, 30],
  ] as const)('of %s at %i baud holds %i frames that come without a pause', async (personality, baud, frames) => {
    const terminal = await rawTerminal({ personality, baud, answers: { '223301': longAnswer(41) } });
    await terminal.ask('60032233011');
    const answer = await terminal.ask('60300000');
    const lines = answer.split('\r');
    expect(lines.slice(0, frames).every((line) => /^660F12[0-9A-F]{13}$/.test(line))).toBe(true);
    expect(lines[frames]).toMatch(/^6?6?0?F?1?[0-9A-F]*BUFFER FULL$/);
    expect(lines.slice(frames + 1)).toEqual(['', '>']);
  });

  it('is never full at the separation time that the line needs', async () => {
    const terminal = await rawTerminal({ personality: 'genuine-1.4b', answers: { '223301': longAnswer(41) } });
    await terminal.ask('60032233011');
    terminal.send('60300006\r');
    const answer = await terminal.read();
    expect(answer.match(/660F12/g)).toHaveLength(41);
    expect(answer).not.toContain('BUFFER');
  });
});

describe('protocols', () => {
  it('searches, finds the engine, and talks OBD-II', async () => {
    const terminal = new Terminal();
    await terminal.ask('ATE0');
    expect(await terminal.askAll(['0100', 'ATDPN', 'ATDP', '01 0C 1'])).toEqual([
      'SEARCHING...\r41 00 08 18 00 10 \r\r>',
      'A6\r\r>',
      'AUTO, ISO 15765-4 (CAN 11/500)\r\r>',
      '41 0C 00 00 \r\r>',
    ]);
    await terminal.ask('ATH1');
    expect(await terminal.ask('010C1')).toBe('7E8 04 41 0C 00 00 00 00 00 \r\r>');
  });

  it('joins nothing but numbers the parts of a long OBD-II answer, flow control sent by itself', async () => {
    const terminal = new Terminal();
    await terminal.askAll(['ATE0', 'ATSP6']);
    expect(await terminal.ask('0902')).toBe('014\r0: 49 02 01 57 42 41 \r1: 58 58 54 45 53 54 56 \r2: 49 4E 30 30 30 30 31 \r\r>');
    await terminal.ask('ATCFC0');
    expect(await terminal.ask('0902')).toBe('014\r0: 49 02 01 57 42 41 \r\r>');
  });

  it('addresses a BMW ECU by CEA, flow control from the user, sent once', async () => {
    const terminal = new Terminal({ personality: 'genuine-2.1', answers: { '223301': longAnswer(3), '3E00': '7E00' } });
    await terminal.askAll(['ATE0', 'ATS0', 'ATSH6F1', 'ATPBC101', 'ATTPB', 'ATCM7FF', 'ATCF660']);
    // Without CEA the address F1 is no protocol control byte: the frame is hidden.
    expect(await terminal.ask('023E00')).toBe('NO DATA\r\r>');
    expect(await terminal.askAll(['ATFCSM1', 'ATFCSH6F1', 'ATFCSD60300000', 'ATFCSM1', 'ATCEA60'])).toEqual(
      ['?', 'OK', 'OK', 'OK', 'OK'].map((text) => `${text}\r\r>`),
    );
    expect(await terminal.ask('3E00')).toBe('7E00\r\r>');
    expect(await terminal.ask('223301')).toBe('017\r0:6233ABABAB\r1:ABABABABABAB\r2:ABABABABABAB\r3:ABABABABABAB\r\r>');
    await terminal.ask('ATFCSD60300200');
    expect(await terminal.ask('223301')).toBe('017\r0:6233ABABAB\r1:ABABABABABAB\r2:ABABABABABAB\r\r>');
  });

  it('fails as the wiring would: wrong rate, sleeping car, K-line', async () => {
    const terminal = new Terminal();
    await terminal.ask('ATE0');
    expect(await terminal.askAll(['ATTP8', '0100'])).toEqual(['OK\r\r>', 'CAN ERROR\r\r>']);
    expect(await terminal.askAll(['ATTP3', '0100'])).toEqual(['OK\r\r>', 'BUS INIT: ...ERROR\r\r>']);
    expect(await terminal.askAll(['ATTP1', '0100'])).toEqual(['OK\r\r>', 'NO DATA\r\r>']);
    expect(await terminal.askAll(['ATTP7', '0100'])).toEqual(['OK\r\r>', 'NO DATA\r\r>']);
    terminal.car.addresses = [];
    expect(await terminal.askAll(['ATTP6', '0100'])).toEqual(['OK\r\r>', 'CAN ERROR\r\r>']);
    expect(await terminal.askAll(['ATTP0', '0100'])).toEqual(['OK\r\r>', 'SEARCHING...\rUNABLE TO CONNECT\r\r>']);
    expect(await terminal.ask('ATDPN')).toBe('A0\r\r>');
  });
});
