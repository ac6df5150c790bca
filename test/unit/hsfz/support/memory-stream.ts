import { fromHex, KombiError, toHex } from '../../../../src/core/index.ts';
import type { ByteStream, OpenByteStream } from '../../../../src/transport/index.ts';

/** The gateway's end of a stream in memory: it sees what is written and says what it is told to. */
export class MemoryGateway {
  /** Everything written, one entry per write, hex. */
  readonly written: string[] = [];
  /** Called at each write, in its own turn of the event loop. */
  answer: (frame: string) => void = () => {};
  opened = 0;
  #feed: (chunk: Uint8Array) => void = () => {};
  #lose: (error: Error) => void = () => {};

  readonly open: OpenByteStream = async () => {
    this.opened += 1;
    let open = true;
    const stream: ByteStream = {
      description: 'gateway in memory',
      write: async (bytes) => {
        if (!open) throw closed();
        const hex = toHex(bytes);
        this.written.push(hex);
        queueMicrotask(() => this.answer(hex));
      },
      onData: (consumer) => {
        this.#feed = (chunk) => open && consumer(chunk);
      },
      onLost: (listener) => {
        this.#lose = listener;
      },
      close: async () => {
        open = false;
      },
    };
    return stream;
  };

  /** Frames in hex, spaces allowed; all arguments arrive in one chunk. */
  say(...frames: readonly string[]): void {
    this.#feed(fromHex(frames.join('').replaceAll(' ', '')));
  }

  hangUp(): void {
    this.#lose(closed());
  }
}

/** A frame from its control word and body, both hex. */
export function frame(control: string, body: string): string {
  const bytes = fromHex(body);
  return bytes.length.toString(16).padStart(8, '0') + control + toHex(bytes);
}

function closed(): KombiError {
  return new KombiError({ code: 'link.closed', message: 'the gateway in memory is gone' });
}
