import type { AdapterProbe, AdapterProbeExchange } from '../../transport/elm327/index.ts';
import { version } from '../version.ts';
import type { ProbedLink } from './probe-links.ts';
import { verdictName } from './probe-text.ts';

const LEFT_OUT = '(left out)';

/**
 * What an owner can send in of adapters that were probed: verdicts and raw answers. No VIN is ever asked for; the port, whose name may
 * hold a serial number, and the name that an owner has stored in the adapter are left out.
 */
export function ownersEntry(probed: readonly ProbedLink[], { platform, now }: { platform: string; now: Date }): object {
  return {
    format: 'kombi/adapter-report@1',
    kombi: version,
    platform,
    date: now.toISOString().slice(0, 10),
    adapters: probed.flatMap(({ probe }) => (probe === undefined ? [] : [entryOf(probe)])),
  };
}

function entryOf(probe: AdapterProbe): object {
  const { findings, proven, why, lacks, results } = probe;
  return {
    name: findings.name,
    verdict: verdictName(probe),
    proven,
    ...(why === undefined ? {} : { why }),
    lacks,
    traffic: findings.traffic,
    probes: results.map(({ id, outcome, exchanges }) => ({ id, outcome, exchanges: exchanges.map(withoutOwner) })),
  };
}

function withoutOwner(exchange: AdapterProbeExchange): AdapterProbeExchange {
  const isStored = exchange.sent === 'AT@2' && exchange.answer.some((line) => line !== '?' && line !== 'OK');
  return isStored ? { ...exchange, answer: [LEFT_OUT] } : exchange;
}
