import type { AdapterFindings, FindingsBook } from './adapter-findings.ts';
import { isAccepted, unfit } from './adapter-setup.ts';
import type { Chip } from './chip.ts';
import type { PathKind, Setting } from './message-path.ts';
import { RAW_PATH } from './raw-path.ts';
import { SLOW_PATH } from './slow-path.ts';
import { STN_PATH } from './stn-path.ts';

/** A real chip refuses it; one that agrees to anything is a stub (elm327.md §4, field reports). */
export const NO_COMMAND = 'ATXX1';

export const LADDER: readonly PathKind[] = [STN_PATH, RAW_PATH, SLOW_PATH];

/** What an adapter may be used for, on the best rung that it is fit for as far as is known, and what keeps it from more. */
export interface Verdict {
  readonly use: 'write' | 'read' | 'none';
  readonly kind: PathKind;
  /** Empty where it may write. */
  readonly lacks: readonly Setting[];
  /** It says OK to what is no command. */
  readonly pretends: boolean;
}

/**
 * Decides by what the adapter answered and did, never by its name.
 *
 * @param findings what was never asked counts for the adapter
 */
export function verdictOn(findings: AdapterFindings): Verdict {
  const { takes, traffic, isStn } = findings;
  const lacking = (kind: PathKind, need: Setting['neededTo']) =>
    [...kind.opening, ...kind.settling].filter(({ command, neededTo }) => neededTo === need && takes[command] === false);
  const fit = LADDER.filter(
    (kind) => (kind !== STN_PATH || isStn) && lacking(kind, 'go-this-way').length === 0 && traffic.failed?.includes(kind.rung) !== true,
  );
  const kind = fit[0] ?? SLOW_PATH;
  const pretends = takes[NO_COMMAND] === true;
  const toRead = lacking(kind, 'read');
  const lacks = [...toRead, ...lacking(kind, 'write')];
  const use = pretends || toRead.length > 0 ? 'none' : lacks.length > 0 || fit.length === 0 ? 'read' : 'write';
  return { use, kind, lacks, pretends };
}

interface Climb {
  readonly chip: Chip;
  readonly findings: FindingsBook;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sets an idle chip up for the best rung that it takes, with as few commands as a first question needs.
 *
 * @throws {KombiError} `adapter.unfit` (exit 3) naming all that it lacks; `link.elm327.*`
 */
export async function openBestPath(climb: Climb): Promise<PathKind> {
  for (;;) {
    const { kind } = verdictOn(climb.findings.value);
    for (const setting of kind.opening) await tell(climb, setting);
    const verdict = refuseUseless(climb.findings.value);
    if (verdict.kind.opening === kind.opening) return verdict.kind;
  }
}

/**
 * Sends what only the first question could do without, and finds out whether the chip's word can be trusted.
 *
 * @returns the rung, which may be a lower one than `kind`
 * @throws {KombiError} `adapter.unfit` (exit 3); `link.elm327.*`
 */
export async function settlePath(climb: Climb, kind: PathKind): Promise<PathKind> {
  const { findings } = climb;
  for (const setting of kind.settling) await tell(climb, setting);
  await unmask(climb);
  const verdict = refuseUseless(findings.value);
  if (verdict.kind === kind) return kind;
  const next = verdict.kind.opening === kind.opening ? verdict.kind : await openBestPath(climb);
  return settlePath(climb, next);
}

/** Finds out whether the chip's word can be trusted. @throws {KombiError} `adapter.unfit` (exit 3) where it cannot */
export async function unmask({ chip, findings, signal }: Climb): Promise<void> {
  if (!isUnmasked(findings.value)) findings.took(NO_COMMAND, await isAccepted(chip, NO_COMMAND, signal));
  refuseUseless(findings.value);
}

/** What may be taken over from an earlier session: whether the chip's word can be trusted is found out anew each time. */
export function withoutTrust({ takes, ...rest }: AdapterFindings): AdapterFindings {
  const { [NO_COMMAND]: _trust, ...others } = takes;
  return { ...rest, takes: others };
}

/** Whether that has been found out. */
export function isUnmasked({ takes }: AdapterFindings): boolean {
  return takes[NO_COMMAND] !== undefined;
}

/** Why an adapter must not write, as far as is known; undefined where it may. */
export function whyNotWrite(findings: AdapterFindings): string | undefined {
  const { use, lacks, pretends } = verdictOn(findings);
  if (pretends) return `says OK to ${NO_COMMAND}, which is no command: its OKs mean nothing`;
  return use === 'write' ? undefined : lacksText(lacks);
}

async function tell({ chip, findings, signal }: Climb, { command, neededTo }: Setting): Promise<void> {
  // What it has refused once is not asked again, unless the refusal must be named.
  if (findings.value.takes[command] === false && neededTo === 'please') return;
  findings.took(command, await isAccepted(chip, command, signal));
}

function refuseUseless(findings: AdapterFindings): Verdict {
  const verdict = verdictOn(findings);
  const why = whyNotWrite(findings);
  if (why !== undefined && verdict.use === 'none') throw unfit(findings.name, why);
  return verdict;
}

function lacksText(lacks: readonly Setting[]): string {
  if (lacks.length === 0) return 'did not carry long messages unharmed';
  return `lacks what coding needs: ${lacks.map(({ command, what }) => `${command} (${what})`).join(', ')}`;
}
