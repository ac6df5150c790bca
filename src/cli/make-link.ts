import type { MockLinkTalk } from '../mock-link.ts';
import { createLink, type LinkOptions, registerLinkScheme, type Transport } from '../transport/index.ts';
import type { Io } from './io.ts';

/** Gives the transport of any link that the program knows, closed. */
export type MakeLink = (link: string, options: LinkOptions, talk?: MockLinkTalk) => Promise<Transport>;

export const makeLink: MakeLink = (link, options, talk = {}) => {
  registerLinkScheme('mock', async (uri) => (await import('../mock-link.ts')).createMockLink(uri, talk));
  return createLink(link, options);
};

/** What of a link's options remembers adapters from run to run; none for links that lead to no adapter. */
export async function rememberingAdapters(link: string, io: Pick<Io, 'env' | 'platform'>): Promise<Pick<LinkOptions, 'adapters'>> {
  const adapters = link.startsWith('elm327:') ? (await import('./adapter-notes.ts')).adapterNotes(io) : undefined;
  return adapters === undefined ? {} : { adapters };
}
