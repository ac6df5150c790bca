import type { AdapterProbe, AdapterProbeExchange, AdapterProbeResult } from '../../transport/elm327/index.ts';
import { escapeText } from '../escape.ts';
import type { Style } from '../style.ts';
import { table, wrap } from '../text.ts';
import type { ProbedLink } from './probe-links.ts';

const OUTCOMES: Readonly<Record<AdapterProbeResult['outcome'], string>> = {
  yes: 'yes',
  no: 'no',
  'needs-car': 'car',
  'not-asked': '-',
};

/** A person's page on one adapter: who it is, the verdict and why, and each probe with what came back. */
export function probeLines({ link, probe, failure }: ProbedLink, style: Style, width: number): string[] {
  if (probe === undefined) {
    return [
      escapeText(link),
      ...wrap(escapeText(`No adapter: ${failure?.message ?? 'nothing answers'}`), { width, indent: 2, lead: '  ' }),
    ];
  }
  const rows = probe.results.map((result) => [OUTCOMES[result.outcome], escapeText(resultText(result))]);
  const mark = probe.use === 'none' ? style.failure : probe.use === 'read' ? style.warning : style.good;
  return [
    escapeText(`${link}  ${probe.findings.name}`),
    ...wrap(escapeText(verdictText(probe)), { width, indent: 2, lead: '  ' }).map(mark),
    ...table(rows, width, { indent: 2 }),
  ];
}

/** `may-write`, `read-only`, `unusable`: what programs and owners' entries call the verdict. */
export function verdictName({ use }: AdapterProbe): 'may-write' | 'read-only' | 'unusable' {
  return use === 'write' ? 'may-write' : use === 'read' ? 'read-only' : 'unusable';
}

function verdictText({ use, proven, why }: AdapterProbe): string {
  if (use === 'none') return `Unusable: it ${why}`;
  if (use === 'read') return `Read only: it ${why}`;
  return proven
    ? 'May write: it has proved itself in this car, and does so again before each job'
    : 'May write, as far as can be told without a car: once it has proved itself in one. For the lines marked "car": needs the car, ignition on';
}

function resultText({ proves, exchanges, outcome }: AdapterProbeResult): string {
  const told = outcome === 'not-asked' ? 'not asked' : exchanges.map(exchangeText).join(', ');
  return told === '' ? proves : `${proves}: ${told}`;
}

function exchangeText({ sent, answer, silent, ms }: AdapterProbeExchange): string {
  const said = silent ? 'not even a prompt' : answer.length === 0 ? 'only a prompt' : answer.join(' ');
  // Of a frame it matters how long the chip waited.
  return /^[0-9A-F]+$/.test(sent) ? `${sent} → ${said} (${ms} ms)` : `${sent} → ${said}`;
}
