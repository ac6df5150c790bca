import { describe, expect, it } from 'vitest';
import { type EcuAddress, FUNCTIONAL_ADDRESS, fromHex, isKombiError, toHex } from '../../../src/core/index.ts';
import { decodeTrace } from '../../../src/recording/index.ts';
import { createReplay } from '../../../src/transport/trace/index.ts';

const CLUSTER = 0x60 as EcuAddress;
const OPEN = '0.0 = open ENET payload=100 functional=yes duplex=yes proven=no';
const replayOf = (...lines: readonly string[]) =>
  createReplay(decodeTrace(Buffer.from(`# kombi-trace 1\n${lines.join('\n')}\n`), 'it'), 'it');
const soon = (replay: ReturnType<typeof replayOf>) => replay.clock.now() + 1000;
const hexOf = async (message: ReturnType<ReturnType<typeof replayOf>['receive']>) => toHex((await message)?.payload ?? new Uint8Array(0));

describe('a replay', () => {
  it('gives a late answer late: what was waited for in vain is waited for in vain again', async () => {
    const replay = replayOf(
      OPEN,
      '1.0 > 60 22 F1 90',
      '1001.0 = silence',
      '1005.0 < 60 62 F1 90 41',
      '1006.0 > 60 3E 00',
      '1007.0 < 60 7E 00',
    );
    await replay.open();
    await replay.send(CLUSTER, fromHex('22F190'));
    expect(await replay.receive(soon(replay))).toBeUndefined();
    expect(await hexOf(replay.receive(Number.NEGATIVE_INFINITY))).toBe('62F19041');
    await replay.send(CLUSTER, fromHex('3E00'));
    expect(await hexOf(replay.receive(soon(replay)))).toBe('7E00');
    expect(replay.clock.now()).toBeGreaterThanOrEqual(1007);
  });

  it('lets a silent tester-present pass whenever it is due', async () => {
    const replay = replayOf(
      OPEN,
      '1.0 > 60 22 F1 90',
      '2.0 > DF 3E 80',
      '3.0 < 60 62 F1 90 41',
      '4.0 > 60 22 F1 8C',
      '5.0 < 60 62 F1 8C 42',
    );
    await replay.open();
    await replay.send(FUNCTIONAL_ADDRESS, fromHex('3E80'));
    await replay.send(CLUSTER, fromHex('22F190'));
    expect(await hexOf(replay.receive(soon(replay)))).toBe('62F19041');
    await replay.send(FUNCTIONAL_ADDRESS, fromHex('3E80'));
    await replay.send(CLUSTER, fromHex('22F18C'));
    expect(await hexOf(replay.receive(soon(replay)))).toBe('62F18C42');
  });

  it.each([
    ['another ECU', 0x61, '22F190'],
    ['other bytes', 0x60, '22F191'],
    ['fewer bytes', 0x60, '22F1'],
    ['more bytes', 0x60, '22F190F191'],
  ])('takes no request but the next one, and nothing after another: %s', async (_, ecu, request) => {
    const replay = replayOf(OPEN, '1.0 > 60 22 F1 90', '3.0 < 60 62 F1 90 41');
    await replay.open();
    const loud = { asymmetricMatch: (error: unknown) => isKombiError(error, 'replay.unexpected') };
    await expect(replay.send(ecu as EcuAddress, fromHex(request))).rejects.toEqual(loud);
    await expect(replay.receive(soon(replay))).rejects.toEqual(loud);
    await expect(replay.send(CLUSTER, fromHex('22F190'))).rejects.toEqual(loud);
    await replay.close();
    await expect(replay.open()).rejects.toEqual(loud);
  });

  it('may be opened more often than it was, and owes nothing then', async () => {
    const replay = replayOf(OPEN, '1.0 > 60 22 F1 90', '3.0 < 60 62 F1 90 41', '4.0 > 60 22 F1 8C', '5.0 < 60 62 F1 8C 42');
    await replay.open();
    await replay.send(CLUSTER, fromHex('22F190'));
    await replay.open();
    await replay.send(CLUSTER, fromHex('22F18C'));
    expect(await hexOf(replay.receive(soon(replay)))).toBe('62F18C42');
  });

  it('fails where the link failed, and never as if it had not', async () => {
    const replay = replayOf('0.0 = failed open link.refused 8 no', OPEN, '1.0 > 60 22 F1 90', '2.0 = failed send link.no-ack 0 gone');
    await expect(replay.open()).rejects.toMatchObject({ code: 'link.refused', exit: 8, message: 'no' });
    await replay.open();
    await expect(replay.send(CLUSTER, fromHex('22F190'))).rejects.toMatchObject({ code: 'link.no-ack', exit: 8 });
  });

  it('has proved what was proved', async () => {
    const replay = replayOf(OPEN, '1.0 = proved yes', '2.0 = ignition on', '3.0 = close', OPEN.replace('0.0', '4.0'), '5.0 = ignition off');
    await replay.open();
    expect(replay.capabilities.writesProven).toBe(false);
    expect(await replay.proveWrites?.(CLUSTER)).toBe(true);
    expect(replay.capabilities.writesProven).toBe(true);
    expect(await replay.ignition()).toBe('on');
    await replay.close();
    await replay.open();
    expect(replay.capabilities.writesProven).toBe(false);
    expect([await replay.ignition(), await replay.ignition()]).toEqual(['off', 'unknown']);
  });
});
