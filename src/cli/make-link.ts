import type { MockLinkTalk } from '../mock-link.ts';
import { createLink, type LinkOptions, registerLinkScheme, type Transport } from '../transport/index.ts';

/** Gives the transport of any link that the program knows, closed. */
export type MakeLink = (link: string, options: LinkOptions, talk?: MockLinkTalk) => Promise<Transport>;

export const makeLink: MakeLink = (link, options, talk = {}) => {
  registerLinkScheme('mock', async (uri) => (await import('../mock-link.ts')).createMockLink(uri, talk));
  return createLink(link, options);
};
