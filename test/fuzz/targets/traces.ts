import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { escapeText } from '../../../src/cli/escape.ts';
import { equalBytes, KombiError } from '../../../src/core/index.ts';
import {
  decodeTrace,
  encodeTrace,
  encodeTraceCapture,
  encodeTraceEvent,
  exchangesOfTrace,
  redactTrace,
  type TraceEvent,
} from '../../../src/recording/index.ts';
import { createReplay } from '../../../src/transport/trace/index.ts';
import { HOSTILE_TEXTS } from '../hostile.ts';
import type { Random } from '../random.ts';
import { demand, type Target, textTarget } from '../target.ts';

const FOLDER = fileURLToPath(new URL('../../../fixtures/traces/', import.meta.url));
/** Short ones, so that what is wrong with an input stands for much of it. */
const SAMPLES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.trace'))
  .map((file) =>
    readFileSync(FOLDER + file, 'latin1')
      .split('\n')
      .slice(0, 14)
      .join('\n'),
  );

const LINES = [
  '0.0 = open ENET payload=65534 functional=yes duplex=yes proven=yes',
  '1.0 = open X payload=0 functional=no duplex=no proven=no voltage=0 firmware=\\u001b[2J',
  '2.0 > 60 22 F1 90',
  '2.0 < 60 62 F1 90 57 42 41 36 43 39 32 30 31 30 44 30 30 30 30 30 31',
  '2.5 < 60 62 F1 8C 01 02 03 04 05 06 07 08 09 10',
  '3.0 > DF 3E 80',
  '4.0 < 60 7F 22 78',
  '5.0 = silence',
  '999999999999.999999 = silence',
  '6.0 = ignition on',
  '7.0 = proved no',
  '8.0 = failed send link.no-ack 8 gone',
  '8.0 = failed receive link.closed 0 \\"\\\\',
  '8.0 = failed open bug.x 999 \\u202e',
  '9.0 = close',
  '# redacted: yes',
  '',
];

function madeUp(random: Random): string {
  const lines = ['# kombi-trace 1'];
  for (let left = random.below(12); left > 0; left -= 1) {
    const line = random.pick(LINES);
    lines.push(random.oneIn(12) ? line.replace(random.pick([' ', '.', '2', '=']), random.pick(HOSTILE_TEXTS)) : line);
  }
  return `${lines.join('\n')}${random.oneIn(4) ? '' : '\n'}`;
}

const textOf = (event: TraceEvent) => encodeTraceEvent(event);

function take(input: string): void {
  const trace = decodeTrace(Buffer.from(input, 'latin1'));
  const written = encodeTrace(trace);
  demand(escapeText(written.replaceAll('\n', '')) === written.replaceAll('\n', ''), 'it writes what acts on a screen');
  const again = decodeTrace(Buffer.from(written));
  demand(trace.events.map(textOf).join('') === again.events.map(textOf).join(''), 'it writes otherwise than it reads');
  const { events } = redactTrace(trace);
  demand(events.length === trace.events.length, 'redaction loses events');
  for (const [index, event] of events.entries()) {
    const before = trace.events[index];
    if ('payload' in event)
      demand(before !== undefined && 'payload' in before && before.payload.length === event.payload.length, 'of another length');
  }
  for (const { request } of exchangesOfTrace(trace.events)) demand(request.length > 0, 'a question of no bytes');
  demand(encodeTraceCapture(trace, 'hsfz').length % 4 === 0, 'a capture of no whole blocks');
}

/** Asks what is expected and what is not, and takes whatever comes. */
async function play(input: string): Promise<void> {
  const trace = decodeTrace(Buffer.from(input, 'latin1'));
  const replay = createReplay(trace, 'it');
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof KombiError)) throw error;
      demand(error.exit > 0, 'a failure that is none');
      return undefined;
    }
  };
  await attempt(() => replay.open());
  for (const event of trace.events.slice(0, 12)) {
    if (event.kind === 'sent') await attempt(() => replay.send(event.ecu, event.payload));
    else if (event.kind === 'received') {
      const message = (await attempt(async () => replay.receive(Number.NEGATIVE_INFINITY))) as typeof event | undefined;
      demand(
        message === undefined || trace.events.some((known) => 'payload' in known && equalBytes(known.payload, message.payload)),
        'an answer that was never given',
      );
    } else await attempt(() => (event.kind === 'close' ? replay.close() : replay.ignition()));
  }
  await replay.dispose();
}

/** Recordings that somebody has sent. */
export const TRACE_TARGETS: readonly Target[] = [
  textTarget({ name: 'trace', errors: ['usage', 'trace'], samples: SAMPLES, make: madeUp, parse: take }),
  textTarget({ name: 'trace-replay', waits: true, errors: ['usage', 'trace'], samples: SAMPLES, make: madeUp, parse: play }),
];
