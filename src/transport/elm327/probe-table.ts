import type { AdapterProbeExchange } from './adapter-probe.ts';

/** What is tried of an adapter beyond the settings of the ways to carry messages, and what it shows. */
export interface Probe {
  /** Stays the same from version to version. */
  readonly id: string;
  /** Sent in this order. None writes what lasts, none reaches a car. */
  readonly commands: readonly string[];
  /** For people: what a yes proves. */
  readonly proves: string;
  /** Whether the answers are those of an adapter that has it. */
  readonly passes: (exchanges: readonly AdapterProbeExchange[]) => boolean;
  /** The setting that an adapter has not taken, whatever it said, where this is no. */
  readonly refutes?: string;
}

/**
 * Behaviour, never the version string: sent behind the settings of every way, which are probes themselves.
 *
 * @see source: elm327.md §4 (field reports, EdiabasLib, ddt4all)
 */
export const PROBES: readonly Probe[] = [
  {
    id: 'raw-protocol',
    commands: ['ATPBC001', 'ATTPB', 'ATDPN'],
    proves: 'the raw protocol is really the one in use',
    passes: (exchanges) => lastAnswer(exchanges) === 'B',
    refutes: 'ATTPB',
  },
  {
    id: 'stored-name',
    commands: ['ATI', 'AT@1', 'AT@2'],
    proves: 'it has a name, and no other where none was stored',
    passes: (exchanges) => saidNo(exchanges) || (lastAnswer(exchanges) !== 'OK' && lastAnswer(exchanges) !== undefined),
  },
  { id: 'voltage', commands: ['ATRV'], proves: 'it measures its supply', passes: (exchanges) => isVoltage(lastAnswer(exchanges)) },
  {
    id: 'flow-control-idle',
    commands: ['ATD', 'ATFCSM1'],
    proves: 'its flow control has a state: it refuses a mode that nothing was said for',
    passes: saidNo,
  },
  {
    id: 'flow-control',
    commands: ['ATFCSH6F1', 'ATFCSD12300000', 'ATFCSM1'],
    proves: 'it takes a flow control of ours',
    passes: tookAll,
  },
  { id: 'extended-address', commands: ['ATCEA12', 'ATCEA'], proves: 'it knows extended addresses, as a word', passes: tookAll },
  { id: 'receive-address', commands: ['ATCRA612', 'ATCRA'], proves: 'firmware of 1.4b or later', passes: tookAll },
  {
    id: 'activity',
    commands: ['ATAMC'],
    proves: 'firmware of 2.0 or later',
    passes: (exchanges) => /^[0-9A-F]{2}$/.test(lastAnswer(exchanges) ?? ''),
  },
  {
    id: 'j1939',
    commands: ['ATJE'],
    proves: 'firmware of 1.3 or later; a refusal by one that claims 2.x is that of an imitation',
    passes: tookAll,
  },
  {
    id: 'stn',
    commands: ['STI', 'STIX', 'STDI'],
    proves: 'an STN chip; imitations say the first and not the rest',
    passes: (exchanges) => exchanges.slice(0, 2).every(({ answer }) => answer.at(-1)?.startsWith('STN')) && !saidNo(exchanges),
    refutes: 'STCSEGR1',
  },
];

function tookAll(exchanges: readonly AdapterProbeExchange[]): boolean {
  return exchanges.length > 0 && exchanges.every(({ answer }) => answer.at(-1) === 'OK');
}

function saidNo(exchanges: readonly AdapterProbeExchange[]): boolean {
  return lastAnswer(exchanges) === '?';
}

function lastAnswer(exchanges: readonly AdapterProbeExchange[]): string | undefined {
  return exchanges.at(-1)?.answer.at(-1);
}

/** Between 8 and 16 V, as a car has it. */
function isVoltage(text: string | undefined): boolean {
  const [, digits] = /^(\d{1,2}\.\d)V?$/.exec(text ?? '') ?? [];
  return digits !== undefined && Number(digits) >= 8 && Number(digits) <= 16;
}
