import type { Catalog } from '../catalog/index.ts';
import { formatEcuAddress, printableAscii, readU16, toHex } from '../core/index.ts';
import { isTracedMessage, type TracedMessage, type TraceEvent } from '../recording/index.ts';
import { describeDid, describeNrc, describeService, NEGATIVE_RESPONSE, NRC, POSITIVE_RESPONSE_OFFSET, SERVICE } from '../uds/index.ts';
import { escapeText } from './escape.ts';
import { ecuTitle } from './format.ts';
import type { Style } from './style.ts';
import { table } from './text.ts';

/** A pause that a person would notice, and that is worth a line. */
const GAP_MS = 1000;
const DATA_OFFSET = 3;
/** Fewer characters are as likely chance. */
const LEAST_TEXT = 4;

export interface MessageMeaning {
  readonly service: string;
  /** Two hex digits. */
  readonly sid: string;
  readonly kind: 'request' | 'positive' | 'negative' | 'pending';
  /** Four hex digits. */
  readonly did?: string;
  readonly didName?: string;
  /** Two hex digits. */
  readonly nrc?: string;
  readonly nrcName?: string;
  /** In words, for the screen; not escaped. */
  readonly text: string;
}

/** Says what a message is, as far as anybody knows. Never throws. */
export function explainMessage({ kind, payload }: TracedMessage): MessageMeaning {
  const first = payload[0] ?? 0;
  if (kind === 'received' && first === NEGATIVE_RESPONSE && payload.length >= DATA_OFFSET) return explainRefusal(payload);
  const sid = kind === 'received' ? (first - POSITIVE_RESPONSE_OFFSET) & 0xff : first;
  const service = describeService(sid);
  const about = explainRest(sid, payload, kind);
  const { words, ...known } = about;
  return {
    service,
    sid: hex(sid),
    kind: kind === 'sent' ? 'request' : 'positive',
    ...known,
    text: [service, ...words].join(' '),
  };
}

function explainRefusal(payload: Uint8Array): MessageMeaning {
  const [, sid = 0, code = 0] = payload;
  const service = describeService(sid);
  const { name, meaning } = describeNrc(code);
  const about = { service, sid: hex(sid), nrc: hex(code), nrcName: name };
  if (code === NRC.responsePending) return { ...about, kind: 'pending', text: `${service}: needs more time (78)` };
  return { ...about, kind: 'negative', text: `${service} refused: ${name} (${hex(code)}), ${meaning}` };
}

interface About {
  readonly did?: string;
  readonly didName?: string;
  readonly words: readonly string[];
}

function explainRest(sid: number, payload: Uint8Array, kind: TracedMessage['kind']): About {
  const second = payload[1];
  switch (sid) {
    case SERVICE.readDataByIdentifier:
    case SERVICE.writeDataByIdentifier:
    case SERVICE.inputOutputControlByIdentifier: {
      const did = readU16(payload, 1);
      if (did === undefined) return { words: [] };
      const didName = describeDid(did);
      const text = kind === 'received' ? textIn(payload.subarray(DATA_OFFSET)) : undefined;
      const digits = hex(did, 4);
      const words = [digits, didName === undefined ? undefined : `(${didName})`, text === undefined ? undefined : `"${text}"`];
      return { did: digits, ...(didName === undefined ? {} : { didName }), words: words.filter((word) => word !== undefined) };
    }
    case SERVICE.routineControl: {
      const routine = readU16(payload, 2);
      return { words: routine === undefined ? [] : [hex(second ?? 0), hex(routine, 4)] };
    }
    case SERVICE.diagnosticSessionControl:
    case SERVICE.ecuReset:
    case SERVICE.readDtcInformation:
    case SERVICE.testerPresent:
    case SERVICE.controlDtcSetting:
    case SERVICE.communicationControl:
      return { words: second === undefined ? [] : [hex(second)] };
    default:
      return { words: [] };
  }
}

/** Where all of it is text, the text. */
function textIn(data: Uint8Array): string | undefined {
  return data.length >= LEAST_TEXT && data.every((byte) => byte >= 0x20 && byte < 0x7f) ? printableAscii(data) : undefined;
}

/** Events as lines of a table: when, who, what, and the bytes below it. */
export function traceLines(
  events: readonly TraceEvent[],
  { catalog, style, width }: { catalog: Catalog; style: Style; width: number },
): readonly string[] {
  const rows: string[][] = [];
  let beforeMs = events[0]?.ms ?? 0;
  for (const event of events) {
    if (event.ms - beforeMs >= GAP_MS) rows.push(['', '', style.quiet(`${((event.ms - beforeMs) / 1000).toFixed(1)} s later`)]);
    beforeMs = event.ms;
    const when = style.quiet(event.ms.toFixed(1).padStart(9));
    if (!isTracedMessage(event)) {
      rows.push([when, '', style.quiet(linkText(event))]);
      continue;
    }
    const { kind, text } = explainMessage(event);
    const who = `${event.kind === 'sent' ? '→' : '←'} ${ecuTitle({ name: catalog.ecuName(event.ecu), address: event.ecu })}`;
    const shown = escapeText(text);
    rows.push([when, who, kind === 'negative' ? style.warning(shown) : shown], ['', '', style.quiet(toHex(event.payload, ' '))]);
  }
  return table(rows, width);
}

function linkText(event: Exclude<TraceEvent, TracedMessage>): string {
  switch (event.kind) {
    case 'open': {
      const { adapter, firmware, voltage } = event.link;
      return escapeText(['open', adapter, firmware, voltage === undefined ? undefined : `${voltage} V`].filter(Boolean).join(' '));
    }
    case 'silence':
      return 'nothing came in time';
    case 'ignition':
      return `ignition ${event.ignition}`;
    case 'proved':
      return event.proven ? 'long messages arrive unharmed' : 'long messages are not proven';
    case 'failed':
      return escapeText(`${event.step} failed: ${event.message} (${event.code})`);
    case 'close':
      return 'closed';
  }
}

function hex(value: number, digits = 2): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

/** An event for programs. */
export function eventResult(event: TraceEvent, catalog: Catalog): object {
  if (!isTracedMessage(event)) return event;
  const { ms, line, kind, ecu, payload } = event;
  const { kind: role, text, ...meaning } = explainMessage(event);
  return {
    ms,
    ...(line === undefined ? {} : { line }),
    kind,
    ecu: formatEcuAddress(ecu),
    name: catalog.ecuName(ecu),
    hex: toHex(payload),
    role,
    ...meaning,
    text,
  };
}
