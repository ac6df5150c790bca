import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock, VirtualClock } from '../../../src/core/index.ts';
import { discoverEnet } from '../../../src/transport/enet/index.ts';

const VIN = 'WBA6C92010D000001';
const IDENTIFICATION = `DIAGADR10BMWMACFFEEDDCCBBAABMWVIN${VIN}`;
const sockets: Socket[] = [];

/** A gateway's discovery port on loopback; its answers are bytes of the test's own. */
async function gateway(answers: readonly string[], questions: string[] = []): Promise<number> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.on('message', (question, sender) => {
    questions.push(question.toString('hex'));
    for (const answer of answers) socket.send(Buffer.from(answer, 'latin1'), sender.port, sender.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket.address().port;
}

const framed = (body: string, control = '\x11') => `\0\0\0${String.fromCharCode(body.length)}\0${control}${body}`;
const search = (port: number) => discoverEnet({ clock: systemClock, timeoutMs: 60_000, addresses: ['127.0.0.1'], port });

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

describe('discovery', () => {
  it('asks with six bytes and reads address, MAC and VIN', async () => {
    const questions: string[] = [];
    const port = await gateway([framed(IDENTIFICATION)], questions);
    expect(await search(port)).toEqual([{ host: '127.0.0.1', vin: VIN, mac: 'FFEEDDCCBBAA', diagnosticAddress: 0x10 }]);
    expect(questions).toEqual(['000000000011']);
  });

  it('passes over every answer that is none, and counts a gateway once', async () => {
    const port = await gateway([
      '',
      'hello',
      '\xff\xff\xff\xff\0\x11',
      framed(IDENTIFICATION, '\x12'),
      framed(IDENTIFICATION.slice(0, 40)),
      framed(IDENTIFICATION.replace('DIAGADR', 'DIAGXXX')),
      framed(IDENTIFICATION),
      framed(IDENTIFICATION),
    ]);
    expect(await search(port)).toHaveLength(1);
  });

  it('takes answers from the asked port only', async () => {
    const elsewhere = createSocket('udp4').bind(0, '127.0.0.1');
    sockets.push(elsewhere);
    const asked = createSocket('udp4').bind(0, '127.0.0.1');
    sockets.push(asked);
    await once(asked, 'listening');
    let answered = 0;
    asked.on('message', (_question, { port, address }) => {
      elsewhere.send(Buffer.from(framed(IDENTIFICATION.replace('FFEE', '0000')), 'latin1'), port, address, () => {
        answered += 1;
        asked.send(Buffer.from(framed(IDENTIFICATION), 'latin1'), port, address);
      });
    });
    expect(await search(asked.address().port)).toMatchObject([{ mac: 'FFEEDDCCBBAA' }]);
    expect(answered).toBe(1);
  });

  it('asks three times and then ends with nothing', async () => {
    const clock = new VirtualClock();
    const questions: string[] = [];
    const port = await gateway([], questions);
    expect(await discoverEnet({ clock, timeoutMs: 900, addresses: ['127.0.0.1'], port })).toEqual([]);
    expect(clock.now()).toBe(900);
    await expect.poll(() => questions.length).toBe(3);
  });

  it('asks every network of this computer when told nothing', async () => {
    // Nobody is meant to answer on this port; what counts is that no network makes it fail.
    expect(await discoverEnet({ clock: new VirtualClock(), port: await gateway([]) })).toEqual([]);
  });

  it('stops on a signal', async () => {
    const controller = new AbortController();
    const port = await gateway([]);
    const searching = discoverEnet({ clock: systemClock, timeoutMs: 60_000, addresses: ['127.0.0.1'], port, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(searching).rejects.toThrow('enough');
  });
});
