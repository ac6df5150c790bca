import { expect, it } from 'vitest';
import { diffStates } from '../../../src/mock/index.ts';
import { type Outcome, Rig, type RigOptions, type Wire } from '../../support/rig.ts';

export const BIT = 'KOMBI:3301/CC_ACTIVIERUNG_5.5.3=0';
/** Two blocks of one ECU. */
export const TWO_BLOCKS = [BIT, '60:3000.@04=5D:5C'];
export const BOTH: readonly Wire[] = ['enet', 'elm327'];
export const ENET: readonly Wire[] = ['enet'];
export const ELM: readonly Wire[] = ['elm327'];

/** A write of block 3301 on the CAN: 67 bytes, 5 in the first frame and 6 in each other one. */
const WRITE_FRAMES = 1 + Math.ceil((67 - 5) / 6);
const NEW_BIT = [{ path: 'ecus.60.blocks.3301.@25.3', before: 1, after: 0 }];

/** The states of the failure table, and what each of them promises. */
export type Ending = 'U' | 'V/0' | 'V/4' | 'P/5' | '6';

export interface Expected {
  readonly ending: Ending;
  /** What the message says was the cause. */
  readonly cause: RegExp;
  /** U has several; 3 unless said. */
  readonly exit?: number;
  /** How often each journal ended how; by default what the ending says of one. */
  readonly journals?: readonly string[];
  /** After P/5: how `recover` on the healthy car ends, 0 with the new bytes or 4 with the old ones. */
  readonly recover?: 0 | 4;
  /** It failed before there was a plan, where it is the command line that says that nothing was written. */
  readonly beforePlan?: true;
}

const JOURNALS: Readonly<Record<Ending, readonly string[]>> = {
  U: ['ABORTED'],
  'V/0': ['COMMITTED'],
  'V/4': ['ROLLED_BACK'],
  'P/5': ['OPEN'],
  '6': ['STUCK'],
};
const EXITS: Readonly<Record<Ending, number>> = { U: 3, 'V/0': 0, 'V/4': 4, 'P/5': 5, '6': 6 };
const VEHICLES: Readonly<Record<Ending, string>> = {
  U: 'untouched',
  'V/0': 'changed',
  'V/4': 'restored',
  'P/5': 'unknown',
  '6': 'unknown',
};

export interface RowOptions extends Omit<RigOptions, 'wire'> {
  readonly wires: readonly Wire[];
  /** The command under the fault; by default the owners' bit. */
  readonly run?: (rig: Rig) => Promise<Outcome>;
}

/** One row of the failure table, over each of its wires. */
export function row(number: number, name: string, { wires, run, ...options }: RowOptions, expected: Expected): void {
  for (const wire of wires) {
    it(`row ${number}: ${name} · ${wire}`, async () => {
      const rig = new Rig({ wire, profile: 'f06-short', ...options });
      try {
        const outcome = await (run === undefined ? rig.code([BIT]) : run(rig));
        expect(rig.struck(), 'how often each fault struck').not.toContain(0);
        await expectEnding(rig, outcome, expected);
      } finally {
        await rig.dispose();
      }
    });
  }
}

/** Message, exit status, the whole car and the archive, and how recovery ends. */
export async function expectEnding(rig: Rig, outcome: Outcome, expected: Expected): Promise<void> {
  const { ending, cause } = expected;
  expect(outcome).toMatchObject({ exit: expected.exit ?? EXITS[ending], vehicle: VEHICLES[ending] });
  expectMessage(rig, outcome, expected);
  expect(await journals(rig)).toEqual(expected.journals ?? JOURNALS[ending]);
  await rig.heal();
  const changes = diffStates(rig.before, rig.car.exportState());
  if (ending === 'U' || ending === 'V/4') expect(changes).toEqual([]);
  if (ending === 'V/0') expect(changes).toEqual(NEW_BIT);
  expect(outcome.message, 'the cause').toMatch(cause);
  await rig.wake();
  const again = await rig.recover();
  expect(again.exit, `recover: ${again.message}`).toBe(ending === 'P/5' ? (expected.recover ?? 4) : 0);
  if (ending === 'P/5') {
    expect(await journals(rig)).toEqual([again.exit === 0 ? 'COMMITTED' : 'ROLLED_BACK']);
    if (again.exit === 4) expect(diffStates(rig.before, rig.car.exportState())).toEqual([]);
    if (again.exit === 0) expect(diffStates(rig.before, rig.car.exportState())).toEqual(NEW_BIT);
  } else {
    expect(again.value).toMatchObject({ state: 'nothing-open' });
    expect(diffStates(rig.before, rig.car.exportState())).toEqual(changes);
  }
  expect(rig.violations).toEqual([]);
}

function expectMessage(rig: Rig, { code, message, hint }: Outcome, { ending, beforePlan }: Expected): void {
  if (ending === 'V/0') return;
  // Whoever stopped it knows what to do next.
  if (code !== 'job.interrupted') expect(hint).toMatch(/./);
  if (ending === 'U' && !beforePlan) expect(message).toContain(`Nothing was written to ${rig.before.vin}.`);
  if (ending === 'V/4') expect(message).toMatch(new RegExp(`\\d blocks? put back and verified; ${rig.before.vin} is as before\\.$`));
  if (ending === 'P/5') {
    expect(message).toMatch(/60:3301.* may be old or new\. Old bytes: \S+\.jsonl\.$/);
    expect(hint).toContain('kombi recover');
  }
  if (ending === '6') expect(message).toMatch(/ Do not drive until checked\. Old bytes: \S+\.jsonl\.$/);
}

export async function journals(rig: Rig): Promise<readonly string[]> {
  return (await rig.archive().listJournals()).map(({ state }) => state);
}

/** Does something when a message is about to leave: the `nth` (from 1) that begins with these bytes. */
export function whenSent(rig: Rig, bytes: readonly number[], act: () => void, nth = 1): void {
  let seen = 0;
  rig.onSend = (payload) => {
    if (!bytes.every((byte, index) => payload[index] === byte)) return;
    seen += 1;
    if (seen === nth) act();
  };
}

/** From the message that is about to leave on, nothing gets through any more. */
export function pullPlug(rig: Rig): void {
  if (rig.wire === 'enet') rig.cutAfter(0);
  else rig.addFault('unplug');
}

/** The message that is about to leave still arrives, then nothing gets through any more. */
export function pullPlugAfter(rig: Rig): void {
  if (rig.wire === 'enet') rig.cutAfter(Number.POSITIVE_INFINITY);
  else rig.addFault(`unplug:sent,after=${WRITE_FRAMES - 1}`);
}
