import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/core/index.ts';
import {
  encodeHsfzDiagnostic,
  encodeHsfzFrame,
  HSFZ_MAX_BODY_BYTES,
  HsfzControl,
  HsfzReceiveBuffer,
  takeHsfzFrame,
} from '../../../src/transport/enet/index.ts';

/** Public test vectors: scapy hsfz.uts, gallia test_hsfz.py, EdiabasLib, hsfz-toolkit (see bmw-diagnostics §1.1). */
const VECTORS = [
  { name: 'a request', control: HsfzControl.diagnostic, hex: '00000005 0001 F410 22F150', body: 'F41022F150' },
  { name: 'its acknowledgement', control: HsfzControl.acknowledge, hex: '00000005 0002 F410 22F150', body: 'F41022F150' },
  { name: 'the ack of tester-present', control: HsfzControl.acknowledge, hex: '00000004 0002 F410 3E80', body: 'F4103E80' },
  { name: 'a cut ack', control: HsfzControl.acknowledge, hex: '00000007 0002 F440 310110010A', body: 'F440310110010A' },
  { name: 'terminal 15 asked', control: HsfzControl.terminal15, hex: '00000000 0010', body: '' },
  { name: 'terminal 15 told', control: HsfzControl.terminal15, hex: '00000001 0010 05', body: '05' },
  { name: 'an alive check', control: HsfzControl.aliveCheck, hex: '00000002 0012 F400', body: 'F400' },
  { name: 'a wrong tester address', control: HsfzControl.incorrectTesterAddress, hex: '00000002 0040 FFF4', body: 'FFF4' },
];

const bytesOf = (hex: string) => fromHex(hex);

describe('HSFZ frames', () => {
  it.each(VECTORS)('reads and writes $name', ({ control, hex, body }) => {
    const frame = takeHsfzFrame(bytesOf(hex));
    expect(frame).toMatchObject({ control, end: bytesOf(hex).length });
    expect(toHex(frame?.body ?? bytesOf('FF'))).toBe(body);
    expect(toHex(encodeHsfzFrame(control, bytesOf(body)))).toBe(hex.replaceAll(' ', ''));
  });

  it('frames a diagnostic message with its addresses', () => {
    expect(toHex(encodeHsfzDiagnostic(0xf4, 0x40, bytesOf('31 01 10 01 0A 0A 43')))).toBe('000000090001F4403101' + '10010A0A43');
  });

  it.each(['FFFFFFFF 0001', '80000000 0001', '00010001 0001'])('refuses the length of %s from the header alone', (hex) => {
    expect(() => takeHsfzFrame(bytesOf(hex))).toThrowError(expect.objectContaining({ code: 'link.hsfz-malformed', exit: 8 }));
  });

  it('refuses a control word that does not exist', () => {
    expect(() => takeHsfzFrame(bytesOf('00000002 4854 5450'))).toThrowError(expect.objectContaining({ code: 'link.hsfz-malformed' }));
  });

  it('takes the largest body and not a byte more', () => {
    const largest = encodeHsfzFrame(HsfzControl.diagnostic, new Uint8Array(HSFZ_MAX_BODY_BYTES));
    expect(takeHsfzFrame(largest)?.body.length).toBe(HSFZ_MAX_BODY_BYTES);
    expect(() => takeHsfzFrame(encodeHsfzFrame(HsfzControl.diagnostic, new Uint8Array(HSFZ_MAX_BODY_BYTES + 1)))).toThrow('65537 bytes');
  });
});

describe('the receive buffer', () => {
  it('hands frames that lie whole in a chunk over without copying them', () => {
    const chunk = encodeHsfzFrame(HsfzControl.diagnostic, bytesOf('60F46EF190'));
    new HsfzReceiveBuffer().push(chunk, (frame) => expect(frame.body.buffer).toBe(chunk.buffer));
    expect.assertions(1);
  });

  it('knows whether a frame has begun', () => {
    const buffer = new HsfzReceiveBuffer();
    const frame = encodeHsfzFrame(HsfzControl.diagnostic, bytesOf('60F46EF190'));
    buffer.push(frame.subarray(0, 7), () => {});
    expect(buffer.insideFrame).toBe(true);
    buffer.push(frame.subarray(7), () => {});
    expect(buffer.insideFrame).toBe(false);
  });
});
