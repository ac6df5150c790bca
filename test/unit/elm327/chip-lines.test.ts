import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/index.ts';
import { parseCanLine } from '../../../src/transport/elm327/can-line.ts';
import { chipError } from '../../../src/transport/elm327/chip-texts.ts';

describe('frame lines', () => {
  it.each([
    ['607F1100962DD69FFFF', 0x607, 'F1100962DD69FFFF'],
    ['607F10562DD6891CA', 0x607, 'F10562DD6891CA'],
    ['607 F1 21 05 0C 04 AE FF FF ', 0x607, 'F121050C04AEFFFF'],
    ['660f1300000', 0x660, 'F1300000'],
    ['7DF', 0x7df, ''],
  ])('reads %s', (line, id, data) => {
    const can = parseCanLine(line);
    expect(can?.id).toBe(id);
    expect(toHex(can?.data ?? new Uint8Array())).toBe(data);
  });

  it.each([
    '22DCDD',
    '600322F190',
    'OK',
    'NO DATA',
    '?',
    '',
    '66',
    '607F1100962DD69FFFF00',
    '607F1100962DD69FFFFF0',
    '660F1036E3301<DATA ERROR',
    '\xfc660F1036E3301',
  ])('passes over %j', (line) => {
    expect(parseCanLine(line)).toBeUndefined();
  });
});

describe('what the chip says', () => {
  it.each([
    ['?', 'link.elm327.rejected'],
    ['CAN ERROR', 'link.elm327.can-error'],
    ['BUS BUSY', 'link.elm327.bus-error'],
    ['BUS ERROR', 'link.elm327.bus-error'],
    ['FB ERROR', 'link.elm327.bus-error'],
    ['BUS INIT: ...ERROR', 'link.elm327.no-protocol'],
    ['DATA ERROR', 'link.elm327.data-error'],
    ['660F1036E3301<DATA ERROR', 'link.elm327.data-error'],
    ['660F1036E3301<RX ERROR', 'link.elm327.data-error'],
    ['BUFFER FULL', 'link.elm327.buffer-full'],
    ['660F121FFBUFFER FULL', 'link.elm327.buffer-full'],
    ['UNABLE TO CONNECT', 'link.elm327.no-protocol'],
    ['SEARCHING...', 'link.elm327.no-protocol'],
    ['STOPPED', 'link.elm327.stopped'],
    ['ERR94', 'link.elm327.reset'],
    ['ERR71', 'link.elm327.reset'],
    ['LV RESET', 'link.elm327.reset'],
    ['ACT ALERT', 'link.elm327.reset'],
    ['!LP ALERT', 'link.elm327.reset'],
    ['ELM327 v2.1', 'link.elm327.reset'],
    ['OUT OF MEMORY', 'link.elm327.buffer-full'],
    ['FC RX TIMEOUT', 'link.elm327.no-flow-control'],
    ['UART RX OVERFLOW', 'link.elm327.buffer-full'],
  ])('takes %j for %s', (line, code) => {
    expect(chipError(line)).toMatchObject({ code, exit: 8, vehicle: 'untouched' });
    expect(chipError(line)?.hint).not.toBe('');
  });

  it.each(['OK', 'NO DATA', '660F1036E3301', '22DCDD', 'STN2232 v5.10.3'])('finds nothing wrong with %j', (line) => {
    expect(chipError(line)).toBeUndefined();
  });
});
