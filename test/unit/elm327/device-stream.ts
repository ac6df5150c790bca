import { KombiError } from '../../../src/core/index.ts';
import type { SerialDevice } from '../../../src/mock/serial/index.ts';
import type { ByteStream, OpenByteStream } from '../../../src/transport/index.ts';

/** A byte stream straight into a mock device, without a port in between. `log` gets what crosses it, `>` sent and `<` received. */
export function openDeviceStream(device: SerialDevice, log: string[] = []): OpenByteStream {
  return () => {
    let open = true;
    let lost: (error: Error) => void = () => {};
    const stream: ByteStream = {
      description: 'the mock adapter',
      write(bytes) {
        if (!open) return Promise.reject(new KombiError({ code: 'link.closed', message: 'the mock adapter is closed' }));
        log.push(`>${Buffer.from(bytes).toString('latin1')}`);
        device.feed(Uint8Array.from(bytes));
        return Promise.resolve();
      },
      onData(consumer) {
        device.connect({
          output: (bytes) => {
            log.push(`<${Buffer.from(bytes).toString('latin1')}`);
            consumer(bytes);
          },
          unplugged: () => {
            open = false;
            lost(new Error('unplugged'));
          },
        });
      },
      onLost(listener) {
        lost = listener;
      },
      close() {
        open = false;
        device.connect(undefined);
        return Promise.resolve();
      },
    };
    return Promise.resolve(stream);
  };
}
