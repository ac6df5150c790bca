import { FUNCTIONAL_ADDRESS } from '../core/index.ts';
import type { Transport } from '../transport/index.ts';
import { TESTER_PRESENT_SILENT } from './tester-present.ts';

/** Ends with `using`, or by hand. */
export interface KeepAlive {
  [Symbol.dispose](): void;
}

/** ISO 14229-2 has the client send every 2 s against a session time of 5 s (published; BMW's own is likely the same). */
const PERIOD_MS = 2000;

/**
 * Sends `3E 80` to every ECU as time goes by. A link that cannot send while an answer is awaited gets it in its turn:
 * right after the request under way.
 */
export function startKeepAlive(
  transport: Transport,
  inTurn: (work: () => Promise<void>) => Promise<void>,
  onError: (error: Error) => void,
): KeepAlive {
  let stopped = false;
  const send = async () => {
    if (!stopped) await transport.send(FUNCTIONAL_ADDRESS, TESTER_PRESENT_SILENT);
  };
  const beat = async () => {
    try {
      await (transport.capabilities.keepAliveDuringRequest ? send() : inTurn(send));
    } catch (error) {
      if (!stopped) onError(error as Error);
    }
    if (!stopped) timer = schedule();
  };
  const schedule = () => transport.clock.backgroundTimer(PERIOD_MS, () => void beat());
  let timer = schedule();
  return {
    [Symbol.dispose]() {
      stopped = true;
      timer.cancel();
    },
  };
}
