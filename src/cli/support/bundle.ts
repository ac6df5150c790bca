import type { JournalSummary } from '../../archive/index.ts';
import { isKombiError } from '../../core/index.ts';
import { encodeTrace, redactTrace } from '../../recording/index.ts';
import type { Context } from '../context.ts';
import type { Check } from '../doctor/check.ts';
import { examine } from '../doctor/examine.ts';
import { loadSession } from '../session-file.ts';
import { version } from '../version.ts';
import { scrub } from './scrub.ts';
import { tellJob } from './told-jobs.ts';

/** What a maintainer needs to see what somebody else saw. */
export interface SupportBundle {
  readonly format: 'kombi-support';
  readonly version: 1;
  readonly time: string;
  readonly kombi: string;
  readonly node: string;
  readonly system: string;
  /** Names of the variables that kombi heeds and that are set, without their values. */
  readonly environment: readonly string[];
  readonly doctor: readonly Omit<Check, 'fix'>[];
  readonly adapters: { readonly serial: readonly object[]; readonly gateways: readonly string[] };
  /** The last ones, oldest first; what keeps them from being read in their place. */
  readonly jobs: readonly ReturnType<typeof tellJob>[] | { readonly unread: string };
  /** Lines of a redacted trace. */
  readonly trace?: readonly string[];
}

export interface BundleOptions {
  /** How many of the last jobs. */
  readonly jobs: number;
  /** A recording to take in. */
  readonly trace: string | undefined;
}

const HEEDED = ['KOMBI_LINK', 'KOMBI_ARCHIVE', 'KOMBI_OFFSITE', 'KOMBI_TEXTS', 'NO_COLOR', 'TERM', 'COLUMNS', 'XDG_DATA_HOME'];

/**
 * Gathers and redacts it.
 *
 * @throws {KombiError} as {@link loadSession} of the recording: everything else that cannot be read is told in the bundle
 */
export async function gatherBundle(context: Context, { jobs: count, trace: path }: BundleOptions): Promise<SupportBundle> {
  const trace = path === undefined ? undefined : encodeTrace(redactTrace(loadSession(path).trace));
  const facts = await context.io.platformFacts();
  // The networks are asked once, for the doctor and for the list.
  const asked = facts.gateways();
  const [checks, gateways, ports, journals] = await Promise.all([
    examine({ ...facts, gateways: () => asked }, await context.archiveDirectory()),
    asked.catch(() => []),
    facts.serialPorts().catch(() => []),
    lastJournals(context),
  ]);
  const vins = [...new Set([...('unread' in journals ? [] : journals), ...gateways].map(({ vin }) => vin))];
  const bundle: SupportBundle = {
    format: 'kombi-support',
    version: 1,
    time: context.io.now().toISOString(),
    kombi: version,
    node: facts.node,
    system: facts.system,
    environment: HEEDED.filter((name) => (context.io.env[name] ?? '') !== ''),
    doctor: checks.map(({ fix: _fix, ...check }) => check),
    adapters: {
      serial: ports.map(({ path: port, manufacturer, vendorId, productId }) => ({ path: port, manufacturer, vendorId, productId })),
      gateways: gateways.map(({ host }) => host),
    },
    jobs: 'unread' in journals ? journals : journals.slice(-count).map((each) => tellJob(each, 1 + vins.indexOf(each.vin))),
    ...(trace === undefined ? {} : { trace: trace.trimEnd().split('\n') }),
  };
  return scrub(bundle, {
    vins,
    serials: ports.flatMap(({ serialNumber }) => serialNumber ?? []),
    user: facts.user,
    home: facts.home,
    host: facts.host,
  });
}

/** Oldest first, of all cars. */
async function lastJournals(context: Context): Promise<readonly JournalSummary[] | { readonly unread: string }> {
  try {
    const journals = await (await context.archive()).listJournals();
    return [...journals].sort((left, right) => (left.begin.time < right.begin.time ? -1 : 1));
  } catch (error) {
    if (!isKombiError(error)) throw error;
    return { unread: `${error.code}: ${error.message}` };
  }
}
