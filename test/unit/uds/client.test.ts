import { beforeEach, describe, expect, it } from 'vitest';
import { type Did, type EcuAddress, fromHex, isKombiError, KombiError, toHex } from '../../../src/core/index.ts';
import { NegativeResponseError, UdsClient } from '../../../src/uds/index.ts';
import { lostError, ScriptedTransport } from './support/scripted-transport.ts';

const CLUSTER = 0x60 as EcuAddress;
const VIN_DID = 0xf190 as Did;
const WRITE = fromHex('2E3301AA');

let transport: ScriptedTransport;
let client: UdsClient;

beforeEach(() => {
  transport = new ScriptedTransport();
  client = new UdsClient(transport);
});

const readVin = async () => toHex(await client.readDid(CLUSTER, VIN_DID));
/** The code of what is thrown, and when. */
const failure = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { code: error instanceof KombiError ? error.code : error, atMs: transport.clock.now() };
};

describe('a request', () => {
  it('takes the answer that belongs to it and nothing else', async () => {
    transport.car = (_target, _request, reply) => {
      reply(0x10, '62F19001'); // another ECU
      reply(0x60, '62F15001'); // another identifier
      reply(0x60, '7F1011'); // a refusal of another service
      reply(0x60, '7F22'); // cut short
      reply(0x60, '62F190'); // without data
      reply(0x60, '6EF190'); // another service
      reply(0x60, '62F19057');
      reply(0x60, '62F19058');
    };
    expect(await readVin()).toBe('57');
    expect(transport.sent).toEqual(['60 22F190']);
  });

  it('is not answered by what came twice for the one before', async () => {
    let count = 0;
    transport.car = (_target, _request, reply) => {
      count += 1;
      reply(0x60, `62F1900${count}`);
      reply(0x60, `62F1900${count}`);
    };
    expect([await readVin(), await readVin()]).toEqual(['01', '02']);
  });

  it('ends the remembering of what was read: what it may have changed is asked for anew', async () => {
    let held = '57';
    transport.car = (_target, request, reply) => {
      if (request.startsWith('22')) return reply(0x60, `62F190${held}`);
      held = '58';
      reply(0x60, '6E3301');
    };
    using _memory = client.rememberReads();
    const before = [await readVin(), await readVin()];
    await client.request(CLUSTER, WRITE);
    expect([...before, await readVin()]).toEqual(['57', '57', '58']);
    expect(transport.sent).toEqual(['60 22F190', `60 ${toHex(WRITE)}`, '60 22F190']);
  });

  it('of a sub-function is answered by that sub-function', async () => {
    transport.car = (_target, _request, reply) => {
      for (const hex of ['7103020300', '7101F01000', '710102030A']) reply(0x60, hex);
    };
    expect(toHex(await client.request(CLUSTER, fromHex('31010203')))).toBe('710102030A');
  });

  it('about one trouble code is answered by that code', async () => {
    transport.car = (_target, _request, reply) => {
      for (const hex of ['5906B7F34000', '5906B7F3412F0102']) reply(0x60, hex);
    };
    expect(toHex(await client.request(CLUSTER, fromHex('1906B7F341FF')))).toBe('5906B7F3412F0102');
  });

  it('gives up after 64 messages that nobody asked for', async () => {
    transport.car = (_target, _request, reply) => {
      for (let index = 0; index < 64; index += 1) reply(0x10, '62F19001');
      reply(0x60, '62F19057');
    };
    expect(await readVin()).toBe('57');
    transport.car = (_target, _request, reply) => {
      for (let index = 0; index < 65; index += 1) reply(0x10, '62F19001');
      reply(0x60, '62F19057');
    };
    expect(await failure(client.request(CLUSTER, fromHex('22F190')))).toEqual({ code: 'link.too-many-strays', atMs: 0 });
  });

  it('is refused with the meaning of the code and what to do', async () => {
    transport.car = (_target, _request, reply) => reply(0x60, '7F2E33');
    const error = await client.request(CLUSTER, WRITE).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NegativeResponseError);
    expect(error).toMatchObject({ code: 'uds.negative-response', exit: 3, ecu: 0x60, service: 0x2e, nrc: 0x33 });
    expect(error).toMatchObject({
      message: 'ECU 60 refused 2E 3301 (WriteDataByIdentifier) with 33 (securityAccessDenied): it wants to be unlocked',
    });
    expect(transport.sent).toEqual(['60 2E3301AA']);
  });

  it('waits one at a time: requests made at once do not mix', async () => {
    transport.car = (_target, request, reply) => reply(0x60, `62${request.slice(2)}${request.slice(4)}`, 50);
    const answers = await Promise.all([0xf190, 0xf150, 0xf101].map((did) => client.readDid(CLUSTER, did as Did)));
    expect(answers.map((answer) => toHex(answer))).toEqual(['90', '50', '01']);
    expect(transport.sent).toEqual(['60 22F190', '60 22F150 @50', '60 22F101 @100']);
  });

  it('ends on a signal, and the next ones go on', async () => {
    const controller = new AbortController();
    transport.car = (_target, request, reply) => request === '22F190' && reply(0x60, '62F19057');
    const waiting = client.request(CLUSTER, fromHex('22F150'), { signal: controller.signal, timeoutMs: 1e9 });
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(await readVin()).toBe('57');
  });
});

describe('no answer', () => {
  it('to a request is told after its time, and nothing is sent again', async () => {
    expect(await failure(client.request(CLUSTER, WRITE))).toEqual({ code: 'ecu.no-response', atMs: 1300 });
    expect(transport.sent).toEqual(['60 2E3301AA']);
    expect(transport.opened).toBe(1);
    expect(await failure(client.request(CLUSTER, WRITE, { timeoutMs: 200 }))).toEqual({ code: 'ecu.no-response', atMs: 1500 });
  });

  it('to a read has it asked twice more, each time on a new link', async () => {
    expect(await failure(readVin())).toEqual({ code: 'ecu.no-response', atMs: 3900 });
    expect(transport.sent).toEqual(['60 22F190', '60 22F190 @1300', '60 22F190 @2600']);
    expect(transport.opened).toBe(3);
    expect(client.reopened).toBe(2);
  });

  it('in time is never made up by a late one', async () => {
    const delays = [1350, 100];
    transport.car = (_target, _request, reply) => {
      const delayMs = delays.shift() ?? 0;
      reply(0x60, delayMs === 1350 ? '62F1900F' : '62F19057', delayMs);
    };
    expect(await readVin()).toBe('57');
    expect(transport.clock.now()).toBe(1400);
  });

  it('to a write has the next read start on a new link', async () => {
    transport.car = (_target, request, reply) => {
      if (request.startsWith('22')) reply(0x60, '62F19057');
    };
    await failure(client.request(CLUSTER, WRITE));
    expect(transport.opened).toBe(1);
    await readVin();
    expect(transport.opened).toBe(2);
  });

  it('counts what else came', async () => {
    transport.car = (_target, _request, reply) => reply(0x60, '62F15001');
    await expect(client.request(CLUSTER, fromHex('22F190'))).rejects.toThrow('1 other messages came');
  });

  it('takes the time that the client was told', async () => {
    expect(await failure(new UdsClient(transport, { timeoutMs: 50 }).request(CLUSTER, WRITE))).toEqual({
      code: 'ecu.no-response',
      atMs: 50,
    });
  });
});

describe('a read', () => {
  it('is asked again after "busy" and a lost link, but not after a refusal or an absent ECU', async () => {
    const script: ((reply: (source: number, hex: string) => void) => void)[] = [
      (reply) => reply(0x60, '7F2221'),
      () => {
        throw lostError();
      },
      (reply) => reply(0x60, '62F19057'),
      (reply) => reply(0x60, '7F2231'),
      () => {
        throw new KombiError({ code: 'ecu.absent', message: 'no such ECU' });
      },
    ];
    transport.car = (_target, _request, reply) => script.shift()?.(reply);
    expect(await readVin()).toBe('57');
    expect(transport.sent).toEqual(['60 22F190', '60 22F190 @200', '60 22F190 @200']);
    expect(await failure(readVin())).toMatchObject({ code: 'uds.negative-response' });
    expect(await failure(readVin())).toMatchObject({ code: 'ecu.absent' });
    expect(transport.sent).toHaveLength(5);
    expect(transport.opened).toBe(2);
  });

  it('gives up busy after the third time', async () => {
    transport.car = (_target, _request, reply) => reply(0x60, '7F2221');
    await expect(readVin()).rejects.toMatchObject({ nrc: 0x21 });
    expect(transport.sent).toHaveLength(3);
  });
});

describe('"response pending"', () => {
  it('is waited out with the P2* of the session', async () => {
    transport.car = (_target, request, reply) => {
      if (request === '1003') return reply(0x60, '5003003203E8');
      reply(0x60, '7F2278', 900);
      reply(0x60, '7F2278', 11_000);
      reply(0x60, '62F19057', 21_500);
    };
    expect(await client.startSession(CLUSTER, 0x03)).toEqual({ p2Ms: 50, p2StarMs: 10_000 });
    expect(await readVin()).toBe('57');
    expect(transport.clock.now()).toBe(21_500);
  });

  it('without an answer in P2* is no answer', async () => {
    transport.car = (_target, _request, reply) => reply(0x60, '7F2E78', 100);
    expect(await failure(client.request(CLUSTER, WRITE))).toEqual({ code: 'ecu.no-response', atMs: 6100 });
  });

  it('ends after 30 times', async () => {
    transport.car = (_target, _request, reply) => {
      for (let index = 0; index < 31; index += 1) reply(0x60, '7F2E78');
    };
    expect(await failure(client.request(CLUSTER, WRITE))).toEqual({ code: 'uds.pending-too-long', atMs: 0 });
    transport.car = (_target, _request, reply) => {
      for (let index = 0; index < 30; index += 1) reply(0x60, '7F2E78');
      reply(0x60, '6E3301');
    };
    expect(toHex(await client.request(CLUSTER, WRITE))).toBe('6E3301');
  });

  it('ends after 60 s, and a read is not asked again', async () => {
    transport.car = (_target, _request, reply) => {
      for (let index = 0; index < 30; index += 1) reply(0x60, '7F2278', 100 + index * 5000);
    };
    expect(await failure(readVin())).toEqual({ code: 'uds.pending-too-long', atMs: 60_000 });
    expect(transport.sent).toHaveLength(1);
  });
});

describe('a session', () => {
  it('has its P2 remembered for its ECU alone', async () => {
    transport.car = (_target, request, reply) => request === '1003' && reply(0x60, '500303E801F4');
    await client.startSession(CLUSTER, 0x03);
    expect(await failure(client.request(CLUSTER, WRITE))).toEqual({ code: 'ecu.no-response', atMs: 2000 });
    expect(await failure(client.request(0x63 as EcuAddress, WRITE))).toEqual({ code: 'ecu.no-response', atMs: 3300 });
  });

  it('that is told without timing gets the default', async () => {
    transport.car = (_target, _request, reply) => reply(0x30, '5003');
    expect(await client.startSession(0x30 as EcuAddress, 0x03)).toEqual({ p2Ms: 300, p2StarMs: 5000 });
  });

  it('refused keeps what was known', async () => {
    transport.car = (_target, _request, reply) => reply(0x60, '7F1012');
    await expect(client.startSession(CLUSTER, 0x41)).rejects.toMatchObject({ nrc: 0x12 });
    expect(transport.opened).toBe(1);
  });
});

describe('a functional request', () => {
  const ask = () => client.functional(fromHex('22F150'), { quietMs: 500 });

  it('gathers each ECU once, until it has been quiet', async () => {
    transport.car = (target, _request, reply) => {
      expect(target).toBe(0xdf);
      reply(0x10, '62F1500F1310', 10);
      reply(0x60, '62F1500F0001', 20);
      reply(0x60, '62F1500F0002', 30);
      reply(0x78, '7F2231', 400);
      reply(0x63, '62F190', 410);
    };
    const answers = await ask();
    expect(answers.map(({ source, payload }) => `${source.toString(16)} ${toHex(payload)}`)).toEqual([
      '10 62F1500F1310',
      '60 62F1500F0001',
      '78 7F2231',
    ]);
    expect(transport.clock.now()).toBe(900);
  });

  it('waits longer for the one ECU that asks for more time', async () => {
    transport.car = (_target, _request, reply) => {
      reply(0x10, '62F1500F1310', 10);
      reply(0x60, '7F2278', 20);
      reply(0x60, '62F1500F0001', 4000);
    };
    expect((await ask()).map(({ source }) => source)).toEqual([0x10, 0x60]);
    expect(transport.clock.now()).toBe(4500);
  });

  it('ends where an ECU asks for more time for ever', async () => {
    transport.car = (_target, _request, reply) => {
      for (let index = 0; index < 100; index += 1) reply(0x60, '7F2278', index * 1000);
    };
    expect(await ask()).toEqual([]);
    expect(transport.clock.now()).toBe(60_000);
  });
});

describe('keeping sessions alive', () => {
  it('sends 3E 80 to every ECU every two seconds until it is disposed', async () => {
    const keepAlive = client.keepAlive();
    await transport.clock.sleep(5000);
    expect(transport.sent).toEqual(['DF 3E80 @2000', 'DF 3E80 @4000']);
    keepAlive[Symbol.dispose]();
    await transport.clock.sleep(5000);
    expect(transport.sent).toHaveLength(2);
  });

  it('goes on while an answer is awaited, where the link can do both', async () => {
    transport.car = (target, _request, reply) => target === 0x60 && reply(0x60, '62F19057', 5000);
    using _keepAlive = client.keepAlive();
    await client.request(CLUSTER, fromHex('22F190'), { timeoutMs: 9000 });
    expect(transport.sent).toEqual(['60 22F190', 'DF 3E80 @2000', 'DF 3E80 @4000']);
  });

  it('waits for the answer on a half-duplex link, and is sent right after it, once', async () => {
    transport.capabilities = { ...transport.capabilities, keepAliveDuringRequest: false };
    transport.car = (target, _request, reply) => target === 0x60 && reply(0x60, '62F19057', 5000);
    using _keepAlive = client.keepAlive();
    await client.request(CLUSTER, fromHex('22F190'), { timeoutMs: 9000 });
    await transport.clock.sleep(1000);
    expect(transport.sent).toEqual(['60 22F190', 'DF 3E80 @5000']);
  });

  it('tells what went wrong with the next request, before that is sent', async () => {
    transport.car = (target) => {
      if (target === 0xdf) throw lostError();
    };
    const keepAlive = client.keepAlive();
    await transport.clock.sleep(2500);
    keepAlive[Symbol.dispose]();
    await expect(client.request(CLUSTER, WRITE)).rejects.toSatisfy((error) => isKombiError(error, 'link.closed'));
    expect(transport.sent).toEqual(['DF 3E80 @2000']);
  });

  it('forgets what went wrong once the link is new', async () => {
    transport.car = (target, _request, reply) => {
      if (target === 0xdf) throw lostError();
      reply(0x60, '62F19057');
    };
    const keepAlive = client.keepAlive();
    await transport.clock.sleep(2500);
    keepAlive[Symbol.dispose]();
    await client.reopen();
    expect(toHex(await client.request(CLUSTER, fromHex('22F190')))).toBe('62F19057');
  });
});
