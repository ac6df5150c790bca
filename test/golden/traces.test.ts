import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formatEcuAddress, type KombiError, toHex } from '../../src/core/index.ts';
import {
  decodeEdiText,
  decodeTrace,
  encodeEdiText,
  encodeTrace,
  encodeTraceCapture,
  exchangesOfTrace,
  redactTrace,
  type Trace,
  type TraceEvent,
} from '../../src/recording/index.ts';
import { createReplay } from '../../src/transport/trace/index.ts';

const FOLDER = fileURLToPath(new URL('../../fixtures/traces/', import.meta.url));
const AMPLE_MS = 60_000;
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.trace'));

/** Does with a replay what the events say was done, and gives what comes of it in their words. */
async function play(trace: Trace): Promise<readonly string[]> {
  const replay = createReplay(trace, 'it');
  const told: string[] = [];
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      told.push(`failed ${(error as KombiError).code}`);
    }
  };
  const receive = async () => {
    const message = await replay.receive(replay.clock.now() + AMPLE_MS);
    told.push(message === undefined ? 'silence' : `< ${formatEcuAddress(message.source)} ${toHex(message.payload)}`);
  };
  for (const [index, event] of trace.events.entries()) {
    const fails = (step: string) => event.kind === 'failed' && event.step === step;
    if (event.kind === 'open' || fails('open')) await attempt(() => replay.open());
    else if (event.kind === 'close') await replay.close();
    else if (event.kind === 'sent') {
      // What was sent again after it had failed is told by the failure behind it.
      await attempt(() => replay.send(event.ecu, event.payload));
    } else if (event.kind === 'received' || event.kind === 'silence' || fails('receive')) await attempt(receive);
    else if (event.kind === 'ignition') told.push(`ignition ${await replay.ignition()}`);
    else if (event.kind === 'proved') told.push(`proved ${await replay.proveWrites?.(0x60 as never)}`);
    else if (!fails('send')) throw new Error(`event ${index} is not played`);
  }
  await replay.dispose();
  return told;
}

function asTold(event: TraceEvent): string | undefined {
  switch (event.kind) {
    case 'received':
      return `< ${formatEcuAddress(event.ecu)} ${toHex(event.payload)}`;
    case 'silence':
      return 'silence';
    case 'failed':
      return `failed ${event.code}`;
    case 'ignition':
      return `ignition ${event.ignition}`;
    case 'proved':
      return `proved ${event.proven}`;
    default:
      return undefined;
  }
}

describe('the traces in fixtures', () => {
  it('are all told of', () => {
    const told = [...readFileSync(`${FOLDER}README.md`, 'utf8').matchAll(/^\| `(.*?)` \|/gm)].map(([, name]) => name);
    expect(new Set(told)).toEqual(new Set(files));
  });

  describe.each(files)('%s', (file) => {
    const bytes = readFileSync(FOLDER + file);
    const trace = decodeTrace(bytes, file);

    it('is written again as it stands', () => {
      const text = bytes.toString('latin1');
      expect(encodeTrace(trace)).toBe(trace.torn ? text.slice(0, text.lastIndexOf('\n') + 1) : text);
    });

    it('plays what was recorded', async () => {
      expect(await play(trace)).toEqual(trace.events.map(asTold).filter((told) => told !== undefined));
    });

    it('goes to EdiabasLib and back', () => {
      const exchanges = exchangesOfTrace(trace.events);
      expect(exchanges.length).toBeGreaterThan(0);
      expect(decodeEdiText(encodeEdiText(exchanges)).exchanges).toEqual(exchanges);
    });

    it('holds the VIN of a mock car, and redacted none', () => {
      const vins = (text: string) => [...new Set(text.match(/57 42 41 36(?: [34]\d){13}/g) ?? [])];
      const ofTheMock = Buffer.from('WBA6C92010D000001')
        .toString('hex')
        .replace(/..(?=.)/g, '$& ');
      expect(vins(encodeTrace(trace))).toEqual(trace.header.redacted ? [] : [ofTheMock]);
      expect(vins(encodeTrace(redactTrace(trace)))).toEqual([]);
      expect(encodeTraceCapture(trace, 'hsfz').length).toBeGreaterThan(bytes.length / 4);
    });
  });
});
