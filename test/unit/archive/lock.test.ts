import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { acquireLock, portLockName, vinLockName } from '../../../src/archive/index.ts';
import { VIN } from './sample.ts';

let folder = '';
let program = '';
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kombi-lock-'));
  program = join(folder, 'hold.mjs');
  const source = join(import.meta.dirname, '../../../src/archive/index.ts');
  // Holds the locks it is told to until its input ends, and tells how it went; with --leave it just comes to its end.
  const contents = `
    import { acquireLock } from ${JSON.stringify(source)};
    const [first, ...rest] = process.argv.slice(2);
    const leave = first === '--leave';
    const lock = await acquireLock(leave ? rest : [first, ...rest]).catch((error) => error);
    console.log(lock.code ?? 'held');
    if (lock.code === undefined && !leave) {
      for await (const _ of process.stdin);
      await lock[Symbol.asyncDispose]();
      console.log('released');
    }`;
  await build({
    stdin: { contents, resolveDir: folder, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
    logLevel: 'error',
  });
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function start(...names: string[]) {
  const child = spawn(process.execPath, [program, ...names], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, line: async () => String((await lines.next()).value) };
}

/** No other run of the tests can hold it. */
function unique(name: string): string {
  return `${name} ${folder}`;
}

describe('locks between processes', () => {
  it('refuses the second, naming what is locked and by whom, exit 7', async () => {
    const { child, line } = await start(unique('car'));
    expect(await line()).toBe('held');
    await expect(acquireLock([unique('car')])).rejects.toMatchObject({
      code: 'lock.held',
      exit: 7,
      vehicle: 'untouched',
      message: `${unique('car')} is in use by process ${child.pid}`,
    });
  });

  it('is free as soon as the holder lets go', async () => {
    const { child, line } = await start(unique('car'));
    expect(await line()).toBe('held');
    child.stdin?.end();
    expect(await line()).toBe('released');
    await using lock = await acquireLock([unique('car')]);
    expect(lock.names).toEqual([unique('car')]);
  });

  it('is free as soon as the holder is killed, with nothing left to clean up', async () => {
    const { child, line } = await start(unique('car'));
    expect(await line()).toBe('held');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await using lock = await acquireLock([unique('car')]);
    expect(lock.names).toEqual([unique('car')]);
  });

  it('goes to exactly one of many at once', async () => {
    const contenders = await Promise.all(Array.from({ length: 6 }, () => start(unique('crowd'))));
    const outcomes = await Promise.all(contenders.map(({ line }) => line()));
    expect(outcomes.filter((outcome) => outcome === 'held')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'lock.held')).toHaveLength(5);
  }, 30_000);

  it('keeps no process alive that holds it', async () => {
    const { child, line } = await start('--leave', unique('car'));
    const exited = once(child, 'exit');
    expect(await line()).toBe('held');
    expect(await exited).toEqual([0, null]);
    await using lock = await acquireLock([unique('car')]);
    expect(lock.names).toEqual([unique('car')]);
  });
});

describe('locks of one process', () => {
  it('takes all or none', async () => {
    const first = await acquireLock([unique('b')]);
    await expect(acquireLock([unique('a'), unique('b'), unique('c')])).rejects.toMatchObject({ code: 'lock.held' });
    await using free = await acquireLock([unique('a'), unique('c')]);
    expect(free.names).toHaveLength(2);
    await first[Symbol.asyncDispose]();
    await using again = await acquireLock([unique('b')]);
    expect(again.names).toEqual([unique('b')]);
  });

  it('takes a name that is given twice once, and may be let go twice', async () => {
    const lock = await acquireLock([unique('b'), unique('b')]);
    await lock[Symbol.asyncDispose]();
    await lock[Symbol.asyncDispose]();
    await using again = await acquireLock([unique('b')]);
    expect(again.names).toEqual([unique('b')]);
  });
});

describe('what a lock is called', () => {
  it('is the same for every spelling of an archive and of a port', async () => {
    const link = join(folder, 'link');
    await symlink(folder, link);
    expect(vinLockName(join(link, 'not', 'yet'), VIN)).toBe(vinLockName(join(folder, 'x', '..', 'not', 'yet'), VIN));
    expect(vinLockName(folder, VIN)).not.toBe(vinLockName(folder, 'WBA6C92010D000002'));
    expect(vinLockName(folder, VIN)).not.toBe(vinLockName(join(folder, 'other'), VIN));
    expect(portLockName(link)).toBe(portLockName(folder));
    expect(portLockName('com3')).toBe(portLockName('COM3'));
    expect(portLockName('192.168.0.10:35000')).not.toBe(portLockName('192.168.0.10:35001'));
  });
});
