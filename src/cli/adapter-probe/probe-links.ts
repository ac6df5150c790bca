import { EXIT, isKombiError, KombiError } from '../../core/index.ts';
import { type AdapterProbe, type Elm327Transport, unfit } from '../../transport/elm327/index.ts';
import type { Transport } from '../../transport/index.ts';
import type { Context } from '../context.ts';
import { escapeText } from '../escape.ts';
import { makeLink, rememberingAdapters } from '../make-link.ts';
import { linkAskedFor } from '../open-car.ts';

/** An adapter that was probed, or why none was found behind a link. */
export interface ProbedLink {
  readonly link: string;
  readonly probe?: AdapterProbe;
  readonly failure?: KombiError;
}

/**
 * Probes the adapter of the link asked for, or one after the other those behind all serial ports.
 *
 * @throws {KombiError} `usage.link` the link leads to no adapter of the ELM kind
 */
export async function probeLinks(context: Context): Promise<readonly ProbedLink[]> {
  const asked = linkAskedFor(context);
  const links =
    asked === undefined ? (await context.io.findLinks()).map(({ link }) => link).filter((link) => link.startsWith('elm327:')) : [asked];
  const probed: ProbedLink[] = [];
  for (const link of links) {
    await context.say(`Probing ${escapeText(link)}`);
    probed.push(await probeLink(context, link));
  }
  return probed;
}

/** What to end with where no adapter is of use: the first one's reason. */
export function noneOfUse(probed: readonly ProbedLink[]): KombiError | undefined {
  if (probed.some(({ probe }) => probe !== undefined && probe.use !== 'none')) return undefined;
  const useless = probed.find(({ probe }) => probe !== undefined)?.probe;
  return useless === undefined ? probed[0]?.failure : unfit(useless.findings.name, useless.why ?? 'is of no use');
}

async function probeLink(context: Context, link: string): Promise<ProbedLink> {
  const { io } = context;
  const transport = await (io.makeLink ?? makeLink)(link, await rememberingAdapters(link, io));
  try {
    if (!canBeProbed(transport)) throw notAnElm(link);
    return { link, probe: await transport.probe(io.signal) };
  } catch (error) {
    if (isKombiError(error, 'link')) return { link, failure: error };
    throw error;
  } finally {
    await transport.dispose();
  }
}

function canBeProbed(transport: Transport): transport is Elm327Transport {
  return 'probe' in transport;
}

function notAnElm(link: string): KombiError {
  return new KombiError({
    code: 'usage.link',
    exit: EXIT.usage,
    message: `"${link}" leads to no adapter that could be probed`,
    hint: 'ELM327 and STN adapters can: --link elm327:///dev/ttyUSB0, elm327:COM3 or elm327://192.168.0.10.',
  });
}
