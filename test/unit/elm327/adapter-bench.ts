import { type EcuAddress, ecuAddress, fromHex, toHex, VirtualClock } from '../../../src/core/index.ts';
import { lineOf, type MockAdapter, type Personality, type PersonalityName, plugIn } from '../../../src/mock/elm327/index.ts';
import { type Car, startMockCar } from '../../../src/mock/index.ts';
import { createMockSerialPort } from '../../../src/mock/serial/index.ts';
import { createElm327Transport, type Elm327Transport } from '../../../src/transport/elm327/index.ts';
import type { OpenByteStream } from '../../../src/transport/index.ts';
import { openSerialStream } from '../../../src/transport/serial/index.ts';

export const KOMBI = ecuAddress(0x60);

export interface AdapterBench {
  readonly clock: VirtualClock;
  readonly car: Car;
  readonly adapter: MockAdapter;
  readonly open: OpenByteStream;
  readonly transport: Elm327Transport;
  /** Every line sent, without its CR, in order; a space sent by itself stands as ' '. */
  readonly lines: string[];
}

export interface AdapterBenchOptions {
  readonly personality?: PersonalityName | Personality;
  readonly baud?: number;
  /** Rates at which the cable carries nothing to the host. */
  readonly deafAt?: readonly number[];
}

let ports = 0;

/** A mock adapter on a mock serial port, with all that is sent to it written down. The transport is closed. */
export async function plugAdapter({ personality = 'genuine-2.1', baud, deafAt = [] }: AdapterBenchOptions = {}): Promise<AdapterBench> {
  const clock = new VirtualClock();
  const car = startMockCar({ profile: 'f06-sos', clock });
  const adapter = plugIn(car, { personality, ...(baud === undefined ? {} : { baud }) });
  ports += 1;
  const path = `/dev/mock-bench-${ports}`;
  const { binding } = await createMockSerialPort(adapter, { path });
  const wired = lineOf(personality).wired ?? true;
  const lines: string[] = [];
  const inner = openSerialStream({ path, baudRate: adapter.baud, clock, wired, binding });
  const open: OpenByteStream = async (signal) => {
    const stream = await inner(signal);
    const { write, onData } = { write: stream.write.bind(stream), onData: stream.onData.bind(stream) };
    return Object.assign(stream, {
      write: (bytes: Uint8Array) => {
        lines.push(Buffer.from(bytes).toString('latin1').replace(/\r$/, ''));
        return write(bytes);
      },
      onData: (consumer: (chunk: Uint8Array) => void) => onData((chunk) => deafAt.includes(stream.rate?.baud ?? 0) || consumer(chunk)),
    });
  };
  const transport = createElm327Transport({ open, clock, description: 'the mock', portName: undefined });
  return { clock, car, adapter, open, transport, lines };
}

/** One exchange as a UDS client has it: pending and foreign answers passed over; undefined when none comes. */
export async function ask({ transport }: AdapterBench, request: string, ecu: EcuAddress = KOMBI): Promise<string | undefined> {
  await transport.send(ecu, fromHex(request));
  for (;;) {
    const message = await transport.receive(transport.clock.now() + 2000);
    if (message === undefined) return undefined;
    const payload = toHex(message.payload);
    if (message.source === ecu && !payload.endsWith('78')) return payload;
  }
}
