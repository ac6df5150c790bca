import { randomBytes } from 'node:crypto';
import { type Archive, type BackupContent, type BackupDraft, type BackupEcu, backupBlock, blockBytes } from '../archive/index.ts';
import { type Did, type EcuAddress, formatDid, formatEcuAddress, KombiError, toHex, type Vin } from '../core/index.ts';
import { NegativeResponseError } from '../uds/index.ts';
import { type EcuIdentity, formatSvkEntry } from '../vehicle/index.ts';
import type { Car } from './car.ts';
import { discoverBlocks } from './discover-blocks.ts';
import type { OnProgress } from './plan.ts';
import { readTwice } from './read-twice.ts';

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
  readonly onProgress?: OnProgress;
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
  /** What it was read through, for the journal. */
  readonly adapter: string;
  readonly txid: string | undefined;
}

/** Names a job before it begins, so that its backup can name it too. */
export function newJobId(): string {
  return randomBytes(8).toString('hex');
}

/**
 * Saves every coding block of the ECUs, each read twice, and reads the file back from disk.
 *
 * @throws {KombiError} `block.unstable`, `ecu.*` (exit 3), `link.*`, `archive.*`
 */
export async function backUp(car: Car, archive: Archive, options: BackUpOptions): Promise<BackupResult> {
  const identities = options.ecus === undefined ? await car.ecus() : await identify(car, options.ecus);
  const voltageFirst = await car.voltage();
  const ecus: BackupEcu[] = [];
  for (const identity of identities) ecus.push(await saveableEcu(car, archive, identity, options));
  const { adapter } = car.transport;
  const draft: BackupDraft = {
    vehicle: {
      vin: car.identity.vin,
      vinSource: `${formatEcuAddress(car.identity.vinSource)}/F190`,
      ...(car.identity.vehicleOrder === undefined ? {} : { fa: toHex(car.identity.vehicleOrder) }),
      ...(car.identity.iLevels === undefined ? {} : { iLevel: car.identity.iLevels.current }),
      ...(car.identity.series === undefined ? {} : { series: car.identity.series }),
      ...(car.identity.model === undefined ? {} : { model: car.identity.model }),
    },
    ecus,
    complete: ecus.every((ecu) => ecu.complete),
    voltage: { first: tenths(voltageFirst), last: tenths(await car.voltage()) },
    tool: { ...options.tool },
    adapter: { kind: adapter.kind, firmware: adapter.firmware ?? null },
    ...(options.txid === undefined ? {} : { txid: options.txid }),
    ...(options.label === undefined ? {} : { label: options.label }),
  };
  const stored = await archive.saveBackup(draft);
  return {
    id: stored.id,
    path: stored.path,
    vin: car.identity.vin,
    ecus: identities,
    blocks: ecus.reduce((sum, ecu) => sum + ecu.blocks.length, 0),
    complete: draft.complete,
    adapter: [adapter.kind, adapter.firmware].filter((part) => part !== undefined).join(' '),
    txid: options.txid,
  };
}

async function identify(car: Car, addresses: readonly EcuAddress[]): Promise<readonly EcuIdentity[]> {
  const identities: EcuIdentity[] = [];
  for (const address of addresses) identities.push(await car.ecu(address));
  return identities;
}

async function saveableEcu(car: Car, archive: Archive, ecu: EcuIdentity, options: BackUpOptions): Promise<BackupEcu> {
  const { onProgress } = options;
  const list = await discoverBlocks(car, ecu, { archive, ...(onProgress === undefined ? {} : { onProgress }) });
  const blocks: BackupEcu['blocks'][number][] = [];
  const unreadable: BackupEcu['unreadable'][number][] = [];
  for (const [index, did] of list.dids.entries()) {
    onProgress?.({ step: 'backup', ecu: ecu.address, done: index, total: list.dids.length });
    try {
      blocks.push(
        backupBlock({ did: formatDid(did), bytes: await readTwice(car.client, { ecu: ecu.address, did }, car.signal), reads: 2 }),
      );
    } catch (error) {
      if (!(error instanceof NegativeResponseError)) throw error;
      unreadable.push({ did: formatDid(did), nrc: toHex(Uint8Array.of(error.nrc)) });
    }
  }
  return {
    address: formatEcuAddress(ecu.address),
    name: ecu.name,
    serial: ecu.serial ?? null,
    svk: ecu.svk === undefined ? null : toHex(ecu.svk.raw),
    cafds: ecu.svk?.entries.filter((entry) => entry.processClass === 'CAFD').map(formatSvkEntry) ?? [],
    complete: true,
    blocks,
    unreadable,
  };
}

/** A tenth of a volt is what the figure is good for. */
function tenths(volts: number | undefined): number | null {
  return volts === undefined ? null : Math.round(volts * 10) / 10;
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
