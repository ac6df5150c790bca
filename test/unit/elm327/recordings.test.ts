import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ecuAddress, fromHex, toHex, VirtualClock } from '../../../src/core/index.ts';
import { createElm327Transport } from '../../../src/transport/elm327/index.ts';
import { FakeAdapter } from './fake-adapter.ts';

/** What an adapter printed after one request to one ECU. */
interface Recording {
  readonly ecu: string;
  readonly request: string;
  readonly lines: readonly string[];
}

/**
 * Plays a recording: everything up to a first frame after the request, the rest after our flow control. Gives the answer
 * that names the identifier asked for.
 */
async function play({ ecu, request, lines }: Recording): Promise<string | undefined> {
  const needsFlowControl = (line: string) => /^6..F11/.test(line.replaceAll(' ', ''));
  const firstFrame = lines.findIndex(needsFlowControl);
  const print = (part: readonly string[]) => part.map((line) => `${line}\r`).join('');
  const adapter = new FakeAdapter((line) => {
    if (line === `${ecu}03${request}`) return print(firstFrame < 0 ? lines : lines.slice(0, firstFrame + 1));
    if (line.startsWith(`${ecu}30`)) return `${print(lines.slice(firstFrame + 1))}\r>`;
    return undefined;
  }, 5);
  const transport = createElm327Transport({
    open: adapter.open,
    clock: new VirtualClock(),
    description: 'a recording',
    portName: undefined,
  });
  await transport.open();
  await transport.send(ecuAddress(Number.parseInt(ecu, 16)), fromHex(request));
  for (;;) {
    const message = await transport.receive(transport.clock.now() + 1000);
    if (message === undefined) return undefined;
    const payload = toHex(message.payload);
    if (payload.startsWith(`62${request.slice(2)}`)) return payload;
  }
}

/** The same, by plain cutting of text: an oracle that shares nothing with the transport. */
function expectedAnswer({ ecu, request, lines }: Recording): string {
  const frames = lines.map((line) => line.replaceAll(' ', '')).filter((line) => line.startsWith(`6${ecu}F1`));
  const did = request.slice(2);
  const single = frames.find((line) => line[5] === '0' && line.slice(7, 13) === `62${did}`);
  if (single !== undefined) return single.slice(7, 7 + 2 * Number.parseInt(single.slice(5, 7), 16));
  const begin = frames.findIndex((line) => line[5] === '1' && line.slice(9, 15) === `62${did}`);
  const first = frames[begin] ?? '';
  const rest = frames.slice(begin + 1).map((line) => line.slice(7));
  return (first.slice(9) + rest.join('')).slice(0, 2 * Number.parseInt(first.slice(6, 9), 16));
}

describe('adapter output of the recorded shapes', () => {
  it.each<[string, Recording, string]>([
    ['a short frame', { ecu: '60', request: '22F186', lines: ['660F10462F18601'] }, '62F18601'],
    [
      'a stale answer before',
      { ecu: '60', request: '22F100', lines: ['660F10462F18601', '660F1100962F1000102', '660F121030405060708'] },
      '62F100010203040506',
    ],
    [
      'an echo before',
      { ecu: '60', request: '22F100', lines: ['22F100', '660F1100962F1000102', '660F12103040506FFFF'] },
      '62F100010203040506',
    ],
    ['an echo with a digit', { ecu: '60', request: '22F186', lines: ['22F1861', '660F10462F18601'] }, '62F18601'],
    [
      'spaces, the last one trailing',
      { ecu: '60', request: '22F100', lines: ['660 F1 10 09 62 F1 00 01 02 ', '660 F1 21 03 04 05 06 FF FF '] },
      '62F100010203040506',
    ],
  ])('%s', async (_, recording, answer) => {
    expect(expectedAnswer(recording)).toBe(answer);
    expect(await play(recording)).toBe(answer);
  });
});

const folder = fileURLToPath(new URL('../../../../shared/data/elm327/', import.meta.url));
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.yaml')) : [];

/** The `response` values of a file, whichever of YAML's ways they are written in. */
function recordingsOf(name: string): Recording[] {
  const text = readFileSync(folder + name, 'utf8');
  const id = /^command_id: 6F1\.6(..)\.([0-9A-F]+)\|/m.exec(text);
  const responses = text.matchAll(/^ {2}response: (?:\|-\n((?: {4}.*\n?)+)|"([^"]*)"|'([^']*)'|(\S+)$)/gm);
  return [...responses].map(([, block, quoted, single, plain]) => {
    const content = block ?? quoted?.replace(/\n +/g, ' ').replaceAll('\\n', '\n') ?? single ?? plain ?? '';
    return {
      ecu: id?.[1] ?? '',
      request: id?.[2] ?? '',
      lines: content
        .trim()
        .split('\n')
        .map((line) => line.replace(/^ +/, '')),
    };
  });
}

describe.skipIf(files.length === 0)('recordings of real cars (skipped where ../shared/data/elm327 is not there)', () => {
  it.each(files)('%s gives the answer to its request, every time', async (name) => {
    const recordings = recordingsOf(name);
    expect(recordings).toHaveLength(readFileSync(folder + name, 'utf8').split('response:').length - 1);
    for (const recording of recordings) {
      const answer = expectedAnswer(recording);
      expect(answer.startsWith(`62${recording.request.slice(2)}`)).toBe(true);
      expect(await play(recording)).toBe(answer);
    }
  });
});
