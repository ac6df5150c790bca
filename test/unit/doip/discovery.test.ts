import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { fromHex, systemClock, toHex } from '../../../src/core/index.ts';
import { discoverDoip } from '../../../src/transport/doip/index.ts';
import { createEnetLink, type FoundGateway, findGateways } from '../../../src/transport/enet/index.ts';
import { createLink, parseLinkUri } from '../../../src/transport/index.ts';

const VIN = 'WBA6C92010D000001';
const MAC = 'FFEEDDCCBBAA';
const ANNOUNCEMENT = `03FC000400000021${toHex(Buffer.from(VIN))}0010${MAC}${MAC}0000`;
const HSFZ = `000000320011${toHex(Buffer.from(`DIAGADR10BMWMAC${MAC}BMWVIN${VIN}`))}`;
const DOIP_GATEWAY = { host: '127.0.0.1', vin: VIN, mac: MAC, logicalAddress: 0x10 };
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

/** A gateway's discovery port on loopback that answers with these datagrams, or never. */
async function gateway(answers: readonly string[], questions: string[] = []): Promise<number> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.on('message', (question, sender) => {
    questions.push(toHex(question));
    for (const answer of answers) socket.send(fromHex(answer), sender.port, sender.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket.address().port;
}

const loopback = { clock: systemClock, timeoutMs: 60_000, addresses: ['127.0.0.1'] };

describe('discovery over DoIP', () => {
  it('asks with eight bytes and reads VIN, address and MAC', async () => {
    const questions: string[] = [];
    expect(await discoverDoip({ ...loopback, port: await gateway([ANNOUNCEMENT], questions) })).toEqual([DOIP_GATEWAY]);
    expect(questions).toEqual(['03FC000100000000']);
  });

  it('takes the answer without the last byte, and passes over every answer that is none', async () => {
    const short = ANNOUNCEMENT.replace('00000021', '00000020').slice(0, -2);
    const answers = [
      '',
      '00',
      HSFZ,
      ANNOUNCEMENT.slice(0, 60),
      ANNOUNCEMENT.replace('0004', '0006'),
      ANNOUNCEMENT.replace('57', '1B'),
      short,
    ];
    expect(await discoverDoip({ ...loopback, port: await gateway(answers) })).toEqual([DOIP_GATEWAY]);
  });
});

describe('looking for either kind', () => {
  const find = async (hsfz: readonly string[], doip: readonly string[]) =>
    findGateways({ ...loopback, timeoutMs: 200, ports: { hsfz: await gateway(hsfz), doip: await gateway(doip) } });

  it.each([
    ['HSFZ alone', [HSFZ], [], ['hsfz']],
    ['DoIP alone', [], [ANNOUNCEMENT], ['doip']],
    ['both, which is taken for HSFZ', [HSFZ], [ANNOUNCEMENT], ['hsfz']],
    ['neither', [], [], []],
  ])('finds a car that speaks %s', async (_what, hsfz, doip, protocols) => {
    expect((await find(hsfz, doip)).map(({ protocol }) => protocol)).toEqual(protocols);
  });
});

describe('links', () => {
  const found =
    (...gateways: readonly FoundGateway[]) =>
    async () =>
      gateways;
  const doip: FoundGateway = { ...DOIP_GATEWAY, host: '169.254.1.2', protocol: 'doip' };
  const hsfz: FoundGateway = { host: '169.254.1.1', vin: VIN, mac: MAC, diagnosticAddress: 0x10 as never, protocol: 'hsfz' };

  it('lead straight to a host, on 13400 unless told otherwise', async () => {
    expect(await createLink('doip://169.254.12.34')).toMatchObject({
      description: 'DoIP 169.254.12.34:13400',
      portName: '169.254.12.34:13400',
      capabilities: { functionalAddressing: true, keepAliveDuringRequest: true, writesProven: true },
      adapter: { kind: 'DOIP' },
    });
    expect(await createLink('doip://[::1]:50000')).toMatchObject({ portName: '[::1]:50000' });
  });

  it('of enet: speak what the car speaks', async () => {
    expect((await createEnetLink(parseLinkUri('enet:'), found(hsfz))).adapter.kind).toBe('ENET');
    expect((await createEnetLink(parseLinkUri('enet:'), found(doip))).adapter.kind).toBe('DOIP');
    expect((await createEnetLink(parseLinkUri('enet:?tester=F5'), found(doip, hsfz))).adapter.kind).toBe('ENET');
  });

  it('of enet: say how to name each of several cars', async () => {
    await expect(createEnetLink(parseLinkUri('enet:'), found(doip, hsfz))).rejects.toMatchObject({
      code: 'link.several-gateways',
      hint: 'Say which one you mean, such as --link doip://169.254.1.2.',
    });
    await expect(createEnetLink(parseLinkUri('enet:'), found())).rejects.toMatchObject({ code: 'link.no-gateway' });
  });

  it.each(['doip://127.0.0.1?tester=F5', 'doip://127.0.0.1/60', 'doip:169.254.1.1'])('%s is refused', async (text) => {
    await expect(createLink(text)).rejects.toMatchObject({ code: 'usage.link', exit: 2 });
  });
});
