import type { LinkOptions, Transport } from '../../transport/index.ts';
import { type MakeLink, makeLink } from '../make-link.ts';

/**
 * Links that outlive the commands which use them: each command opens its link and closes it again, and the mock car
 * behind it, or what was found out about an adapter, stays. Whoever talks to the car is asked for its VIN each time.
 */
export class KeptLinks implements AsyncDisposable {
  readonly #kept = new Map<string, Promise<Transport>>();
  readonly #disposals: (() => Promise<void>)[] = [];

  readonly make: MakeLink = (link, options, talk) => {
    const key = JSON.stringify([link, options satisfies LinkOptions]);
    let transport = this.#kept.get(key);
    if (transport === undefined) {
      transport = makeLink(link, options, talk).then((made) => this.#keep(made));
      transport.catch(() => this.#kept.delete(key));
      this.#kept.set(key, transport);
    }
    return transport;
  };

  #keep(transport: Transport): Transport {
    this.#disposals.push(transport.dispose.bind(transport));
    return Object.assign(transport, { dispose: () => transport.close() });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kept.clear();
    for (const dispose of this.#disposals.splice(0)) await dispose();
  }
}
