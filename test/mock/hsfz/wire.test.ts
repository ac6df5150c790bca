import { describe, expect, it } from 'vitest';
import { inMemory } from './support.ts';

// Vectors of scapy, gallia and EdiabasLib (third-party code and captures), spaces as they are printed there.
const READ_INDEX = '00 00 00 05 00 01 F4 10 22 F1 50';
const READ_INDEX_ACK = '000000050002F41022F150';
const READ_INDEX_ANSWER = '00000008000110F462F1500F1310';
const TESTER_PRESENT = '00 00 00 04 00 01 F4 10 3E 80';
const TESTER_PRESENT_ACK = '000000040002F4103E80';
const ALIVE_ANSWERS = ['00 00 00 02 00 12 00 F4', '00 00 00 02 00 13 00 F4'];
const VIN_ASCII = '5742413643393230313044303030303031';

function everySplit(hex: string): readonly (readonly [string, string])[] {
  const digits = hex.replaceAll(' ', '');
  return Array.from({ length: digits.length / 2 + 1 }, (_, at) => [digits.slice(0, at * 2), digits.slice(at * 2)] as const);
}

describe('a request', () => {
  it('is acknowledged with its own addresses, then answered, in one write', () => {
    const { feed, written } = inMemory();
    feed(READ_INDEX);
    expect(written()).toEqual([READ_INDEX_ACK + READ_INDEX_ANSWER]);
  });

  it('is acknowledged with five bytes at most', () => {
    const { feed, written } = inMemory();
    feed('00 00 00 09 00 01 F4 40 31 01 10 01 0A 0A 43');
    expect(written()).toEqual(['000000070002F440310110010A' + '00000005000140F47F3131']);
  });

  it('that wants no answer gets the acknowledge alone', () => {
    const { feed, written } = inMemory();
    feed(TESTER_PRESENT);
    expect(written()).toEqual([TESTER_PRESENT_ACK]);
  });

  it('may come in any two pieces', () => {
    for (const [head, tail] of everySplit(READ_INDEX)) {
      const { feed, written } = inMemory();
      feed(head);
      feed(tail);
      expect(written().join('')).toBe(READ_INDEX_ACK + READ_INDEX_ANSWER);
    }
  });

  it('may come byte by byte, a long one too', () => {
    const { feed, written } = inMemory();
    const bytes = `0000010B0001F4602E3001${'00'.repeat(0x10b - 5)}`.match(/../g) ?? [];
    for (const byte of bytes) feed(byte);
    expect(written().join('')).toBe('000000070002F4602E30010000' + '00000005000160F47F2E7F');
  });

  it('is the gateway’s own: the sender may use the bytes again', () => {
    const { feed, connection, written, car } = inMemory();
    feed('00 00 00 04 00 01 F4 60 10 03');
    const bytes = Buffer.from('0000000C0001F4602E301041414141414141', 'hex');
    for (const piece of [bytes.subarray(0, 9), bytes.subarray(9)]) {
      connection.feed(piece);
      piece.fill(0);
    }
    expect(written().join('').slice(-22)).toBe('00000005000160F46E3010');
    expect(car.exportState().ecus['60']?.blocks?.['3010']).toBe('41414141414141');
  });

  it('may share a piece with the next, and with the start of a third', () => {
    const { feed, written } = inMemory();
    feed(`${READ_INDEX} ${TESTER_PRESENT} 00 00`);
    feed('00 04 00 01 F4 10 3E 00');
    expect(written()).toEqual([READ_INDEX_ACK + READ_INDEX_ANSWER + TESTER_PRESENT_ACK, '000000040002F4103E00' + '00000004000110F47E00']);
  });

  it('to all is acknowledged once and answered by each ECU', () => {
    const { feed, written } = inMemory();
    feed('00 00 00 05 00 01 F4 DF 22 F1 50');
    const text = written().join('');
    expect(text.startsWith('000000050002F4DF22F150')).toBe(true);
    expect(
      text
        .slice(22)
        .match(/.{28}/g)
        ?.map((frame) => frame.slice(12, 14)),
    ).toEqual(['10', '12', '18', '29', '30', '40', '5D', '60', '61', '63', '72', '78']);
  });

  it('of the other tester is answered to it', () => {
    const { feed, written } = inMemory();
    feed('00 00 00 04 00 01 F5 10 3E 00');
    expect(written()).toEqual(['000000040002F5103E00' + '00000004000110F57E00']);
  });

  it('gets its later answers as they come, 78 first', async () => {
    const { feed, written, clock } = inMemory();
    feed('00 00 00 05 00 01 F4 63 22 F1 01');
    expect(written()).toEqual(['000000050002F46322F101' + '00000005000163F47F2278']);
    await clock.sleep(41);
    const [pending, answer, ...more] = written();
    expect([pending, answer?.slice(0, 22), more]).toEqual(['00000005000163F47F2278', '0000003E000163F462F101', []]);
  });
});

describe('an absent target', () => {
  const request = '00 00 00 04 00 01 F4 99 3E 00';
  it.each([
    ['0043', ['000000020043F499']],
    ['silence', ['000000040002F4993E00']],
    ['nrc25', ['000000040002F4993E00' + '00000005000199F47F3E25']],
  ] as const)('%s', (absent, frames) => {
    const { feed, written } = inMemory([], { absent });
    feed(request);
    expect(written()).toEqual(frames);
  });

  it('takes nothing from the answers before it', () => {
    const { feed, written } = inMemory();
    feed(`${TESTER_PRESENT} ${request}`);
    expect(written()).toEqual([`${TESTER_PRESENT_ACK}000000020043F499`]);
  });
});

describe('what is no request', () => {
  it('from a wrong tester is told which one is expected', () => {
    const { feed, written, ending } = inMemory();
    feed('00 00 00 04 00 01 F1 10 3E 00');
    expect(written()).toEqual(['000000020040F4F1']);
    expect(ending()).toBeUndefined();
  });

  it.each(['00 00 00 02 00 01 F4 10', '00 00 00 00 00 01'])('without a message (%s) is malformed', (frame) => {
    const { feed, written } = inMemory();
    feed(frame);
    expect(written()).toEqual(['000000000042']);
  });

  it('under an unknown control word is refused', () => {
    const { feed, written } = inMemory();
    feed('00 00 00 02 00 99 F4 10');
    expect(written()).toEqual(['000000000041']);
  });

  it.each(ALIVE_ANSWERS)('%s answers an alive check, and is itself not answered', (frame) => {
    const { feed, written } = inMemory();
    feed(frame);
    feed(TESTER_PRESENT);
    expect(written()).toEqual([TESTER_PRESENT_ACK]);
  });

  it('of 4 GiB is refused by its length alone, and the connection closed', () => {
    const { feed, written, ending } = inMemory();
    feed('FF FF FF FF 00 01');
    expect(written()).toEqual(['000000000044']);
    expect(ending()).toBe('fin');
  });

  it('and no HSFZ at all ends the connection', () => {
    const { feed, written, ending } = inMemory();
    feed('47 45 54 20 2F 20 48 54');
    expect(written()).toEqual(['000000000042']);
    expect(ending()).toBe('fin');
    feed(READ_INDEX);
    expect(written()).toEqual([]);
  });
});

describe('silence', () => {
  it('earns an alive check where asked for, again and again, and is forgiven', async () => {
    const { feed, written, clock, ending } = inMemory([], { aliveMs: 2000 });
    feed(TESTER_PRESENT);
    await clock.sleep(6001);
    expect(written()).toEqual([TESTER_PRESENT_ACK, ...new Array(3).fill('000000020012F400')]);
    expect(ending()).toBeUndefined();
  });

  it('earns none where nobody asked for it', async () => {
    const { written, clock } = inMemory();
    await clock.sleep(59_999);
    expect(written()).toEqual([]);
  });

  it('for 60 s ends the connection; any byte starts them anew', async () => {
    const { feed, clock, ending } = inMemory();
    await clock.sleep(50_000);
    feed('00');
    await clock.sleep(59_999);
    expect(ending()).toBeUndefined();
    await clock.sleep(2);
    expect(ending()).toBe('fin');
  });
});

it('the VIN is the same at the gateway and at the cluster', () => {
  const { feed, written } = inMemory();
  feed('00 00 00 05 00 01 F4 10 22 F1 90 00 00 00 05 00 01 F4 60 22 F1 90');
  expect(written().join('')).toBe(
    `000000050002F41022F19000000016000110F462F190${VIN_ASCII}000000050002F46022F19000000016000160F462F190${VIN_ASCII}`,
  );
});
