import { beforeEach, describe, expect, it } from 'vitest';
import type { EcuAddress } from '../../../src/core/index.ts';
import { UdsClient } from '../../../src/uds/index.ts';
import { readEnergyMode, readIgnition, readMileageKm, readTerminals, readVoltage } from '../../../src/vehicle/index.ts';
import { ScriptedTransport } from '../uds/support/scripted-transport.ts';

let link: ScriptedTransport;
let client: UdsClient;

beforeEach(() => {
  link = new ScriptedTransport();
  client = new UdsClient(link);
});

/** What each DID of each ECU holds, as `12 460A`; all else is refused. */
function holds(values: Readonly<Record<string, string>>): void {
  link.car = (target, request, reply) => {
    const key = `${target.toString(16).toUpperCase().padStart(2, '0')} ${request.slice(2)}`;
    const value = values[key];
    reply(target, value === undefined ? '7F2231' : `62${request.slice(2)}${value}`);
  };
}

describe('the voltage', () => {
  it('is the engine’s, and says so', async () => {
    holds({ '12 460A': '037D', '40 DAD6': '0085' });
    expect(await readVoltage({ client })).toEqual({ volts: 13.395, source: 0x12 });
  });

  it.each([
    ['0085', 13.3],
    ['FFFF', -0.1],
  ])('is the body controller’s where the engine has none: %s', async (hex, volts) => {
    holds({ '40 DAD6': hex });
    expect(await readVoltage({ client })).toEqual({ volts, source: 0x40 });
  });

  it('is unknown where nobody tells it, or only half of it', async () => {
    holds({ '12 460A': '03' });
    expect(await readVoltage({ client })).toBeUndefined();
  });
});

it('an ECU that is known to be silent is not asked', async () => {
  holds({ '12 460A': '037D', '40 DAD6': '0085' });
  const silent = new Set([0x12, 0x10, 0x60] as EcuAddress[]);
  expect(await readVoltage({ client, silent })).toEqual({ volts: 13.3, source: 0x40 });
  expect(await readEnergyMode({ client, silent })).toBeUndefined();
  expect(await readMileageKm({ client, silent })).toBeUndefined();
  expect(link.sent.map((message) => message.slice(0, 2))).toEqual(['40', '40']);
});

describe('ignition and engine', () => {
  it.each([
    ['02', 'off', 'off'],
    ['04', 'off', 'off'],
    ['06', 'off', 'off'],
    ['08', 'off', 'off'],
    ['0A', 'on', 'unknown'],
    ['0D', 'on', 'starting'],
    ['0E', 'unknown', 'unknown'],
    ['55', 'unknown', 'unknown'],
  ])('at terminal status %s are %s and %s', async (status, ignition, engine) => {
    holds({ '40 DC56': status });
    expect(await readTerminals({ client })).toEqual({ ignition, engine });
    expect(await readIgnition({ client })).toBe(ignition);
  });

  it('are unknown where nobody tells them', async () => {
    holds({});
    expect(await readTerminals({ client })).toEqual({ ignition: 'unknown', engine: 'unknown' });
  });

  it('are told by the link before the body controller', async () => {
    holds({ '40 DC56': '0A' });
    link.ignition = async () => 'off';
    expect(await readTerminals({ client })).toEqual({ ignition: 'off', engine: 'off' });
    expect(await readIgnition({ client })).toBe('off');
  });
});

describe('the energy mode', () => {
  it.each([
    ['00', 'none'],
    ['01', 'production'],
    ['02', 'transport'],
    ['03', 'flash'],
    ['07', undefined],
  ])('%s is %s', async (hex, name) => {
    holds({ '10 100A': hex });
    expect(await readEnergyMode({ client })).toEqual({ value: Number.parseInt(hex, 16), name, source: 0x10 });
  });

  it('is asked of others where the gateway does not tell it, and unknown where none does', async () => {
    holds({ '60 100A': '02' });
    expect(await readEnergyMode({ client })).toEqual({ value: 2, name: 'transport', source: 0x60 });
    holds({});
    expect(await readEnergyMode({ client })).toBeUndefined();
  });
});

describe('the mileage', () => {
  it('is the cluster’s own, else the one that it shows', async () => {
    holds({ '60 D10D': '0001B7000001B6FF', '60 D122': '00000001' });
    expect(await readMileageKm({ client })).toBe(112_384);
    // Four bytes as a recorded G31 gives them.
    holds({ '60 D122': '000151C5' });
    expect(await readMileageKm({ client })).toBe(86_469);
  });

  it('is unknown where the cluster does not tell it whole', async () => {
    holds({ '60 D122': '0001' });
    expect(await readMileageKm({ client })).toBeUndefined();
  });
});
