import { isTracedMessage, redactTrace } from '../../../recording/index.ts';
import type { CommandSpec } from '../../command.ts';
import { escapeText } from '../../escape.ts';
import { plural } from '../../format.ts';
import { loadSession, type Session } from '../../session-file.ts';
import { wrap } from '../../text.ts';
import { eventResult, traceLines } from '../../trace-text.ts';

export const show: CommandSpec = {
  name: 'show',
  summary: 'a recording in words: who was asked what, and what came back',
  description: 'Takes what --trace records, and recordings of EdiabasLib (.txt, .sim). --redact leaves VIN and serial numbers out.',
  arguments: [{ syntax: '<file>', help: 'the recording' }],
  examples: ['kombi trace show session.trace', 'kombi trace show session.trace --redact --json'],
  run: async (context, input) => {
    const session = loadSession(input.required(0));
    const trace = context.globals.redact ? redactTrace(session.trace) : session.trace;
    const catalog = await context.catalog();
    const style = await context.style();
    const { header, events, torn } = trace;
    const messages = events.filter(isTracedMessage).length;
    const durationMs = Math.max(0, (events.at(-1)?.ms ?? 0) - (events[0]?.ms ?? 0));
    const facts = [
      header.tool,
      header.link,
      header.date,
      plural(messages, 'message'),
      session.format === 'trace' ? `${(durationMs / 1000).toFixed(1)} s` : 'no times',
      header.redacted ? 'redacted' : undefined,
    ];
    const title = facts.filter((fact) => fact !== undefined).map(escapeText);
    return {
      result: {
        ...header,
        format: session.format,
        torn,
        messages,
        durationMs: Math.round(durationMs * 10) / 10,
        remarks: session.remarks,
        events: events.map((event) => eventResult(event, catalog)),
      },
      lines: [
        ...wrap(style.heading(title.join(' · ')), { width: context.width }),
        ...remarkLines(session, context.width),
        '',
        ...traceLines(events, { catalog, style, width: context.width }),
      ],
    };
  },
};

function remarkLines({ remarks }: Session, width: number): string[] {
  return remarks.flatMap((remark) => wrap(escapeText(`Note: ${remark}`), { width, indent: 2 }));
}
