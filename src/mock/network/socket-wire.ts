import type { Socket } from 'node:net';
import type { Clock } from '../../core/index.ts';

/** What carries a connection: a socket, or two ends in memory. */
export interface Wire {
  write(bytes: Uint8Array): void;
  /** Closes it as TCP's FIN does. */
  end(): void;
  /** Breaks it as TCP's RST does. */
  reset(): void;
}

/** A client that does not read is cut off before its backlog grows further. */
const MAX_BACKLOG_BYTES = 1 << 20;
/** How long a connection that the gateway has ended may take to let the last bytes go. */
const LINGER_MS = 2000;

/** A socket as the wire of a connection. Whoever does not read cannot keep it, and its place, by not reading. */
export function socketWire(socket: Socket, clock: Clock): Wire {
  return {
    write(bytes) {
      if (socket.writableLength > MAX_BACKLOG_BYTES) socket.destroy();
      else socket.write(bytes);
    },
    end() {
      socket.destroySoon();
      const linger = clock.backgroundTimer(LINGER_MS, () => socket.destroy());
      socket.once('close', () => linger.cancel());
    },
    reset: () => socket.resetAndDestroy(),
  };
}
