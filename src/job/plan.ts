import type { BlockChange, Effect } from '../coding/index.ts';
import type { EcuAddress } from '../core/index.ts';
import type { EcuIdentity, VehicleIdentity } from '../vehicle/index.ts';
import type { MessageReport } from './message-report.ts';

export type JobKind = 'code' | 'undo' | 'restore';

/** Something that the person who consents should know. */
export interface PlanNote {
  readonly code:
    | 'hides-emergency-call'
    | 'emergency-call-lost'
    | 'emergency-call-rules'
    | 'hides-danger'
    | 'hides-unknown'
    | 'not-seen'
    | 'record-layout'
    | 'voltage-low'
    | 'voltage-unknown'
    | 'ignition-unknown'
    | 'signature-block'
    | 'experimental'
    | 'evidence'
    | 'recipe'
    | 'caution';
  readonly text: string;
}

/**
 * Edits against bytes just read twice, sealed by a hash: it says what will be written, to which ECU of which car, and
 * nothing in it depends on link, time, voltage or path, so that a dry run and the run agree on any link.
 */
export interface Plan {
  readonly id: string;
  readonly kind: JobKind;
  readonly vehicle: VehicleIdentity;
  /** The ECUs that the changes touch. */
  readonly ecus: readonly EcuIdentity[];
  readonly changes: readonly BlockChange[];
  readonly effects: readonly Effect[];
  /** What the car itself stores of the messages that the plan hides or shows. */
  readonly messages: readonly MessageReport[];
  readonly notes: readonly PlanNote[];
  /** All targets hold the new value already: nothing to consent to, nothing to write. */
  readonly alreadyDone: boolean;
  /** The job that an undo takes back. */
  readonly undoes: string | undefined;
}

/** What a job tells while it runs, for a progress line. */
export interface Progress {
  readonly step:
    | 'find'
    | 'identify'
    | 'scan'
    | 'backup'
    | 'write'
    | 'verify'
    | 'reset'
    | 'roll-back'
    | 'fence'
    | 'faults'
    | 'clear'
    | 'check';
  readonly ecu?: EcuAddress;
  /** For counted steps: blocks or identifiers done of `total`. */
  readonly done?: number;
  readonly total?: number;
  /** Blocks found by a scan so far. */
  readonly found?: number;
  /** The how-manieth ECU of how many it is. */
  readonly ofCar?: { readonly ecu: number; readonly ecus: number };
  /** How long the rest of the car may take, where that can be told: milliseconds. */
  readonly remainingMs?: number;
}
export type OnProgress = (progress: Progress) => void;
