import { formatEcuAddress, toHex } from '../core/index.ts';
import { TRACE_MAGIC, TRACE_VERSION, type Trace, type TracedLink, type TraceEvent, type TraceHeader } from './trace.ts';

/** A whole trace as text. @see Trace */
export function encodeTrace({ header, events }: Pick<Trace, 'header' | 'events'>): string {
  return encodeTraceHeader(header) + events.map(encodeTraceEvent).join('');
}

/** The lines above the events, the last one's end included. */
export function encodeTraceHeader({ tool, date, link, redacted }: TraceHeader): string {
  const lines = [`${TRACE_MAGIC}${TRACE_VERSION}`];
  for (const [key, value] of Object.entries({ tool, date, link })) {
    if (value !== undefined) lines.push(`# ${key}: ${escaped(value)}`);
  }
  lines.push(`# redacted: ${redacted ? 'yes' : 'no'}`);
  return `${lines.join('\n')}\n`;
}

/** The line of one event, its end included. The time is rounded to a tenth of a millisecond. */
export function encodeTraceEvent(event: TraceEvent): string {
  return `${Math.max(0, event.ms).toFixed(1)} ${body(event)}\n`;
}

function body(event: TraceEvent): string {
  switch (event.kind) {
    case 'sent':
      return `> ${formatEcuAddress(event.ecu)} ${toHex(event.payload, ' ')}`;
    case 'received':
      return `< ${formatEcuAddress(event.ecu)} ${toHex(event.payload, ' ')}`;
    case 'open':
      return `= open ${describeLink(event.link)}`;
    case 'ignition':
      return `= ignition ${event.ignition}`;
    case 'proved':
      return `= proved ${yesNo(event.proven)}`;
    case 'failed':
      return `= failed ${event.step} ${event.code} ${event.exit} ${escaped(event.message)}`;
    case 'silence':
    case 'close':
      return `= ${event.kind}`;
  }
}

function describeLink(link: TracedLink): string {
  const words = [
    link.adapter,
    `payload=${link.maxPayloadBytes}`,
    `functional=${yesNo(link.functionalAddressing)}`,
    `duplex=${yesNo(link.keepAliveDuringRequest)}`,
    `proven=${yesNo(link.writesProven)}`,
  ];
  if (link.voltage !== undefined) words.push(`voltage=${link.voltage}`);
  if (link.firmware !== undefined) words.push(`firmware=${escaped(link.firmware)}`);
  return words.join(' ');
}

function yesNo(value: boolean): 'yes' | 'no' {
  return value ? 'yes' : 'no';
}

/** As inside a JSON string, but for the quotation marks: no character of an ECU's text acts on who looks at the file. */
function escaped(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
