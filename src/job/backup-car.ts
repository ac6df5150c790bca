import { randomBytes } from 'node:crypto';
import { type Archive, type BackupContent, type BackupDraft, type BackupEcu, blockBytes } from '../archive/index.ts';
import { type Did, type EcuAddress, formatDid, formatEcuAddress, KombiError, type Vin } from '../core/index.ts';
import type { EcuIdentity } from '../vehicle/index.ts';
import { type BackupRun, readAll, readWhatAnswers } from './backup-ecus.ts';
import { headOfBackup, savedVoltage } from './backup-heads.ts';
import type { Car } from './car.ts';
import type { OnProgress } from './plan.ts';
import { assertStillThere } from './same-car.ts';
import { openSavedBlockLists } from './saved-block-lists.ts';

/** Beside them `silent` and `unstable` stand for a reason. */
const NRC_DIGITS = 2;

/** The program that writes archives and journals. */
export interface ToolIdentity {
  readonly name: string;
  readonly version: string;
}

export interface BackUpOptions {
  /** Default: every ECU that answers. */
  readonly ecus?: readonly EcuAddress[];
  readonly tool: ToolIdentity;
  readonly label?: string;
  /** The job that the backup is made for, see {@link newJobId}. */
  readonly txid?: string;
  /**
   * Go on where something cannot be read, and tell in the result what the backup lacks. Without it that is an error and
   * nothing is saved: what a job relies on must be whole.
   */
  readonly mayLack?: boolean;
  /** Ask for every identifier from 3000 to 3EFF, whatever is known. */
  readonly full?: boolean;
  readonly onProgress?: OnProgress;
}

/** What one ECU did not give. */
export interface Lack {
  readonly ecu: EcuAddress;
  readonly name: string;
  /**
   * `silent`: it never answered, or stopped before all was read. `refuses-all`: what blocks it has cannot be asked for.
   * `unread`: blocks that read differently each time, or are passed over in silence. `refused`: blocks that it says it
   * does not show, each with its code; nothing is left in doubt.
   */
  readonly why: 'silent' | 'refuses-all' | 'unread' | 'refused';
  readonly blocks: readonly { readonly did: string; readonly nrc: string }[];
}

export interface BackupResult {
  readonly id: string;
  readonly path: string;
  readonly vin: Vin;
  readonly ecus: readonly EcuIdentity[];
  /** Blocks read and saved. */
  readonly blocks: number;
  /** Whether every coding block of every ECU asked for is in it. */
  readonly complete: boolean;
  /** What is not; empty where it is complete. */
  readonly lacks: readonly Lack[];
  /** What it was read through, for the journal. */
  readonly adapter: string;
  readonly txid: string | undefined;
}

/** Names a job before it begins, so that its backup can name it too. */
export function newJobId(): string {
  return randomBytes(8).toString('hex');
}

/**
 * Saves every coding block of the ECUs and reads the file back from disk. The VIN is asked for again behind every link
 * that was opened anew, and at the end: a backup is of one car.
 *
 * @throws {KombiError} `car.changed` (exit 3), `link.*`, `archive.*`; without `mayLack` also `block.unstable` and `ecu.*`
 */
export async function backUp(car: Car, archive: Archive, options: BackUpOptions): Promise<BackupResult> {
  const survey = options.ecus === undefined ? await car.survey(options.onProgress) : [];
  const silent = new Set(survey.flatMap(({ address, identity }) => (identity === undefined ? [address] : [])));
  const run: BackupRun = { car, saved: openSavedBlockLists(archive, car.identity.vin), options, silent };
  const addresses = options.ecus ?? survey.map(({ address }) => address);
  const voltageFirst = await car.voltage();
  const ecus = await (options.mayLack === true ? readWhatAnswers(run, addresses) : readAll(run, addresses));
  const voltageLast = await car.voltage();
  // A job proves that it is the same car, and more, before it begins.
  if (options.txid === undefined) await assertStillThere(car);
  const { adapter } = car.transport;
  const draft: BackupDraft = {
    ...headOfBackup(car),
    ecus: ecus.map(({ saved }) => saved),
    complete: ecus.every(({ saved }) => saved.complete),
    voltage: { first: savedVoltage(voltageFirst), last: savedVoltage(voltageLast) },
    tool: { ...options.tool },
    ...(options.txid === undefined ? {} : { txid: options.txid }),
    ...(options.label === undefined ? {} : { label: options.label }),
  };
  const stored = await archive.saveBackup(draft);
  return {
    id: stored.id,
    path: stored.path,
    vin: car.identity.vin,
    ecus: ecus.map(({ identity }) => identity),
    blocks: draft.ecus.reduce((sum, ecu) => sum + ecu.blocks.length, 0),
    complete: draft.complete,
    lacks: ecus.flatMap(({ identity, saved }) => lacksOf(identity, saved)),
    adapter: [adapter.kind, adapter.firmware].filter((part) => part !== undefined).join(' '),
    txid: options.txid,
  };
}

function lacksOf({ address: ecu, name }: EcuIdentity, saved: BackupEcu): readonly Lack[] {
  const lack = (why: Lack['why'], blocks: Lack['blocks']): readonly Lack[] => [{ ecu, name, why, blocks }];
  if (saved.silent === true) return lack('silent', saved.unreadable);
  if (saved.refusesAll !== undefined) return lack('refuses-all', []);
  const refused = saved.unreadable.filter(({ nrc }) => nrc.length === NRC_DIGITS);
  const unread = saved.unreadable.filter(({ nrc }) => nrc.length !== NRC_DIGITS);
  return [...(unread.length > 0 ? lack('unread', unread) : []), ...(refused.length > 0 ? lack('refused', refused) : [])];
}

export function formatTool(tool: ToolIdentity): string {
  return `${tool.name} ${tool.version}`;
}

/**
 * The bytes of one block in a backup.
 *
 * @throws {KombiError} `backup.lacks-block` (exit 3): a partial backup authorises no write to what it lacks
 */
export function savedBlock(backup: BackupContent, ecu: EcuAddress, did: Did): Uint8Array {
  const block = backup.ecus
    .find((candidate) => candidate.address === formatEcuAddress(ecu))
    ?.blocks.find((candidate) => candidate.did === formatDid(did));
  if (block === undefined) {
    throw new KombiError({
      code: 'backup.lacks-block',
      message: `The backup does not hold block ${formatDid(did)} of ECU ${formatEcuAddress(ecu)}`,
      hint: '`kombi backup show` lists what it holds.',
    });
  }
  return blockBytes(block);
}
