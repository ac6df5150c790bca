import { describe, expect, it } from 'vitest';
import { inMemory } from './support.ts';

const PING = '00 00 00 04 00 01 F4 60 3E 00';
const ACK = '000000040002F4603E00';
const ANSWER = '00000004000160F47E00';
/** A session is how one sees whether the request was delivered. */
const SESSION = '00 00 00 04 00 01 F4 60 10 03';

function delivered({ car }: ReturnType<typeof inMemory>): boolean {
  return car.volatileState()['60']?.session === '03';
}

describe('a fault of the gateway', () => {
  it.each([
    ['disconnect', 'fin', false, []],
    ['disconnect-after', 'fin', true, []],
    ['rst', 'rst', false, []],
    ['rst-after', 'rst', true, []],
    ['ack-only', undefined, false, ['000000040002F4601003']],
    ['no-ack', undefined, true, ['00000008000160F4500300C801F4']],
    ['hsfz-error:43', undefined, false, ['000000020043F460']],
    ['hsfz-error:FF', undefined, false, ['0000000200FFF460']],
    ['hsfz-error-after:45', undefined, true, ['000000020045F460']],
    ['length:FFFFFFFF', undefined, true, ['000000040002F4601003FFFFFFFF000160F4500300C801F4']],
    ['truncate', undefined, true, ['000000040002F460100300000008000160']],
    ['alive', undefined, true, ['000000040002F4601003000000020012F40000000008000160F4500300C801F4']],
    [
      'announce',
      undefined,
      true,
      [
        '000000040002F4601003' +
          '000000200012444941474144523130424D5756494E5742413643393230313044303030303031' +
          '00000008000160F4500300C801F4',
      ],
    ],
  ])('%s: connection %s, delivered %s', (fault, ending, wasDelivered, frames) => {
    const end = inMemory([`${fault},times=1`]);
    end.feed(SESSION);
    expect(end.written()).toEqual(frames);
    expect(end.ending()).toBe(ending);
    expect(delivered(end)).toBe(wasDelivered);
  });

  it('strikes at the message it is meant for', () => {
    const end = inMemory(['ack-only,ecu=60,service=3E,after=1,times=1']);
    for (const request of ['00 00 00 04 00 01 F4 10 3E 00', PING, PING, PING]) end.feed(request);
    expect(end.written()).toEqual(['000000040002F4103E0000000004000110F47E00', ACK + ANSWER, ACK, ACK + ANSWER]);
  });

  it('truncate: nothing more is said on this connection', () => {
    const end = inMemory(['truncate,times=1']);
    end.feed(PING);
    end.written();
    end.feed(PING);
    expect(end.written()).toEqual([]);
    expect(end.ending()).toBeUndefined();
  });

  it('late: the acknowledge comes at once, the answer so much later', async () => {
    const end = inMemory(['late:1500']);
    end.feed(PING);
    expect(end.written()).toEqual([ACK]);
    await end.clock.sleep(1499);
    expect(end.written()).toEqual([]);
    await end.clock.sleep(2);
    expect(end.written()).toEqual([ANSWER]);
  });

  it('late: a connection closed meanwhile hears nothing', async () => {
    const end = inMemory(['late:1500']);
    end.feed(PING);
    end.connection.close();
    end.written();
    await end.clock.sleep(2000);
    expect(end.written()).toEqual([]);
  });

  it('coalesce: the acknowledge waits for an answer that takes its time', async () => {
    const end = inMemory(['coalesce']);
    end.feed('00 00 00 05 00 01 F4 5D 22 F1 01');
    expect(end.written()).toEqual(['000000050002F45D22F1010000000500015DF47F2278']);
  });

  it('dribble: every byte comes alone, in order, the next exchange behind', async () => {
    const end = inMemory(['dribble,times=1']);
    end.feed(PING);
    end.feed(PING);
    await end.clock.sleep(1);
    const pieces = end.written();
    expect(pieces.every((piece) => piece.length === 2)).toBe(true);
    expect(pieces.join('')).toBe(ACK + ANSWER + ACK + ANSWER);
    end.feed(PING);
    expect(end.written()).toEqual([ACK + ANSWER]);
  });

  it('busy: the connection is turned away', () => {
    const end = inMemory(['busy']);
    expect(end.written()).toEqual([]);
    expect(end.ending()).toBe('fin');
  });

  it('silent: nothing is heard and nothing said, and the connection stays', () => {
    const end = inMemory(['silent']);
    end.feed(SESSION);
    expect(end.written()).toEqual([]);
    expect(delivered(end)).toBe(false);
    expect(end.ending()).toBeUndefined();
  });
});
