import {
  type BlockBytes,
  type BlockChange,
  changeBlock,
  changesNothing,
  checkEdit,
  describeEvidence,
  type Edit,
  type EditSyntax,
  effectsOf,
  planId,
  resolveEdit,
} from '../coding/index.ts';
import type { Did, EcuAddress } from '../core/index.ts';
import { cafdsOf, type EcuIdentity } from '../vehicle/index.ts';
import { assertCodable, assertUnsigned } from './assert-codable.ts';
import type { Car } from './car.ts';
import { conditionNotes, readConditions } from './conditions.ts';
import { messageNotes } from './message-notes.ts';
import { reportMessages } from './message-report.ts';
import type { JobKind, Plan, PlanNote } from './plan.ts';
import { readBehind } from './read-behind.ts';
import { type BlockAddress, explainAbsence, readTwice } from './read-twice.ts';

export interface PlanCodingOptions {
  /** Lets an edit rely on a hypothesis; the plan then shows the whole block. */
  readonly experimental?: boolean | undefined;
}

/**
 * Plans edits against blocks just read, each twice.
 *
 * @throws {KombiError} `usage.*` where the words or the layout are wrong (exit 2); `car.*`, `coding.*`, `ecu.*`, `uds.*`,
 *   `block.unstable` where the car or our rules say no (exit 3)
 */
export async function planCoding(car: Car, edits: readonly EditSyntax[], options: PlanCodingOptions = {}): Promise<Plan> {
  const ecus = new Map<EcuAddress, EcuIdentity>();
  const changes: BlockChange[] = [];
  const blocks = byBlock(car, edits);
  const ruled = assertCodable(car, options);
  for (const block of blocks) {
    const ecu = await car.ecu(block.ecu);
    ecus.set(block.ecu, ecu);
    const bytes = await readTwice(car.client, block, car.signal).catch((error: unknown) => {
      throw explainAbsence(error, car.catalog, block);
    });
    const next = await readBehind(car, { ...block, bytes });
    changes.push(planBlock(car, ecu, { did: block.did, bytes, next, edits: block.edits, experimental: options.experimental }));
  }
  const unsigned = await assertUnsigned(car, [...ecus.values()]);
  return sealPlan(car, { kind: 'code', ecus: [...ecus.values()], changes, notes: [...ruled, ...unsigned] });
}

export interface PlanBlockOptions extends PlanCodingOptions {
  readonly did: Did;
  /** The block as read twice. */
  readonly bytes: Uint8Array;
  /** What {@link readBehind} found. */
  readonly next: BlockBytes | undefined;
  readonly edits: readonly EditSyntax[];
}

/** What edits make of one block just read. */
export function planBlock(car: Car, ecu: EcuIdentity, { did, bytes, next, edits, experimental }: PlanBlockOptions): BlockChange {
  const cafds = cafdsOf(ecu.svk);
  const { vin } = car.identity;
  const context = { catalog: car.catalog, cafds, vin, blockLength: bytes.length };
  const resolved: Edit[] = edits.map((edit) => resolveEdit(edit, context));
  return changeBlock({ ecu: ecu.address, did, bytes, next, edits: resolved, catalog: car.catalog, cafds, vin, experimental });
}

/** Edits of one block together, blocks in the order they were first named; all words are checked before the car is asked. */
function byBlock(car: Car, edits: readonly EditSyntax[]): readonly (BlockAddress & { readonly edits: readonly EditSyntax[] })[] {
  const blocks = new Map<string, { ecu: EcuAddress; did: Did; edits: EditSyntax[] }>();
  for (const edit of edits) {
    const ecu = checkEdit(edit, car.catalog);
    const key = `${ecu}:${edit.address.did}`;
    const block = blocks.get(key) ?? { ecu, did: edit.address.did, edits: [] };
    block.edits.push(edit);
    blocks.set(key, block);
  }
  return [...blocks.values()];
}

export interface PlanParts {
  readonly kind: JobKind;
  readonly ecus: readonly EcuIdentity[];
  readonly changes: readonly BlockChange[];
  readonly undoes?: string;
  /** What else the person who consents should know. */
  readonly notes?: readonly PlanNote[];
}

/** Seals changes into a plan and asks the car what belongs to it: messages it stores, voltage, ignition. */
export async function sealPlan(car: Car, parts: PlanParts): Promise<Plan> {
  const { vin } = car.identity;
  const cafdsByEcu = new Map(parts.ecus.map((ecu) => [ecu.address, cafdsOf(ecu.svk)]));
  const effects = parts.changes.flatMap((change) => {
    const layout = car.catalog.layout({ ecu: change.ecu, block: change.did, cafds: cafdsByEcu.get(change.ecu) ?? [], vin });
    return effectsOf(change, layout, car.catalog);
  });
  const messages = await reportMessages(
    car,
    effects.map((effect) => effect.messageId),
  );
  const notes: PlanNote[] = [...(parts.notes ?? []), ...messageNotes(car, effects, messages)];
  const guessed = parts.changes.flatMap(({ edits }) => edits.find(({ target }) => target.evidence === 'hypothesis')?.target.layout ?? []);
  if (guessed.length > 0) {
    notes.push({
      code: 'experimental',
      text: 'Experimental: where a parameter lies in this block is a hypothesis. Check every byte of the block.',
    });
    for (const text of new Set(guessed.flatMap(describeEvidence))) notes.push({ code: 'evidence', text: `${text}.` });
  }
  const changes = parts.changes.filter((change) => !changesNothing(change));
  return {
    id: planId({
      vin,
      ecus: parts.ecus.map((ecu) => ({ address: ecu.address, serial: ecu.serial, svk: ecu.svk?.raw })),
      changes: parts.changes,
    }),
    kind: parts.kind,
    vehicle: car.identity,
    ecus: parts.ecus,
    changes: parts.changes,
    effects,
    messages,
    notes: [...notes, ...conditionNotes(await readConditions(car))],
    alreadyDone: changes.length === 0,
    undoes: parts.undoes,
  };
}
