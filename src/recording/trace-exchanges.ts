import { type EcuAddress, FUNCTIONAL_ADDRESS } from '../core/index.ts';
import type { Exchange, RecordedAnswer } from './exchange.ts';
import type { Recording } from './recording.ts';
import type { Trace, TracedMessage, TraceEvent } from './trace.ts';

/** All ECUs at once on E-series cars (bmw-diagnostics §7.5, recorded). */
const E_SERIES_FUNCTIONAL = 0xef;
const NEGATIVE_RESPONSE = 0x7f;
const POSITIVE_RESPONSE_OFFSET = 0x40;
/** Where a recording tells no times, one message follows the other by as much. */
const STEP_MS = 1;

/**
 * What was asked and what came back, without times: for formats that know no more. Left out are what never left, a
 * tester-present that asked for no answer, and messages that answer nothing.
 */
export function exchangesOfTrace(events: readonly TraceEvent[]): readonly Exchange[] {
  const exchanges: (Exchange & { readonly answers: RecordedAnswer[] })[] = [];
  for (const [index, event] of events.entries()) {
    if (event.kind === 'sent') {
      const next = events[index + 1];
      const isLost = next?.kind === 'failed' && next.step === 'send';
      if (!isLost && !isSilentTesterPresent(event)) {
        exchanges.push({ target: event.ecu, functional: isFunctional(event.ecu), request: event.payload, answers: [] });
      }
    } else if (event.kind === 'received') {
      const asked = exchanges.at(-1);
      if (asked !== undefined && answers(asked, event)) asked.answers.push({ source: event.ecu, payload: event.payload });
    }
  }
  return exchanges;
}

/** A trace as what a recorded car is made of: who answers, and what the link told of supply and ignition. */
export function recordingOfTrace({ events, torn }: Trace): Recording {
  let voltage: number | undefined;
  let ignition: Recording['ignition'];
  for (const event of events) {
    if (event.kind === 'open') voltage ??= event.link.voltage;
    if (event.kind === 'ignition' && event.ignition !== 'unknown') ignition ??= event.ignition;
  }
  return {
    exchanges: exchangesOfTrace(events),
    rules: [],
    voltage,
    ignition,
    remarks: torn ? ['the last line was cut off, and is left out'] : [],
  };
}

/** Exchanges as events. Nothing is known of times, and nothing of the link: neither `open` nor `close` is told. */
export function traceOfExchanges(exchanges: readonly Exchange[]): readonly TraceEvent[] {
  const events: TraceEvent[] = [];
  const add = (kind: 'sent' | 'received', ecu: number, payload: Uint8Array) => {
    events.push({ kind, ms: events.length * STEP_MS, ecu: ecu as EcuAddress, payload });
  };
  for (const { target, request, answers } of exchanges) {
    add('sent', target, request);
    for (const { source, payload } of answers) add('received', source, payload);
  }
  return events;
}

function isFunctional(address: number): boolean {
  return address === FUNCTIONAL_ADDRESS || address === E_SERIES_FUNCTIONAL;
}

function isSilentTesterPresent({ payload }: TracedMessage): boolean {
  return payload.length === 2 && payload[0] === 0x3e && payload[1] === 0x80;
}

function answers({ target, functional, request }: Exchange, { ecu, payload }: TracedMessage): boolean {
  if (!functional && ecu !== target) return false;
  const service = payload[0] === NEGATIVE_RESPONSE ? payload[1] : (payload[0] ?? 0) - POSITIVE_RESPONSE_OFFSET;
  return service === request[0];
}
