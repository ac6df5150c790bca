import { describe, expect, it } from 'vitest';
import { type EcuAddress, fromHex } from '../../../src/core/index.ts';
import { compareFaults, type StoredFault, wasKept } from '../../../src/job/index.ts';

const fault = (code: string, status: number, extendedData = '01000201', ecu = 0x61): StoredFault => ({
  ecu: ecu as EcuAddress,
  code,
  status,
  statusAvailability: 0x7f,
  meaning: undefined,
  details: { snapshots: fromHex('0101170000C350'), extendedData: fromHex(extendedData) },
});
const PRESENT = 0x2f;
const STORED = 0x28;

describe('trouble codes before and after', () => {
  it('are gone, there or new, by ECU and code together', () => {
    const before = [fault('B7F341', STORED), fault('B7F341', STORED, '', 0x60), fault('026108', STORED)];
    const after = [fault('B7F341', PRESENT), fault('B7F343', STORED)];
    const { gone, there, added } = compareFaults(before, after);
    expect(gone.map(({ ecu, code }) => `${ecu.toString(16)} ${code}`)).toEqual(['60 B7F341', '61 026108']);
    expect(there).toEqual([after[0]]);
    expect(added).toEqual([after[1]]);
  });

  it.each([
    ['all is as it was, and the ECU said that it cleared it', STORED, STORED, '01000201', true, true],
    ['it fails now: it has come back', PRESENT, PRESENT, '01000201', true, false],
    ['it fails now, and the ECU did not say that it cleared it', PRESENT, PRESENT, '01000201', false, true],
    ['its records are new', STORED, STORED, '01000202', true, false],
    ['its status is new', STORED, 0x08, '01000201', true, false],
  ])('were never cleared, or were: %s', (_when, old, status, extendedData, saidYes, kept) => {
    expect(wasKept(fault('B7F341', status, extendedData), [fault('B7F341', old)], saidYes)).toBe(kept);
  });

  it('were not kept where they were not there', () => {
    expect(wasKept(fault('B7F341', STORED), [], true)).toBe(false);
  });
});
