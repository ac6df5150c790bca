import type { PlatformFacts } from './platform-facts.ts';

export interface RunningProcess {
  readonly pid: string;
  readonly name: string;
  /** Files it has open; none where they are not for this user to see. */
  readonly files: readonly string[];
}

/** Every process that Linux shows. Empty on other systems. */
export async function listProcesses(facts: PlatformFacts): Promise<readonly RunningProcess[]> {
  if (facts.platform !== 'linux') return [];
  const pids = (await facts.names('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    pids.map(async (pid) => {
      const name = ((await facts.readText(`/proc/${pid}/comm`)) ?? '').trim();
      const open = await facts.names(`/proc/${pid}/fd`);
      const files = await Promise.all(open.map((file) => facts.readLink(`/proc/${pid}/fd/${file}`)));
      return { pid, name, files: files.filter((file) => file !== undefined) };
    }),
  );
}
