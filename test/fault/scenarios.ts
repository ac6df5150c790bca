import type { Outcome, Rig } from '../support/rig.ts';

/** A command to be disturbed. */
export interface Scenario {
  readonly name: string;
  /** Brings car and archive to where the command begins, undisturbed. */
  prepare?(rig: Rig): Promise<void>;
  run(rig: Rig): Promise<Outcome>;
  /** For a command that does not reach them itself: the one whose result the new bytes are. */
  readonly forward?: Scenario;
  /** Whether the old bytes are those before `prepare`, as they are for a recovery. */
  readonly recovers?: true;
}

const MASK = 'KOMBI:3301/CC_ACTIVIERUNG_5';
const BIT = `${MASK}.5.3=0`;
const TWO_BLOCKS = [BIT, '60:3000.@04=5D:5C'];

const twoBlocks: Scenario = { name: 'two-blocks', run: (rig) => rig.code(TWO_BLOCKS) };

export const SCENARIOS: readonly Scenario[] = [
  { name: 'one-bit', run: (rig) => rig.code([BIT]) },
  { name: 'byte-edit', run: (rig) => rig.code([`${MASK}.4=FF:0F`]) },
  twoBlocks,
  { name: 'two-ecus', run: (rig) => rig.code([BIT, '61:3000.@01=3A:3B']) },
  { name: 'code-after-code', prepare: (rig) => coded(rig), run: (rig) => rig.code([`${MASK}.5.1=0`]) },
  { name: 'already-done', prepare: (rig) => coded(rig), run: (rig) => rig.code([BIT]) },
  { name: 'undo', prepare: (rig) => coded(rig), run: (rig) => rig.undo() },
  { name: 'restore-block', prepare: (rig) => coded(rig), run: (rig) => rig.restore() },
  {
    name: 'restore-after-change',
    async prepare(rig) {
      await coded(rig);
      changeOutside(rig);
    },
    run: (rig) => rig.restore(),
  },
  { name: 'interrupted', run: interrupted, forward: twoBlocks },
  { name: 'recover', prepare: cutBetweenBlocks, run: (rig) => rig.recover(), forward: twoBlocks, recovers: true },
  {
    name: 'recover-forward',
    prepare: cutBetweenBlocks,
    run: (rig) => rig.recover({ forward: true }),
    forward: twoBlocks,
    recovers: true,
  },
];

export function scenarioNamed(name: string): Scenario {
  const scenario = SCENARIOS.find((candidate) => candidate.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario "${name}"`);
  return scenario;
}

async function coded(rig: Rig): Promise<void> {
  const { exit, message } = await rig.code([BIT]);
  if (exit !== 0) throw new Error(`preparation failed: ${message}`);
}

/** Another tool has coded another bit of the block since. */
function changeOutside(rig: Rig): void {
  const memory = rig.car.ecus.get(0x60)?.memory;
  const block = memory?.lasting(0x3301);
  if (memory === undefined || block === undefined) throw new Error('there is no block 3301');
  memory.replace(
    0x3301,
    block.map((byte, index) => (index === 3 ? byte ^ 0x10 : byte)),
  );
}

/** Ctrl-C while the first of two blocks is being written. */
function interrupted(rig: Rig): Promise<Outcome> {
  const controller = new AbortController();
  onWrite(rig, () => controller.abort());
  return rig.code(TWO_BLOCKS, controller.signal);
}

/** The power goes when the second of two blocks is about to be written: one is new, one may be. */
async function cutBetweenBlocks(rig: Rig): Promise<void> {
  let writes = 0;
  onWrite(rig, () => {
    writes += 1;
    if (writes === 2) rig.die();
  });
  await rig.code(TWO_BLOCKS);
  rig.onSend = () => undefined;
  rig.restart('synced');
}

/** Calls back before each `2E` leaves. */
function onWrite(rig: Rig, call: () => void): void {
  rig.onSend = ([service]) => {
    if (service === 0x2e) call();
  };
}
