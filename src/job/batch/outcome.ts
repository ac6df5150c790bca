import { EXIT, type ExitStatus, isKombiError, messageOf, type VehicleState, type Vin } from '../../core/index.ts';

/** What a batch found at one car, by action. Nothing in it differs between two runs on the same car. */
export interface CarFindings {
  info?: { readonly series: string | null; readonly model: string | null; readonly iLevel: string | null; readonly ecus: number };
  faults?: readonly { readonly ecu: string; readonly name: string; readonly code: string; readonly present: boolean }[];
  backup?: { readonly ecus: number; readonly blocks: number; readonly complete: boolean };
  verify?: { readonly blocks: number };
  plan?: {
    readonly id: string;
    readonly edits: readonly { readonly address: string; readonly old: string; readonly new: string }[];
    readonly alreadyDone: boolean;
  };
}

/** How one car of a batch ended, as a command on this car alone would have. */
export interface CarOutcome {
  readonly label: string;
  readonly ok: boolean;
  readonly exit: ExitStatus;
  readonly vehicle: VehicleState;
  /** Null where the car did not tell. */
  readonly vin: Vin | null;
  /** As far as it came. */
  readonly result: CarFindings;
  /** What a person should know besides. */
  readonly notes: readonly string[];
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
}

/** A car's work as far as it came, filled while it runs. */
export interface CarRecord {
  vin: Vin | undefined;
  readonly findings: CarFindings;
  readonly notes: string[];
  /** What belongs to this run and no other: ids and paths of what was saved. */
  readonly saved: { readonly backup: string; readonly path: string }[];
}

export function newRecord(): CarRecord {
  return { vin: undefined, findings: {}, notes: [], saved: [] };
}

export function successOf(label: string, record: CarRecord): CarOutcome {
  return { label, ok: true, exit: EXIT.done, ...common(record) };
}

/** Whatever a wait throws that was cut short, `stop` is the reason, unless a job has more to say. */
export function failureOf(label: string, record: CarRecord, { error, stop }: { error: unknown; stop: AbortSignal }): CarOutcome {
  const known: unknown = stop.aborted && !(isKombiError(error) && error.exit !== EXIT.linkFailed) ? stop.reason : error;
  if (!isKombiError(known)) {
    const told = {
      code: 'bug.unexpected',
      message: `Unexpected: ${messageOf(known)}`,
      hint: 'This is a defect of kombi. Please report it; the other cars are not touched by it.',
    };
    return { label, ok: false, exit: EXIT.bug, ...common(record), error: told };
  }
  const { code, message, items, hint = '', exit, vehicle } = known;
  return { label, ok: false, exit, ...common(record), vehicle, error: { code, message: [message, ...items].join('\n'), hint } };
}

function common({ vin, findings, notes }: CarRecord) {
  return { vehicle: 'untouched' as const, vin: vin ?? null, result: findings, notes };
}
