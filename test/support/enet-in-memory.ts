import { KombiError } from '../../src/core/index.ts';
import { DiagnosticConnection } from '../../src/mock/hsfz/connection.ts';
import type { Car } from '../../src/mock/index.ts';
import type { Wire } from '../../src/mock/network/index.ts';
import { createEnetTransport } from '../../src/transport/enet/index.ts';
import type { ByteStream, OpenByteStream, Transport } from '../../src/transport/index.ts';

/** What a test sees and does of the cable. */
export interface Cable {
  /** Sees every chunk both ways. */
  onBytes(chunk: Uint8Array): void;
  /** How many bytes still reach the car before the cable is cut; undefined while it is whole. */
  left: number | undefined;
}

const WHOLE: Cable = { onBytes: () => undefined, left: undefined };

/** ENET to a mock car without sockets, so that both ends can share one virtual clock. */
export function enetInMemory(car: Car, cable: Cable = WHOLE): Transport {
  return createEnetTransport({ open: openInMemory(car, cable), clock: car.clock, description: 'ENET in memory', portName: undefined });
}

function openInMemory(car: Car, cable: Cable): OpenByteStream {
  return async () => {
    if (cable.left !== undefined) throw closed();
    let open = true;
    let consumer: (chunk: Uint8Array) => void = () => undefined;
    let lost: (error: Error) => void = () => undefined;
    const hangUp = (): void => {
      queueMicrotask(() => {
        if (!open) return;
        open = false;
        lost(closed());
      });
    };
    const wire: Wire = {
      write: (bytes) => {
        const copy = bytes.slice();
        cable.onBytes(copy);
        queueMicrotask(() => {
          if (open) consumer(copy);
        });
      },
      end: hangUp,
      reset: hangUp,
    };
    const gateway = new DiagnosticConnection(car, wire, { absent: '0043', aliveMs: 0, idleMs: 3_600_000 });
    const stream: ByteStream = {
      description: 'gateway in memory',
      write: async (bytes) => {
        if (!open) throw closed();
        const copy = bytes.slice(0, cable.left);
        cable.onBytes(copy);
        queueMicrotask(() => {
          if (!open) return;
          gateway.feed(copy);
          if (cable.left === undefined) return;
          open = false;
          gateway.close();
          lost(closed());
        });
      },
      onData: (next) => {
        consumer = next;
      },
      onLost: (listener) => {
        lost = listener;
      },
      close: async () => {
        open = false;
        gateway.close();
      },
    };
    return stream;
  };
}

function closed(): KombiError {
  return new KombiError({ code: 'link.closed', message: 'The connection in memory has ended', hint: 'Check the cable.' });
}
