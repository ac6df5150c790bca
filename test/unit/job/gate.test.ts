import { describe, expect, it } from 'vitest';
import { type Did, type EcuAddress, fromHex, systemClock, toHex, type Vin } from '../../../src/core/index.ts';
import { permissionFor } from '../../../src/job/kernel/allow-list.ts';
import { Gate } from '../../../src/job/kernel/gate.ts';
import type { Token } from '../../../src/job/kernel/token.ts';
import type { Transport } from '../../../src/transport/index.ts';

const KOMBI = 0x60 as EcuAddress;
const HEAD_UNIT = 0x63 as EcuAddress;
const VIN = 'WBATESTV1N0000001' as Vin;

describe('what may leave without a token', () => {
  it.each(['1001', '1003', '1041', '22F190', '223301F190', '1902FF', '3E00', '3E80', '31030203'])('%s is free', (hex) => {
    expect(permissionFor(fromHex(hex))).toBe('free');
  });

  it.each([
    ['1002', 'programming session'],
    ['1083', 'a session without an answer: nobody would know that it failed'],
    ['100300', 'a session request with a tail'],
    ['1101', 'reset'],
    ['14FFFFFF', 'clearing trouble codes'],
    ['2E3301FF', 'writing'],
    ['280101', 'communication control'],
    ['310F01', 'starting a routine'],
    ['3101FF00', 'erasing'],
    ['8502', 'switching trouble codes off'],
    ['3E01', 'an unknown tester-present'],
    ['34', 'download'],
    ['B0', 'anything unknown'],
  ])('%s (%s) needs a token', (hex) => {
    expect(permissionFor(fromHex(hex))).toBe('needs-token');
  });

  it.each(['2701', '270300', ''])('"%s" never leaves: no keys are ever sent', (hex) => {
    expect(permissionFor(fromHex(hex))).toBe('never');
  });
});

describe('the gate', () => {
  const write: Token = { kind: 'write-block', vin: VIN, ecu: KOMBI, block: 0x3301 as Did, bytes: fromHex('FFF7') };

  it('passes reads', async () => {
    const { gate, sent } = gateOnWire();
    await gate.send(KOMBI, fromHex('223301'));
    expect(sent).toEqual(['60 223301']);
  });

  it('sends nothing that changes a car without a token', async () => {
    const { gate, sent } = gateOnWire();
    await expect(gate.send(KOMBI, fromHex('2E3301FFF7'))).rejects.toMatchObject({ code: 'kernel.refused', exit: 3, vehicle: 'untouched' });
    expect(sent).toEqual([]);
  });

  it('of a connection that only reads passes reads, and no token opens it', async () => {
    const { gate, sent } = gateOnWire({ readOnly: true });
    await gate.send(KOMBI, fromHex('223301'));
    await gate.withToken(write, async (message) => {
      await expect(gate.send(KOMBI, message)).rejects.toMatchObject({ code: 'kernel.refused' });
    });
    expect(sent).toEqual(['60 223301']);
  });

  it('passes the one message a token names, once', async () => {
    const { gate, sent } = gateOnWire();
    await gate.withToken(write, async (message) => {
      await gate.send(KOMBI, message);
      await expect(gate.send(KOMBI, message)).rejects.toMatchObject({ code: 'kernel.refused' });
    });
    expect(sent).toEqual(['60 2E3301FFF7']);
  });

  it.each([
    ['another ECU', HEAD_UNIT, '2E3301FFF7'],
    ['another block', KOMBI, '2E3302FFF7'],
    ['other bytes', KOMBI, '2E3301FFF6'],
    ['more bytes', KOMBI, '2E3301FFF700'],
    ['another service', KOMBI, '1101'],
  ])('a token is no leave for %s', async (_what, ecu, hex) => {
    const { gate, sent } = gateOnWire();
    await gate.withToken(write, async () => {
      await expect(gate.send(ecu, fromHex(hex))).rejects.toMatchObject({ code: 'kernel.refused' });
    });
    expect(sent).toEqual([]);
  });

  it('refuses security access even to a holder of a token', async () => {
    const { gate, sent } = gateOnWire();
    await gate.withToken(write, async () => {
      await expect(gate.send(KOMBI, fromHex('2711'))).rejects.toMatchObject({ code: 'kernel.refused' });
    });
    expect(sent).toEqual([]);
  });

  it('lets a token lapse with the sending it was made for', async () => {
    const { gate, sent } = gateOnWire();
    await gate.withToken(write, async () => undefined);
    await expect(gate.send(KOMBI, fromHex('2E3301FFF7'))).rejects.toMatchObject({ code: 'kernel.refused' });
    expect(sent).toEqual([]);
  });

  it('lets reads and tester-present pass beside a token without spending it', async () => {
    const { gate, sent } = gateOnWire();
    await gate.withToken(write, async (message) => {
      await gate.send(KOMBI, fromHex('3E80'));
      await gate.send(KOMBI, message);
    });
    expect(sent).toEqual(['60 3E80', '60 2E3301FFF7']);
  });
});

function gateOnWire(options: { readonly readOnly?: boolean } = {}): { gate: Gate; sent: string[] } {
  const sent: string[] = [];
  const wire: Transport = {
    description: 'a wire that only listens',
    portName: undefined,
    clock: systemClock,
    capabilities: { maxPayloadBytes: 4095, functionalAddressing: true, keepAliveDuringRequest: true, writesProven: true },
    adapter: { kind: 'test' },
    open: async () => undefined,
    send: async (target, payload) => {
      sent.push(`${target.toString(16)} ${toHex(payload)}`);
    },
    receive: async () => undefined,
    ignition: async () => 'unknown',
    close: async () => undefined,
    dispose: async () => undefined,
  };
  return { gate: new Gate(wire, options), sent };
}
