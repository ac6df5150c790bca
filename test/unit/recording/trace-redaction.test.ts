import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EcuAddress, fromHex, toHex } from '../../../src/core/index.ts';
import { decodeTrace, encodeTrace, redactTrace, type TracedMessage, type TraceEvent } from '../../../src/recording/index.ts';
import { openTraceFile } from '../../../src/transport/trace/index.ts';

const VIN = 'WBA6C92010D000001';
const LAST_SEVEN = VIN.slice(-7);
const SERIAL = '8K20A41207';
const ascii = (text: string) => toHex(new TextEncoder().encode(text));
const message = (kind: TracedMessage['kind'], hex: string): TraceEvent => ({ kind, ms: 1, ecu: 0x60 as EcuAddress, payload: fromHex(hex) });
const answer = (hex: string) => message('received', hex);

const TOLD = answer(`62F190${ascii(VIN)}`);
const SERIAL_TOLD = answer(`62F18C${ascii(SERIAL)}`);

/** What a file must not hold, in any of the ways a person would search for it. */
function leaks(content: string): readonly string[] {
  const needles = [VIN, LAST_SEVEN, SERIAL].flatMap((secret) => [secret, ascii(secret), ascii(secret).replace(/..(?=.)/g, '$& ')]);
  return needles.filter((needle) => content.toUpperCase().includes(needle));
}

const redacted = (...events: readonly TraceEvent[]) => {
  const trace = { header: { link: `car ${VIN}`, redacted: false }, events, torn: false };
  return encodeTrace(redactTrace(trace));
};

describe('redaction', () => {
  it.each([
    ['in the middle of an order', `623F060042${ascii(VIN)}00140001`],
    ['in a coding proof stamp', `6237FE2611200102030102030405${ascii(LAST_SEVEN)}`],
    ['in a block', `623010${ascii(LAST_SEVEN)}`],
    ['in a block that is written', `2E3010${ascii(LAST_SEVEN)}`],
    ['in small letters', `6237FF${ascii(VIN.toLowerCase())}`],
    ['twice', `62300100${ascii(VIN)}FF${ascii(VIN)}00`],
    ['with the serial number across it', `623001${ascii(`${SERIAL}${VIN}`)}`],
  ])('takes the VIN out %s, and keeps every length', (_, hex) => {
    for (const events of [
      [TOLD, SERIAL_TOLD, answer(hex), message('sent', hex)],
      [answer(hex), message('sent', hex), SERIAL_TOLD, TOLD],
    ]) {
      const text = redacted(...events);
      expect(leaks(text)).toEqual([]);
      expect(decodeTrace(new TextEncoder().encode(text)).events.map((event) => 'payload' in event && event.payload.length)).toEqual(
        events.map((event) => 'payload' in event && event.payload.length),
      );
      expect(text).toContain('# redacted: yes');
    }
  });

  it.each([
    ['an E-series answer', `5A90${ascii(VIN)}`],
    ['a discovery answer', ascii(`DIAGADR10BMWMAC001A37000000BMWVIN${VIN}`)],
    ['a block that nobody knows', `62300100${ascii(VIN)}00`],
    ['a stamp, where nobody asked for the VIN', `6237FE${ascii(LAST_SEVEN)}`],
  ])('knows a VIN where it stands: %s', (_, hex) => {
    expect(leaks(redacted(answer(hex), message('sent', `2E3010${ascii(LAST_SEVEN)}`)))).toEqual([]);
  });

  it('takes a binary serial number out, wherever it stands', () => {
    const text = redacted(answer('62F18C01020304050607080910'), answer('6230010001020304050607080910FF'));
    expect(text).not.toContain('01 02 03 04 05');
    expect(text).toContain('62 30 01 00 00 00 00 00 00 00 00 00 00 00 FF');
  });

  it('takes it out of what errors say and of where the link led', () => {
    const text = redacted(TOLD, { kind: 'failed', ms: 2, step: 'receive', code: 'link.x', exit: 8, message: `not ${VIN}` });
    expect(leaks(text)).toEqual([]);
    expect(text).toContain('not XXXXXXXXXXXXXXXXX');
  });

  it('leaves alone what is no secret', () => {
    const harmless = [
      answer('62F19030303030303030303030303030303030'),
      answer('62F18C00000000000000000000'),
      answer(`62300A${'FF'.repeat(32)}`),
    ];
    expect(redactTrace({ header: { redacted: false }, events: harmless, torn: false }).events).toEqual(harmless);
  });
});

describe('redaction while recording', () => {
  let folder = '';
  const file = () => join(folder, 'live.trace');
  const sink = () => openTraceFile({ path: file(), redact: true, onProblem: (error) => expect(error).toBeUndefined() });
  const content = () => readFileSync(file(), 'latin1');
  const BLOCK = answer(`623010${ascii(LAST_SEVEN)}`);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kombi-trace-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('holds back what comes before the VIN, and writes at once from then on', () => {
    const trace = sink();
    trace.begin({ redacted: false });
    trace.add(BLOCK);
    expect(content()).not.toContain('62 30 10');
    trace.add(TOLD);
    expect(content().match(/^1\.0/gm)).toHaveLength(2);
    expect(leaks(content())).toEqual([]);
    trace.add(message('sent', '22F150'));
    expect(content()).toMatch(/> 60 22 F1 50\n$/);
    trace.close();
  });

  it('goes back to lines that stand there already when a serial number is told', () => {
    const trace = sink();
    trace.begin({ redacted: false });
    trace.add(TOLD);
    trace.add(answer(`623001${ascii(SERIAL)}FF`));
    trace.add(message('sent', '22F18C'));
    trace.add(SERIAL_TOLD);
    expect(leaks(content())).toEqual([]);
    expect(content()).toContain(`62 30 01 ${'30 '.repeat(10)}FF\n`);
    expect(decodeTrace(readFileSync(file())).events).toHaveLength(4);
    trace.close();
  });

  it('is not stopped by a car that tells no VIN', () => {
    const trace = sink();
    trace.begin({ redacted: false });
    for (let left = 64; left > 0; left -= 1) trace.add(message('sent', '22F190'));
    expect(content().match(/^1\.0/gm)).toHaveLength(64);
    trace.add(BLOCK);
    trace.add(TOLD);
    trace.close();
    expect(leaks(content())).toEqual([]);
  });

  it('writes what it held when the session ends', () => {
    const trace = sink();
    trace.begin({ redacted: false });
    trace.add(BLOCK);
    trace.close();
    expect(content()).toContain('62 30 10 58 58 58 58 58 58 58');
    expect(existsSync(file())).toBe(true);
  });
});
