import { afterEach, describe, expect, it } from 'vitest';
import { ecuAddress, FUNCTIONAL_ADDRESS, fromHex, type KombiError, toHex, VirtualClock } from '../../../src/core/index.ts';
import { Chip } from '../../../src/transport/elm327/chip.ts';
import { createElm327Transport } from '../../../src/transport/elm327/index.ts';
import type { Transport } from '../../../src/transport/index.ts';
import { FakeAdapter, type Script } from './fake-adapter.ts';

const KOMBI = ecuAddress(0x60);
const ABSENT = ecuAddress(0x99);
const adapters: FakeAdapter[] = [];

// Whatever a test does: a bare CR repeats the chip's last command, which may be a write.
afterEach(() => {
  for (const adapter of adapters.splice(0)) expect(adapter.sent).not.toContain('');
});

async function connect(script: Script = () => undefined, chunkBytes?: number) {
  const clock = new VirtualClock();
  const adapter = new FakeAdapter(script, chunkBytes);
  adapters.push(adapter);
  const transport = createElm327Transport({ open: adapter.open, clock, description: 'ELM327 on a script', portName: 'script' });
  await transport.open();
  // What a first question can do without is sent before the second; whoever is asked here is not there.
  for (let question = 0; question < 2; question += 1) await transport.send(ABSENT, fromHex('3E00'));
  await transport.receive(Number.NEGATIVE_INFINITY);
  adapter.sent.length = 0;
  return { clock, adapter, transport };
}

async function receive(transport: Transport, waitMs = 1000): Promise<string | undefined> {
  const message = await transport.receive(transport.clock.now() + waitMs);
  return message === undefined ? undefined : `${toHex(Uint8Array.of(message.source))} ${toHex(message.payload)}`;
}

/** Says `answers[line]`, the first time it is asked that and then again. */
function saying(answers: Record<string, string>): Script {
  return (line) => answers[line];
}

describe('requests and answers', () => {
  it('filters for the ECU, sends a short frame without a number of answers, and goes on listening', async () => {
    const { transport, adapter } = await connect(saying({ '600322F186': '660F10462F18601\r' }));
    await transport.send(KOMBI, fromHex('22F186'));
    expect(await receive(transport)).toBe('60 62F18601');
    expect(adapter.sent).toEqual(['ATCRA660', '600322F186']);
  });

  it.each([1, 2, 3, 7])('understands chunks of %i bytes, NULs, line feeds, an echo and spaces', async (chunkBytes) => {
    const { transport } = await connect(saying({ '600322F186': '600322F186\r\n66\x000 F1 04 62 \0F1 86 01 \r\n' }), chunkBytes);
    await transport.send(KOMBI, fromHex('22F186'));
    expect(await receive(transport)).toBe('60 62F18601');
  });

  it('gives a stale answer first and then the right one, and keeps what nobody took', async () => {
    const { transport } = await connect(saying({ '600322F186': '660F10462F18A02\r660F10462F18601\r' }));
    await transport.send(KOMBI, fromHex('22F186'));
    expect(await receive(transport)).toBe('60 62F18A02');
    await transport.send(KOMBI, fromHex('3E00'));
    expect(await receive(transport)).toBe('60 62F18601');
  });

  it('passes over frames that are not for the tester, or not from an ECU', async () => {
    const { transport } = await connect(saying({ '600322F186': '660F40462F18602\r7E8F10462F18603\r660F10462F18601\r' }));
    await transport.send(KOMBI, fromHex('22F186'));
    expect(await receive(transport)).toBe('60 62F18601');
  });

  it('hears a late answer after the chip has given up, by monitoring until the deadline', async () => {
    const { transport, adapter, clock } = await connect();
    await transport.send(KOMBI, fromHex('22F186'));
    clock.timer(300, () => adapter.emit('660F10462F18601\r'));
    expect(await receive(transport)).toBe('60 62F18601');
    expect(adapter.sent.at(-1)).toBe('ATMA');
    expect(clock.now()).toBeLessThan(600);
  });

  it('does not fall over itself where it is told at once that nobody answers', async () => {
    const { transport, adapter } = await connect((line) => (line === 'ATMA' ? 'NO DATA\r\r>' : undefined));
    await transport.send(KOMBI, fromHex('22F186'));
    expect(await receive(transport)).toBeUndefined();
    expect(adapter.sent.filter((line) => line === 'ATMA').length).toBeLessThanOrEqual(51);
  });

  it('gives undefined exactly at the deadline when nothing comes', async () => {
    const { transport, clock } = await connect(saying({ '600322F186': '' }));
    await transport.send(KOMBI, fromHex('22F186'));
    const deadlineMs = clock.now() + 750;
    expect(await transport.receive(deadlineMs)).toBeUndefined();
    expect(clock.now()).toBe(deadlineMs);
  });

  it('sends nothing while it waits, and ends the listening with a space before the next request', async () => {
    const { transport, adapter } = await connect(saying({ '600322F186': '660F1037F2278\r' }));
    await transport.send(KOMBI, fromHex('22F186'));
    await receive(transport);
    await receive(transport);
    expect(adapter.sent.at(-1)).toBe('600322F186');
    await transport.send(KOMBI, fromHex('22F186'));
    expect(adapter.sent.slice(-2)).toEqual([' ', '600322F186']);
  });

  it('is not fooled by a second prompt after STOPPED', async () => {
    const first = '660F1101462F1905742\r';
    const rest = '660F121413643393230\r660F122313044303030\r660F123303031FFFFFF\r\r>';
    const { transport, adapter, clock } = await connect((line) => {
      if (line === '600322F190') return first;
      if (line !== '60300C003') return undefined;
      clock.timer(5, () => adapter.emit(rest));
      return '\r>';
    });
    await transport.send(KOMBI, fromHex('22F190'));
    expect(await receive(transport)).toBe('60 62F1905742413643393230313044303030303031');
  });

  it('refuses what it cannot send, before sending anything', async () => {
    const { transport, adapter } = await connect();
    for (const [target, length] of [
      [KOMBI, 0],
      [KOMBI, 4096],
      [FUNCTIONAL_ADDRESS, 7],
    ] as const) {
      await expect(transport.send(target, new Uint8Array(length))).rejects.toMatchObject({ code: 'link.message-too-long', exit: 8 });
    }
    expect(adapter.sent).toEqual([]);
  });

  it('hears every ECU after a functional request, and leaves long answers alone', async () => {
    const { transport, adapter } = await connect(saying({ DF023E00: '660F1027E00\r612F1101462F1905742\r610F1027E00\r' }));
    await transport.send(KOMBI, fromHex('22F186'));
    adapter.sent.length = 0;
    await transport.send(FUNCTIONAL_ADDRESS, fromHex('3E00'));
    expect(adapter.sent).toEqual(['ATCF600', 'ATCM700', 'DF023E00']);
    expect([await receive(transport), await receive(transport), await receive(transport, 100)]).toEqual(['60 7E00', '10 7E00', undefined]);
  });

  it.each([
    ['printed but never looked at', 1],
    ['looked at between requests', 2],
  ])('keeps the newest 64 messages that nobody took, %s', async (_, requests) => {
    const lines = Array.from({ length: 70 / requests }, (_unused, index) => `660F10462F186${toHex(Uint8Array.of(index))}\r`).join('');
    const { transport } = await connect(saying({ '600322F186': lines }));
    for (let count = 0; count < requests; count += 1) await transport.send(KOMBI, fromHex('22F186'));
    await transport.send(KOMBI, fromHex('3E00'));
    const taken: (string | undefined)[] = [];
    for (let message = await receive(transport, 10); message !== undefined; message = await receive(transport, 10)) taken.push(message);
    expect(taken).toHaveLength(64);
    expect(taken[0]).toBe('60 62F18606');
  });
});

describe('a number of answers', () => {
  const refusal = '660F1037F2231\r';
  const first = '660F110096230010102\r';
  const rest = '660F121030405060708\r';
  const ask = async (transport: Transport, request: string) => {
    await transport.send(KOMBI, fromHex(request));
    return receive(transport);
  };
  const counting = saying({
    '6003223000': refusal,
    '60032230001': `${refusal}\r>`,
    '60032230011': `${first}\r>`,
    '60300C001': `${rest}\r>`,
    '60023E00': '660F1027E00\r',
    '600322F186': '660F10462F18601\r',
  });

  it('stands behind reads of coding data, of an ECU that answered one with one message: nothing has to be interrupted', async () => {
    const { transport, adapter } = await connect(counting);
    for (const request of ['223000', '223000', '223001', '3E00', '22F186', '223000']) await ask(transport, request);
    const unread = ['60023E00', ' ', '600322F186', ' '];
    expect(adapter.sent.slice(1)).toEqual(['6003223000', ' ', '60032230001', '60032230011', '60300C001', ...unread, '60032230001']);
  });

  it.each(['1003', '1101', '2E300101', '14FFFFFF', '31010203', '22F186', '3E00', '190201'])(
    'stands not behind %s, and behind nothing more for an ECU that it may have changed',
    async (request) => {
      const { transport, adapter } = await connect((line) => counting(line) ?? (line.startsWith('60') ? '660F1037F3E22\r' : undefined));
      await ask(transport, '223000');
      adapter.sent.length = 0;
      for (const each of [request, '223000']) await ask(transport, each);
      const onlyReads = /^22|^3E|^19/.test(request);
      expect(adapter.sent.filter((line) => /^60.*[0-9A-F]$/.test(line) && line.length % 2 === 1)).toEqual(onlyReads ? ['60032230001'] : []);
    },
  );

  const putOff = '660F1037F2278\r';
  it.each([
    ['put an answer off', putOff, '60 7F2231'],
    ['put an answer off and lost it', putOff, undefined],
    ['answered twice', refusal, '60 7F2231'],
  ])('stands behind nothing more for an ECU that %s once, and what it says then is heard', async (_, before, behind) => {
    const { transport, adapter, clock } = await connect((line) => {
      if (line === '60032230001') return `${before}\r>`;
      if (line === 'ATMA' && behind !== undefined) clock.timer(20, () => adapter.emit(refusal));
      return counting(line);
    });
    await ask(transport, '223000');
    await ask(transport, '223000');
    expect(await receive(transport)).toBe(behind);
    await ask(transport, '223000');
    expect(adapter.sent.slice(1)).toEqual(['6003223000', ' ', '60032230001', 'ATMA', ' ', '6003223000']);
  });

  it('stands behind nothing for an ECU that put the first one off', async () => {
    const { transport, adapter } = await connect(saying({ '6003223000': putOff + refusal }));
    for (let count = 0; count < 2; count += 1) {
      expect(await ask(transport, '223000')).toBe('60 7F2278');
      expect(await receive(transport)).toBe('60 7F2231');
    }
    expect(adapter.sent.slice(1)).toEqual(['6003223000', ' ', '6003223000']);
  });

  it('is given up with a chip that listens on all the same, after one short wait', async () => {
    const { transport, adapter, clock } = await connect((line) => (line.startsWith('6003223000') ? refusal : undefined));
    const startMs = clock.now();
    for (let count = 0; count < 4; count += 1) expect(await ask(transport, '223000')).toBe('60 7F2231');
    expect(clock.now() - startMs).toBe(100);
    expect(adapter.sent.filter((line) => line === '60032230001')).toHaveLength(1);
  });

  it('is given to a chip that is deaf while it monitors too: it listens behind a flow control that nobody waits for', async () => {
    const { transport, adapter, clock } = await connect((line) => {
      if (line === 'ATCSM0') return '?\r\r>';
      if (line === '60032230001') return `${putOff}\r>`;
      if (line === '60320000') clock.timer(20, () => adapter.emit(refusal));
      return line === '60320000' ? '' : counting(line);
    });
    await ask(transport, '223000');
    expect(await ask(transport, '223000')).toBe('60 7F2278');
    expect(await receive(transport)).toBe('60 7F2231');
    expect(adapter.sent.slice(-3)).toEqual([' ', '60032230001', '60320000']);
  });
});

describe('long requests', () => {
  const long = fromHex('2E3301000102030405060708090A0B0C0D0E0F'); // 19 bytes: a first and three consecutive frames

  it('honours block size and separation time, and listens only where something must come', async () => {
    const sentAt: [string, number][] = [];
    const { transport, adapter, clock } = await connect((line) => {
      if (/^60[12]/.test(line)) sentAt.push([line, clock.now()]);
      if (line.startsWith('6010')) return '660F130020A\r';
      if (line.startsWith('6022')) return '660F1310000\r660F130000A\r';
      if (line.startsWith('6023')) return '660F1036E3301\r';
      return line.startsWith('6021') ? '\r>' : undefined;
    });
    await transport.send(KOMBI, long);
    expect(await receive(transport)).toBe('60 6E3301');
    expect(adapter.sent.slice(1)).toEqual([
      '6010132E33010001',
      ' ',
      'ATR0',
      '6021020304050607',
      'ATR1',
      '602208090A0B0C0D',
      ' ',
      '60230E0F00000000',
    ]);
    const gaps = sentAt.slice(2).map(([, at], index) => at - (sentAt[index + 1]?.[1] ?? 0));
    expect(gaps.every((gap) => gap >= 10)).toBe(true);
  });

  it.each([
    ['has no room', '660F1320000\r', 'link.isotp.overflow'],
    ['asks to wait for ever', '660F1310000\r'.repeat(11), 'link.isotp.waiting'],
    ['says nothing', '', 'link.isotp.no-flow-control'],
    ['says nothing and the chip gives up', 'NO DATA\r\r>', 'link.isotp.no-flow-control'],
  ])('stops at an ECU that %s', async (_, answer, code) => {
    const { transport, adapter } = await connect((line) => (line.startsWith('6010') ? answer : undefined));
    await expect(transport.send(KOMBI, long)).rejects.toMatchObject({ code, exit: 8 });
    expect(adapter.sent.filter((line) => line.startsWith('602'))).toEqual([]);
  });

  it('listens to nobody else about its own message', async () => {
    const { transport } = await connect((line) => {
      if (line.startsWith('6010')) return '612F1320000\r612F1027E00\r660F1300000\r';
      return line.startsWith('6021') || line.startsWith('6022') ? '\r>' : undefined;
    });
    await transport.send(KOMBI, long);
    expect(await receive(transport)).toBe('12 7E00');
  });

  it('never sends a message twice', async () => {
    const { transport, adapter } = await connect((line) =>
      line.startsWith('6010') ? '660F1300000\r' : line.startsWith('6021') ? 'CAN ERROR\r\r>' : undefined,
    );
    await expect(transport.send(KOMBI, long)).rejects.toMatchObject({ code: 'link.elm327.can-error' });
    await expect(transport.send(KOMBI, long)).rejects.toMatchObject({ code: 'link.elm327.can-error' });
    expect(adapter.sent.filter((line) => line.startsWith('60'))).toEqual(['6010132E33010001', '6021020304050607']);
  });
});

describe('long answers that go wrong', () => {
  const first = '660F1101462F1905742\r';
  it.each([
    ['a lost frame', '660F121413643393230\r660F123303031FFFFFF\r\r>', 'link.isotp.sequence'],
    ['a doubled frame', '660F121413643393230\r660F121413643393230\r660F122313044303030\r\r>', 'link.isotp.sequence'],
    ['a garbled frame', '660F121413643393230\r66\xfc0F122313044303030\r660F123303031FFFFFF\r\r>', 'link.isotp.sequence'],
    ['a frame that lost a digit', '660F121413643393230\r660F12231304430303\r660F123303031FFFFFF\r\r>', 'link.isotp.sequence'],
    ['a frame cut short', '660F121413643393230\r660F122313044\r660F123303031FFFFFF\r\r>', 'link.isotp.malformed'],
    ['another message inside', '660F121413643393230\r660F1101462F1905742\r\r>', 'link.isotp.interrupted'],
    ['no more frames', '660F121413643393230\r', 'link.isotp.missing'],
    ['a chip that gives up', 'NO DATA\r\r>', 'link.isotp.missing'],
    ['a full buffer', '660F121413643393230\r660F1223BUFFER FULL\r\r>', 'link.elm327.buffer-full'],
    ['a damaged frame', '660F121413643393230<RX ERROR\r', 'link.elm327.data-error'],
    ['a reset', '660F121413643393230\rLV RESET\r\r>', 'link.elm327.reset'],
    ['a banner out of nowhere', '660F121413643393230\r\r\rELM327 v1.5\r\r>', 'link.elm327.reset'],
  ])('gives nothing after %s', async (_, rest, code) => {
    const { transport } = await connect(saying({ '600322F190': first, '60300C003': rest }));
    await transport.send(KOMBI, fromHex('22F190'));
    await expect(transport.receive(transport.clock.now() + 5000)).rejects.toMatchObject({ code, exit: 8 });
    // The link is done with until it is opened anew.
    await expect(transport.receive(transport.clock.now() + 5000)).rejects.toMatchObject({ code });
    await transport.close();
    await transport.open();
    expect(await receive(transport, 10)).toBeUndefined();
  });

  it('refuses a length that only the 32-bit escape can say', async () => {
    const { transport } = await connect(saying({ '600322F190': '660F11000FFFFFFFF42\r' }));
    await transport.send(KOMBI, fromHex('22F190'));
    await expect(transport.receive(transport.clock.now() + 5000)).rejects.toMatchObject({ code: 'link.isotp.too-long' });
  });
});

describe('long answers of a chip with quirks', () => {
  const first = '660F1101462F1905742\r';
  const rest = '660F121413643393230\r660F122313044303030\r660F123303031FFFFFF\r';
  const vin = '60 62F1905742413643393230313044303030303031';

  it('are whole although the chip ignores the number of answers, and listens on', async () => {
    const answers = { '600322F190': first, '60300C003': rest, '60300C00': rest, '60023E00': '660F1027E00\r' };
    const { transport, adapter } = await connect(saying(answers));
    await transport.send(KOMBI, fromHex('22F190'));
    expect(await receive(transport)).toBe(vin);
    await transport.send(KOMBI, fromHex('3E00'));
    expect(await receive(transport)).toBe('60 7E00');
    expect(adapter.sent.slice(-3)).toEqual(['60300C003', ' ', '60023E00']);
    // It is not believed again.
    await transport.send(KOMBI, fromHex('22F190'));
    await receive(transport);
    expect(adapter.sent.slice(-2)).toEqual([' ', '60300C00']);
  });

  it('are not disturbed by frames of others, of which the short ones are kept', async () => {
    const mixed = rest.replace('660F122', '612F1027E00\r612F122EEEEEEEEEEEE\r612F1101462F1905742\r660F122');
    const { transport } = await connect(saying({ '600322F190': first, '60300C003': `${mixed}\r>` }));
    await transport.send(KOMBI, fromHex('22F190'));
    expect([await receive(transport), await receive(transport)]).toEqual(['12 7E00', vin]);
  });

  it('are asked for in blocks that fit its buffer, each with its number of answers', async () => {
    const bytes = Uint8Array.from({ length: 5 + 6 * 14 + 1 }, (_, index) => index);
    const frames = Array.from({ length: 15 }, (_, index) => {
      const data = toHex(bytes.subarray(5 + 6 * index, 11 + 6 * index)).padEnd(12, 'F');
      return `660F12${((index + 1) & 15).toString(16).toUpperCase()}${data}\r`;
    });
    const { transport, adapter } = await connect(
      saying({
        '600322F190': `660F1105A${toHex(bytes.subarray(0, 5))}\r`,
        '60300C00C': `${frames.slice(0, 12).join('')}\r>`,
        '60300C003': `${frames.slice(12).join('')}\r>`,
      }),
    );
    await transport.send(KOMBI, fromHex('22F190'));
    expect(await receive(transport)).toBe(`60 ${toHex(bytes)}`);
    expect(adapter.sent.slice(-4)).toEqual(['600322F190', ' ', '60300C00C', '60300C003']);
  });

  it('are taken to their end although the deadline passes meanwhile', async () => {
    const { transport, adapter, clock } = await connect((line) => {
      if (line === '600322F190') return first;
      if (line !== '60300C003') return undefined;
      clock.timer(900, () => adapter.emit(`${rest}\r>`));
      return '';
    });
    await transport.send(KOMBI, fromHex('22F190'));
    expect(await receive(transport, 500)).toBe(vin);
  });
});

describe('the proof that long messages pass', () => {
  const answers = {
    '600322F101': '660F1100862F1010102\r',
    '60300C001': '660F121030405FFFFFF\r\r>',
    '60100D22F186F186': '660F1300000\r',
    '6021F186F186F186': '\r>',
    '6022F18600000000': '660F1037F2213\r',
  };
  const prove = async (changed: Record<string, string>, script: Script = () => undefined) => {
    const { transport, adapter } = await connect((line) => script(line) ?? { ...answers, ...changed }[line]);
    const proven = await transport.proveWrites?.(KOMBI);
    expect(transport.capabilities.writesProven).toBe(proven);
    expect(adapter.sent.filter((line) => /^60(0.|10..)(?!22)/.test(line))).toEqual([]);
    return proven;
  };

  it('is three equal long answers, and a long request answered', async () => {
    expect(await prove({})).toBe(true);
  });

  it.each<[string, Record<string, string>]>([
    ['an ECU that is not there', { '600322F101': 'NO DATA\r\r>' }],
    ['an answer that is short', { '600322F101': '660F10462F10101\r' }],
    ['a refusal', { '600322F101': '660F1037F2231\r' }],
    ['a long request unanswered', { '6022F18600000000': '' }],
    ['a long request refused for what it asks', { '6022F18600000000': '660F1037F2233\r' }],
  ])('fails at %s', async (_, changed) => {
    expect(await prove(changed)).toBe(false);
  });

  it('fails at an ECU that is pending for ever', async () => {
    expect(await prove({ '600322F101': `${'660F1037F2278\r'.repeat(31)}660F1100862F1010102\r` })).toBe(false);
  });

  it('fails at answers that differ, whatever the way', async () => {
    let reads = 0;
    const other = () => `660F1210304${toHex(Uint8Array.of(reads++))}FFFFFF\r\r>`;
    expect(await prove({}, (line) => (line === '60300C001' ? other() : undefined))).toBe(false);
    expect(reads).toBe(4);
  });

  it('waits for pending answers and passes over stale ones', async () => {
    expect(await prove({ '600322F101': '660F1037F2278\r660F10462F18601\r660F1100862F1010102\r' })).toBe(true);
  });
});

describe('the link dies', () => {
  it('ends a wait, with the listening port gone', async () => {
    const { transport, adapter, clock } = await connect(saying({ '600322F186': '' }));
    await transport.send(KOMBI, fromHex('22F186'));
    clock.timer(100, () => adapter.unplug());
    await expect(transport.receive(clock.now() + 5000)).rejects.toMatchObject({ code: 'link.closed', exit: 8 });
    expect(clock.now()).toBeLessThan(1000);
    await expect(transport.send(KOMBI, fromHex('22F186'))).rejects.toMatchObject({ code: 'link.closed' });
  });

  it('ends a wait when it is closed, and may be closed again', async () => {
    const { transport, adapter, clock } = await connect(saying({ '600322F186': '' }));
    await transport.send(KOMBI, fromHex('22F186'));
    const waiting = transport.receive(clock.now() + 5000);
    await Promise.all([expect(waiting).rejects.toMatchObject({ code: 'link.closed' }), transport.close()]);
    expect(adapter.sent.slice(-3)).toEqual([' ', 'ATD', 'ATPC']);
    await transport.close();
    await transport.dispose();
  });

  it('ends a wait with the reason of the abort, and goes on afterwards', async () => {
    const { transport, clock } = await connect(saying({ '600322F186': '', '60023E00': '660F1027E00\r' }));
    await transport.send(KOMBI, fromHex('22F186'));
    const controller = new AbortController();
    clock.timer(50, () => controller.abort(new Error('enough')));
    await expect(transport.receive(clock.now() + 5000, controller.signal)).rejects.toThrow('enough');
    await expect(transport.receive(clock.now() + 5000, controller.signal)).rejects.toThrow('enough');
    await expect(transport.send(KOMBI, fromHex('3E00'), controller.signal)).rejects.toThrow('enough');
    await transport.send(KOMBI, fromHex('3E00'));
    expect(await receive(transport)).toBe('60 7E00');
  });

  it.each(['STOPPED\r\r>', 'CAN ERROR\r\r>', 'ERR94\r\r>', 'ACT ALERT\r', '?\r\r>'])(
    'says so when the chip answers a request with %j',
    async (answer) => {
      const { transport } = await connect(saying({ '600322F186': answer }));
      await transport.send(KOMBI, fromHex('22F186'));
      await expect(transport.receive(transport.clock.now() + 1000)).rejects.toMatchObject({ exit: 8 });
    },
  );

  it('says so when the chip has restarted between two requests', async () => {
    const { transport } = await connect(saying({ ATCRA660: 'LV RESET\r\rELM327 v1.5\r\r>' }));
    await expect(transport.send(KOMBI, fromHex('22F186'))).rejects.toMatchObject({ code: 'link.elm327.reset', exit: 8 });
  });

  it('sets the whole filter after an abort that left it half set', async () => {
    const controller = new AbortController();
    const { transport, adapter } = await connect((line) => {
      if (line !== 'ATCM700' || controller.signal.aborted) return undefined;
      controller.abort(new Error('enough'));
      return '';
    });
    await expect(transport.send(FUNCTIONAL_ADDRESS, fromHex('3E00'), controller.signal)).rejects.toThrow('enough');
    adapter.sent.length = 0;
    await transport.send(FUNCTIONAL_ADDRESS, fromHex('3E00'));
    expect(adapter.sent).toEqual([' ', 'ATCF600', 'ATCM700', 'DF023E00']);
  });

  it('sets filter and mask one by one on a chip that has no command for both', async () => {
    const { transport, adapter } = await connect((line) => (line.startsWith('ATCRA') ? '?\r\r>' : undefined));
    await transport.send(KOMBI, fromHex('22F186'));
    expect(adapter.sent).toEqual(['ATCF660', 'ATCM7FF', '600322F186']);
  });

  it.each(['ATR0', '6021000000000000'])(
    'goes on after a long request that was aborted at %s, with answers switched on again',
    async (last) => {
      const controller = new AbortController();
      const { transport, adapter } = await connect((line) => {
        if (line.startsWith('6010')) return '660F1300000\r';
        if (line === last) {
          controller.abort(new Error('enough'));
          return '';
        }
        return line === '60023E00' ? '660F1027E00\r' : undefined;
      });
      await expect(transport.send(KOMBI, new Uint8Array(30), controller.signal)).rejects.toThrow('enough');
      adapter.sent.length = 0;
      await transport.send(KOMBI, fromHex('3E00'));
      expect(adapter.sent).toContain('ATR1');
      expect(await receive(transport)).toBe('60 7E00');
    },
  );

  it('does not take the question mark for an unfinished line, 20 s later, for an answer', async () => {
    const { transport, adapter } = await connect(saying({ '60023E00': '660F1027E00\r' }));
    adapter.emit('?\r\r>');
    await transport.send(KOMBI, fromHex('3E00'));
    expect(await receive(transport)).toBe('60 7E00');
  });
});

describe('the chip', () => {
  it('keeps the newest 64 lines that nobody takes', async () => {
    const adapter = new FakeAdapter();
    const clock = new VirtualClock();
    const chip = new Chip(await adapter.open(), clock);
    await chip.write('ATMA');
    for (let index = 0; index < 100; index += 1) adapter.emit(`line ${index}\r`);
    adapter.emit('>');
    expect(await chip.next(0)).toEqual({ kind: 'line', text: 'line 36' });
  });
});

describe('opening', () => {
  it('tries again where the adapter turns it away at first, and gives up in the end', async () => {
    for (const [refusals, opened] of [
      [2, true],
      [3, false],
    ] as const) {
      let left: number = refusals;
      const clock = new VirtualClock();
      const adapter: FakeAdapter = new FakeAdapter(() => {
        if (left === 0) return undefined;
        left -= 1;
        queueMicrotask(() => adapter.unplug());
        return '';
      });
      const transport = createElm327Transport({ open: adapter.open, clock, description: 'x', portName: undefined });
      const outcome = await transport.open().then(
        () => true,
        (error: unknown) => (error as KombiError).code,
      );
      expect(outcome).toBe(opened ? true : 'link.closed');
    }
  });

  it('sets up raw CAN without storing anything, and leaves the defaults behind', async () => {
    const clock = new VirtualClock();
    const adapter = new FakeAdapter();
    adapters.push(adapter);
    const transport = createElm327Transport({ open: adapter.open, clock, description: 'x', portName: undefined });
    await transport.open();
    expect(adapter.sent.slice(0, 3)).toEqual(['STI', 'ATI', 'ATD']);
    expect(adapter.sent.indexOf('ATPBC001')).toBeLessThan(adapter.sent.indexOf('ATTPB'));
    for (let question = 0; question < 2; question += 1) await transport.send(ABSENT, fromHex('3E00'));
    expect(adapter.sent.filter((line) => /^(ATSP|ATPP|ATZ|ATCV|AT@3|STWBR|ATBR)/.test(line))).toEqual([]);
    expect(transport.adapter).toEqual({ kind: 'ELM327', firmware: 'ELM327 v1.5', voltage: 12.6 });
    expect(transport.capabilities).toEqual({
      maxPayloadBytes: 4095,
      functionalAddressing: true,
      keepAliveDuringRequest: false,
      writesProven: false,
    });
    expect(await transport.ignition()).toBe('unknown');
    await transport.close();
    expect(adapter.sent.slice(-2)).toEqual(['ATD', 'ATPC']);
    expect(adapter.isOpen).toBe(false);
  });

  it('names an STN by its own name, and escapes what a name must not hold', async () => {
    const { transport } = await connect(saying({ STI: 'STN2232 v5.10.3\x1b[2J\r\r>', ATRV: 'nonsense\r\r>' }));
    expect(transport.adapter).toEqual({ kind: 'ELM327', firmware: 'STN2232 v5.10.3\\x1B[2J' });
  });

  it('refuses a clone with the list of all that it lacks, and leaves the port', async () => {
    const clock = new VirtualClock();
    const adapter = new FakeAdapter((line) => (['ATSH6F1', 'ATPBC001', 'ATTPB'].includes(line) ? '?\r\r>' : undefined));
    adapters.push(adapter);
    const transport = createElm327Transport({ open: adapter.open, clock, description: 'x', portName: undefined });
    const error = await transport.open().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'adapter.unfit', exit: 3 });
    expect(String(error)).toMatch(/ELM327 v1\.5.*ATSH6F1.*ATPBC001.*ATTPB/);
    expect(adapter.isOpen).toBe(false);
  });

  it.each<[string, (transport: Transport) => Promise<unknown>]>([
    ['before the second question', (transport) => transport.send(KOMBI, fromHex('22F186'))],
    ['before anything is proved', (transport) => transport.proveWrites?.(KOMBI) ?? Promise.resolve()],
  ])('refuses a chip that says OK to anything, %s: its OKs mean nothing', async (_, then) => {
    const adapter = new FakeAdapter((line) => (line === 'ATXX1' ? 'OK\r\r>' : undefined));
    adapters.push(adapter);
    const transport = createElm327Transport({ open: adapter.open, clock: new VirtualClock(), description: 'x', portName: undefined });
    await transport.open();
    await transport.send(KOMBI, fromHex('22F190'));
    await expect(then(transport)).rejects.toMatchObject({ code: 'adapter.unfit', exit: 3, message: expect.stringContaining('ATXX1') });
    expect(adapter.sent.filter((line) => line.startsWith('60'))).toEqual(['600322F190']);
  });

  it('waits for a chip that is still printing for somebody else', async () => {
    let monitoring = true;
    const { transport } = await connect((line) => {
      if (line !== ' ' || !monitoring) return undefined;
      monitoring = false;
      return '612F1101462F1905742\rSTOPPED\r\r>';
    });
    expect(transport.adapter.firmware).toBe('ELM327 v1.5');
    expect(await receive(transport, 10)).toBeUndefined();
  });

  it('tries again when rests of an older line spoil the first command', async () => {
    let asked = 0;
    const { transport } = await connect((line) => (line === 'ATI' && ++asked === 1 ? '?\r\r>' : undefined));
    expect(asked).toBe(2);
    expect(transport.adapter.firmware).toBe('ELM327 v1.5');
  });

  it.each([
    ['nothing', '', 'link.no-answer', 3],
    ['NMEA sentences', '$GPGSV,3,1,11,03,03,111,00*74\r\n', 'link.not-an-elm327', 3],
    ['its own echo', 'ATI\r', 'link.not-an-elm327', 3],
    ['noise of a wrong baud rate', '\xfc\x80\xff>\0\xf1', 'link.not-an-elm327', 3],
    ['endless noise', '\xfc'.repeat(2000), 'link.elm327.garbled', 1],
  ])('gives up on a port that says %s, after %s probes at most', async (_, noise, code, probes) => {
    const clock = new VirtualClock();
    const adapter = new FakeAdapter((line) => (line === ' ' ? '' : noise));
    adapters.push(adapter);
    const transport = createElm327Transport({ open: adapter.open, clock, description: 'x', portName: undefined });
    await expect(transport.open()).rejects.toMatchObject({ code, exit: 8 });
    expect(adapter.sent.filter((line) => line === 'STI')).toHaveLength(probes);
    expect(adapter.isOpen).toBe(false);
  });
});
