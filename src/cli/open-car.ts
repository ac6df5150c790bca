import { isKombiError, KombiError, messageOf } from '../core/index.ts';
import { type Car, openCar } from '../job/car.ts';
import { parseLinkUri, type Transport } from '../transport/index.ts';
import type { Context } from './context.ts';
import { escapeText } from './escape.ts';
import { makeLink, rememberingAdapters } from './make-link.ts';
import { version } from './version.ts';

/** The link asked for, if one was: it decides whether a command that can do without a car looks at one. */
export function linkAskedFor({ globals, io }: Context): string | undefined {
  return globals.link ?? (io.env['KOMBI_LINK'] || undefined);
}

/**
 * Opens the car that the command line means, for a command that only reads, and puts it away when the command ends.
 *
 * @throws {KombiError} `usage.link-missing` (exit 2) where no link was given and a person's choice is needed;
 *   `link.*`, `adapter.*`, `car.no-vin` as the link and the car say
 */
export async function openTheCar(context: Context): Promise<Car> {
  const car = await open(context);
  await warnOfOpenJob(context, car);
  return car;
}

/** The same for a command that would write: an open job is its error, not a warning. */
export async function openCarToWrite(context: Context): Promise<Car> {
  keepReplayApart(context);
  return open(context);
}

/**
 * A recorded car has the VIN of a real one, and what a replay seems to do to it is no job and no backup of that car.
 *
 * @throws {KombiError} `usage.archive` (exit 2) where a replay would leave something in the archive that is always used
 */
export function keepReplayApart(context: Context, link = linkAskedFor(context)): void {
  if (context.globals.archive !== undefined || link?.startsWith('replay:') !== true) return;
  throw new KombiError({
    code: 'usage.archive',
    message: 'A replay may not put backups and journals among those of real cars',
    hint: 'Name a folder for it with --archive.',
  });
}

async function open(context: Context): Promise<Car> {
  const link = linkAskedFor(context) ?? (await onlyCandidate(context));
  const { globals, io } = context;
  const timeout = globals.timeoutMs === undefined ? {} : { timeoutMs: globals.timeoutMs };
  const catalog = await context.catalog();
  const tracedBy = await tracing(context, link);
  const say = (text: string) => context.say(escapeText(text));
  const options = { ...timeout, ...(await rememberingAdapters(link, io)) };
  const transport = await (io.makeLink ?? makeLink)(link, options, { report: say, ...(globals.verbose ? { remark: say } : {}) });
  const car = await openCar(tracedBy === undefined ? transport : tracedBy(transport), { catalog, signal: io.signal, ...timeout });
  context.defer(() => car.dispose());
  return car;
}

/**
 * What two links must not use at once, as far as their words tell; undefined where each has a car of its own, as two mock
 * cars that keep no common file.
 */
export function deviceOf(link: string): string | undefined {
  if (!/^(mock|replay):/.test(link)) return link;
  const state = /[?&]state=([^&]*)/.exec(link)?.[1];
  return state === undefined ? undefined : `state ${state}`;
}

async function warnOfOpenJob(context: Context, car: Car): Promise<void> {
  const { hasJournals } = await import('../archive/has-journals.ts');
  if (!hasJournals(await context.archiveDirectory(), car.identity.vin)) return;
  try {
    const [open] = await (await context.archive()).openJournals(car.identity.vin);
    if (open !== undefined) await context.say('An earlier job on this car was interrupted; run kombi recover before you write or drive.');
  } catch (error) {
    // To read a car no archive is needed.
    if (!isKombiError(error, 'archive')) throw error;
  }
}

/** What `--trace` puts around a transport; made before a link is, because a file that cannot be written ends the command. */
async function tracing(context: Context, link: string): Promise<((transport: Transport) => Transport) | undefined> {
  const { trace: path, redact } = context.globals;
  if (path === undefined) {
    if (!redact) return undefined;
    throw new KombiError({
      code: 'usage.option',
      message: '--redact leaves VIN and serial numbers out of a recording, and nothing is recorded',
      hint: 'Add --trace FILE. What a command prints is not redacted.',
    });
  }
  if (await isFileOf(link, path)) {
    throw new KombiError({ code: 'usage.trace', message: `${path} is the recording that is played`, hint: 'Name another file.' });
  }
  const { openTraceFile, recordTransport } = await import('../transport/trace/index.ts');
  const onProblem = (error: Error) => void context.say(`The trace ends here, the rest goes on: ${escapeText(messageOf(error))}`);
  const sink = openTraceFile({ path, redact, onProblem });
  return (transport) => recordTransport(transport, { sink, tool: `kombi ${version}`, date: context.io.now() });
}

/** Whether a link plays this very file, which to record into would empty. */
async function isFileOf(link: string, path: string): Promise<boolean> {
  if (!/^(mock|replay):/.test(link)) return false;
  const { isSameFile } = await import('./same-file.ts');
  const uri = parseLinkUri(link);
  return isSameFile(uri.host + uri.path, path);
}

async function onlyCandidate(context: Context): Promise<string> {
  const { io } = context;
  const candidates = await io.findLinks();
  const [only] = candidates;
  if (context.isPersonThere && only !== undefined && candidates.length === 1) {
    await context.say(`Using --link ${escapeText(only.link)}, the only one in reach`);
    return only.link;
  }
  throw new KombiError({
    code: 'usage.link-missing',
    message: candidates.length === 0 ? 'No link was given, and no adapter or gateway was found' : 'No link was given. In reach:',
    items: candidates.map(({ link, what }) => `${link}  ${what}`),
    hint: 'Say which with --link or KOMBI_LINK, such as --link enet: or --link elm327:///dev/ttyUSB0. To try without a car: --link mock:f06-sos.',
  });
}
