import { writeFileSync } from 'node:fs';
import { KombiError, messageOf } from '../../../core/index.ts';
import {
  type CaptureFraming,
  encodeEdiText,
  encodeTrace,
  encodeTraceCapture,
  exchangesOfTrace,
  isTracedMessage,
  redactTrace,
  type Trace,
} from '../../../recording/index.ts';
import type { CommandSpec } from '../../command.ts';
import { escapeText } from '../../escape.ts';
import type { Input } from '../../input.ts';
import { isSameFile } from '../../same-file.ts';
import { loadSession } from '../../session-file.ts';

const FORMATS = ['trace', 'txt', 'pcapng'] as const;
type Format = (typeof FORMATS)[number];
const FRAMINGS: readonly CaptureFraming[] = ['doip', 'hsfz'];

export const convert: CommandSpec = {
  name: 'convert',
  summary: 'a recording as another format: a trace, EdiabasLib .txt, pcapng for Wireshark',
  description:
    'The ending of <out> says which: .trace, .txt or .pcapng. EdiabasLib text knows no times and no link. In a capture, Ethernet, TCP and ' +
    'acknowledgements are made up around the recorded messages. Its messages stand in DoIP, which every Wireshark decodes as it is; with ' +
    '--framing hsfz they stand as on the ENET cable, which Wireshark 4.2 and later decode with -d tcp.port==6801,hsfz.',
  arguments: [
    { syntax: '<file>', help: 'a recording: what --trace writes, or EdiabasLib .txt or .sim' },
    { syntax: '<out>', help: 'the file to write; one that exists is replaced' },
  ],
  options: [
    { flags: '--to <format>', help: 'trace, txt or pcapng, where the ending of <out> is another' },
    { flags: '--framing <protocol>', help: 'of a capture: doip (unless given) or hsfz' },
  ],
  examples: [
    'kombi trace convert session.trace session.pcapng',
    'kombi trace convert session.trace session.txt --redact',
    'kombi trace convert g31.txt g31.trace',
  ],
  run: async (context, input) => {
    const [path, out] = [input.required(0), input.required(1)];
    const format = formatOf(input, out);
    const framing = framingOf(input, format);
    const { trace: whole, remarks } = loadSession(path);
    // A conversion leaves things out, so it never replaces what it is made from.
    if (isSameFile(path, out))
      throw new KombiError({ code: 'usage.option', message: `${out} is the recording itself`, hint: 'Name another file.' });
    const trace = context.globals.redact ? redactTrace(whole) : whole;
    save(out, encode(trace, format, framing));
    for (const remark of remarks) await context.say(escapeText(`Note: ${remark}`));
    const messages = trace.events.filter(isTracedMessage).length;
    return {
      result: { path: out, format, messages, redacted: trace.header.redacted, ...(framing === undefined ? {} : { framing }) },
      lines: [escapeText(`${out}: ${messages} messages${trace.header.redacted ? ', VIN and serial numbers left out' : ''}`)],
    };
  },
};

function formatOf(input: Input, out: string): Format {
  const asked = input.text('to') ?? /\.([a-z]+)$/i.exec(out)?.[1]?.toLowerCase();
  const format = FORMATS.find((known) => known === asked);
  if (format !== undefined) return format;
  throw new KombiError({
    code: 'usage.option',
    message: asked === undefined ? `${out} does not say which format it is to be` : `"${asked}" is no format that can be written`,
    hint: 'End the name in .trace, .txt or .pcapng, or add --to.',
  });
}

function framingOf(input: Input, format: Format): CaptureFraming | undefined {
  const asked = input.text('framing');
  if (format !== 'pcapng') {
    if (asked === undefined) return undefined;
    throw new KombiError({ code: 'usage.option', message: '--framing is for captures', hint: 'Write to a .pcapng file, or leave it out.' });
  }
  const framing = FRAMINGS.find((known) => known === (asked ?? 'doip'));
  if (framing === undefined)
    throw new KombiError({ code: 'usage.option', message: `--framing ${asked} is not known`, hint: 'It is doip or hsfz.' });
  return framing;
}

function encode(trace: Trace, format: Format, framing: CaptureFraming | undefined): Uint8Array | string {
  if (format === 'trace') return encodeTrace(trace);
  return format === 'txt' ? encodeEdiText(exchangesOfTrace(trace.events)) : encodeTraceCapture(trace, framing ?? 'doip');
}

/** For its owner alone: who has not redacted has a VIN in it. */
function save(path: string, content: Uint8Array | string): void {
  try {
    writeFileSync(path, content, { mode: 0o600 });
  } catch (error) {
    throw new KombiError({
      code: 'usage.trace',
      message: `${path} cannot be written: ${messageOf(error)}`,
      hint: 'Name a file in a folder of yours.',
    });
  }
}
