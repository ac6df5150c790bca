import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EcuAddress } from '../../../src/core/index.ts';
import { KombiError } from '../../../src/core/index.ts';
import {
  decodeTrace,
  encodeTrace,
  exchangesOfTrace,
  MAX_TRACE_BYTES,
  type TracedLink,
  type TraceEvent,
  type TraceHeader,
  traceOfExchanges,
} from '../../../src/recording/index.ts';

// fast-check prints the seed of a failure; KOMBI_SEED replays it.
const seed = Number(process.env['KOMBI_SEED'] ?? 6801);

const bytes = (text: string) => new TextEncoder().encode(text);
const HEAD = '# kombi-trace 1\n';
const decode = (text: string) => decodeTrace(bytes(text), 'it');

function errorOf(work: () => unknown): KombiError {
  try {
    work();
  } catch (error) {
    if (error instanceof KombiError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const text = fc.string({ unit: 'binary', maxLength: 30 });
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
/** Without the keys of which nothing is told. */
const compact = <Value extends object>(value: Value): Value =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Value;
const header = fc
  .record({ tool: optional(text), date: optional(text), link: optional(text), redacted: fc.boolean() })
  .map((each) => compact(each) as TraceHeader);
const link = fc
  .record({
    adapter: fc.constantFrom('ENET', 'ELM327', 'X'),
    firmware: optional(text),
    voltage: optional(fc.integer({ min: 0, max: 200 }).map((tenths) => tenths / 10)),
    maxPayloadBytes: fc.nat(70_000),
    functionalAddressing: fc.boolean(),
    keepAliveDuringRequest: fc.boolean(),
    writesProven: fc.boolean(),
  })
  .map((each) => compact(each) as TracedLink);
const ms = fc.nat(10_000_000).map((tenths) => tenths / 10);
const message = fc.record({
  ms,
  kind: fc.constantFrom('sent' as const, 'received' as const),
  ecu: fc.nat(255) as fc.Arbitrary<EcuAddress>,
  payload: fc.uint8Array({ minLength: 1, maxLength: 40 }),
});
const event: fc.Arbitrary<TraceEvent> = fc.oneof(
  message,
  fc.record({ ms, kind: fc.constant('open' as const), link }),
  fc.record({ ms, kind: fc.constantFrom('silence' as const, 'close' as const) }),
  fc.record({ ms, kind: fc.constant('ignition' as const), ignition: fc.constantFrom('on' as const, 'off' as const, 'unknown' as const) }),
  fc.record({ ms, kind: fc.constant('proved' as const), proven: fc.boolean() }),
  fc.record({
    ms,
    kind: fc.constant('failed' as const),
    step: fc.constantFrom('open' as const, 'send' as const, 'receive' as const, 'proof' as const),
    code: fc.constantFrom('link.no-ack', 'ecu.absent'),
    exit: fc.nat(255),
    message: text,
  }),
);

describe('the trace format', () => {
  it('reads what it writes', () => {
    fc.assert(
      fc.property(header, fc.array(event, { maxLength: 8 }), (head, events) => {
        const whole = encodeTrace({ header: head, events });
        expect(whole).toMatch(/^[\x20-\x7e\n]*$/);
        const back = decode(whole);
        const plain = back.events.map(({ line: _line, ...each }) => each);
        expect({ header: back.header, events: plain, torn: back.torn }).toEqual({ header: head, events, torn: false });
        expect(decode(whole.replaceAll('\n', '\r\n'))).toEqual(back);
      }),
      { seed },
    );
  });

  it('passes over comments and empty lines, and counts them', () => {
    const trace = decode(`${HEAD}# redacted: yes\n# by hand: nothing\n\n0 > 60 22 F1 90\n# tool: no header any more\n1.25 < 60 7f 22 31\n`);
    expect(trace.header).toEqual({ redacted: true });
    expect(trace.events.map(({ line, ms: at }) => [line, at])).toEqual([
      [5, 0],
      [7, 1.25],
    ]);
  });

  it.each([
    ['nothing', '', /is empty/],
    ['another file', 'hello\n', /no trace of kombi/],
    ['a format 0', '# kombi-trace 0\n', /format 0/],
    ['an odd digit', `${HEAD}1.0 > 60 22 F1 9\n`, /line 2: a message is bytes/],
    ['no bytes', `${HEAD}1.0 > 60\n`, /line 2/],
    ['two spaces', `${HEAD}\n1.0 > 60 22  F1\n`, /line 3/],
    ['no address', `${HEAD}1.0 > 600 22\n`, /line 2: an ECU address/],
    ['no time', `${HEAD}> 60 22\n`, /line 2: an event is/],
    ['a time before the first', `${HEAD}-1 > 60 22\n`, /line 2/],
    ['an unknown event', `${HEAD}1 = opened\n`, /line 2: "= opened"/],
    ['a link that tells nothing of itself', `${HEAD}1 = open ENET\n`, /line 2: "= open"/],
    ['an escape that is none', `${HEAD}1 = failed send link.x 8 a\\z\n`, /line 2: a backslash/],
    ['a redaction that is neither', `${HEAD}# redacted: perhaps\n`, /line 2: redacted/],
  ])('refuses %s, naming the line', (_, given, told) => {
    const error = errorOf(() => decode(given));
    expect(error.message).toMatch(told);
    expect([error.code, error.exit]).toEqual(['usage.trace', 2]);
  });

  it('refuses what a newer program wrote', () => {
    const error = errorOf(() => decode('# kombi-trace 2\nwho knows\n'));
    expect([error.code, error.exit]).toEqual(['trace.newer-format', 10]);
  });

  it('refuses more than it may hold', () => {
    expect(errorOf(() => decodeTrace(new Uint8Array(MAX_TRACE_BYTES + 1))).message).toMatch(/bytes/);
    expect(errorOf(() => decode(HEAD + '0 = close\n'.repeat(500_001))).message).toMatch(/events/);
  });

  it.each(['1.0 < 60 62 F1 90 41', '1.0 < 60 62 F', '1.0 <', '1', '1.0 = failed rec'])(
    'leaves out a last line that was cut off: %s',
    (last) => {
      const { events, torn } = decode(`${HEAD}0.0 > 60 22 F1 90\n${last}`);
      expect(torn).toBe(true);
      expect(events.map(({ kind }) => kind)).toEqual(['sent']);
    },
  );
});

describe('a trace without times', () => {
  const exchanges = (lines: string) => exchangesOfTrace(decode(HEAD + lines).events);

  it('holds each question with its own answers', () => {
    const found = exchanges(
      ['0 > DF 22 F1 50', '1 < 10 62 F1 50 01', '2 < 60 62 F1 50 02', '3 > 60 22 30 00', '4 < 60 7F 22 78', '5 < 60 62 30 00 AA', ''].join(
        '\n',
      ),
    );
    expect(found).toMatchObject([
      { target: 0xdf, functional: true, answers: [{ source: 0x10 }, { source: 0x60 }] },
      { target: 0x60, functional: false, answers: [{ payload: Uint8Array.of(0x7f, 0x22, 0x78) }, { source: 0x60 }] },
    ]);
    expect(exchangesOfTrace(traceOfExchanges(found))).toEqual(found);
  });

  it('leaves out what never left, what answers nothing, and keep-alives', () => {
    const found = exchanges(
      [
        '0 > 60 22 30 00',
        '1 = failed send link.no-ack 8 lost',
        '2 > DF 3E 80',
        '3 > 60 22 30 01',
        '4 < 61 62 30 01 BB',
        '5 < 60 62 30 01 AA',
        '6 > DF 3E 80',
        '7 < 60 50 03',
        '',
      ].join('\n'),
    );
    expect(found).toEqual([
      {
        target: 0x60,
        functional: false,
        request: Uint8Array.of(0x22, 0x30, 0x01),
        answers: [{ source: 0x60, payload: Uint8Array.of(0x62, 0x30, 0x01, 0xaa) }],
      },
    ]);
  });
});
