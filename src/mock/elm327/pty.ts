import type { CarPort } from '../car-port.ts';
import { type Pty, startPty } from '../serial/index.ts';
import { type AdapterOptions, type MockAdapter, plugIn } from './adapter.ts';

/**
 * Puts an adapter behind a pseudo-terminal, by means of `socat`. Keeps no process alive.
 *
 * @throws {KombiError} as {@link startPty}
 */
export async function startElm327Pty(car: CarPort, options: AdapterOptions = {}): Promise<Pty & { readonly adapter: MockAdapter }> {
  const adapter = plugIn(car, options);
  return { ...(await startPty(adapter, 'elm327')), adapter };
}
