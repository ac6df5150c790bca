// One process of the long run: takes slices, one after the other, until its parent hangs up.
import { FuzzFailure, heapAfterCollection, runTarget } from '../run-target.ts';
import type { Input } from '../target.ts';
import { TARGETS } from '../targets/index.ts';
import type { Slice, SliceDone } from './slice.ts';

const BY_NAME = new Map(TARGETS.map((target) => [target.name, target]));

process.on('message', (slice: Slice) => void answer(slice));

async function answer(slice: Slice): Promise<void> {
  process.send?.(await run(slice));
}

async function run({ target: name, ...slice }: Slice): Promise<SliceDone> {
  const target = BY_NAME.get(name);
  if (target === undefined) throw new Error(`there is no target ${name}`);
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  try {
    const { accepted, refused } = await runTarget(target, slice);
    return { accepted, refused, seconds: seconds(), heapBytes: heapAfterCollection() };
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    const failure = error instanceof FuzzFailure ? { told, input: plain(error.input) } : { told };
    return { accepted: 0, refused: 0, seconds: seconds(), heapBytes: heapAfterCollection(), failure };
  }
}

function plain(input: Input): { readonly text: string } | { readonly hex: string } {
  return typeof input === 'string' ? { text: input } : { hex: Buffer.from(input).toString('hex') };
}
