// Runs that can be compared: every process of them on one core, the kinds in turn, the median of each.
import { spawn, spawnSync } from 'node:child_process';

const CORE = '0';

/** What a child process gets. The extra certificates cost each start of Node milliseconds, and a link of the caller's would be talked to. */
export function environment(extra = {}) {
  const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, KOMBI_LINK: _link, KOMBI_ARCHIVE: _archive, ...rest } = process.env;
  return { ...rest, ...extra };
}

/** `command` and arguments that run Node on the one core. */
export function pinned(args) {
  return ['taskset', ['-c', CORE, process.execPath, ...args]];
}

/** @throws where nothing can be pinned: unpinned runs swing threefold and compare nothing */
export function requirePinning() {
  const { status } = spawnSync('taskset', ['-c', CORE, 'true'], { stdio: 'ignore' });
  if (status !== 0) throw new Error(`taskset cannot pin a process to core ${CORE}; it is part of util-linux`);
}

/** A pinned Node with a channel for messages. */
export function startPinned(file, args) {
  const [command, all] = pinned([file, ...args]);
  return spawn(command, all, { env: environment(), stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

/** The first message of a child that was started with {@link startPinned}. */
export function messageFrom(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`a process of the measurement ended with ${signal ?? code}`)));
    child.once('message', resolve);
  });
}

/** Roles of a file, each in a process of its own. */
export function pinnedEnds(file) {
  return {
    /** A process that stays and tells its port. */
    async serve(role, ...args) {
      const child = startPinned(file, [role, ...args]);
      return [child, await messageFrom(child)];
    },
    /** What a process tells that does one thing and ends. */
    async answerOf(role, ...args) {
      const child = startPinned(file, [role, ...args.map(String)]);
      const ended = new Promise((resolve) => child.once('exit', resolve));
      const answer = await messageFrom(child);
      // The next one must not share the core with the rest of this one.
      child.disconnect();
      await ended;
      return answer;
    },
  };
}

/**
 * Runs every kind once, then again, so that what else the machine does meets all of them.
 *
 * @param {number} rounds
 * @param {Readonly<Record<string, () => Promise<number> | number>>} kinds
 * @returns {Promise<Record<string, number>>} the median of each
 */
export async function medians(rounds, kinds) {
  const results = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [kind, run] of Object.entries(kinds)) results[kind].push(await run());
  }
  return Object.fromEntries(Object.entries(results).map(([kind, values]) => [kind, median(values)]));
}

function median(values) {
  return values.toSorted((left, right) => left - right)[values.length >> 1];
}
