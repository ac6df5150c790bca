import type { AdapterFindings } from './adapter-findings.ts';

/** One line sent and what came back. */
export interface AdapterProbeExchange {
  readonly sent: string;
  readonly answer: readonly string[];
  /** It said nothing, not even that it is ready again. */
  readonly silent: boolean;
  readonly ms: number;
}

/** `needs-car`: nobody on the bus answered. `not-asked`: it had shown before that it is of no use. */
export type ProbeOutcome = 'yes' | 'no' | 'needs-car' | 'not-asked';

export interface AdapterProbeResult {
  /** Stays the same from version to version. */
  readonly id: string;
  /** For people: what a yes proves. */
  readonly proves: string;
  readonly outcome: ProbeOutcome;
  readonly exchanges: readonly AdapterProbeExchange[];
}

/** What an adapter can really do, and the verdict that the gate before a write goes by. */
export interface AdapterProbe {
  readonly findings: AdapterFindings;
  /** `write`: nothing speaks against it; it proves itself in the car, each time, before it does. */
  readonly use: 'write' | 'read' | 'none';
  /** Whether it has proved itself this time: three equal long reads, and a long request that arrived. */
  readonly proven: boolean;
  /** What keeps it from more; absent where it may write. */
  readonly why?: string;
  readonly lacks: readonly { readonly command: string; readonly what: string }[];
  readonly results: readonly AdapterProbeResult[];
}
