import { afterEach, beforeEach, expect } from 'vitest';
import { printableAscii, toHex } from '../../src/core/index.ts';
import { Car } from '../../src/job/index.ts';
import type { Transport } from '../../src/transport/index.ts';
import { DurableView } from './durable-view.ts';
import { type KnownCar, WriteWatch } from './watch-writes.ts';

const READ = 0x62;
/** `22 F190`, and `22 1010` of an E-series car. */
const VINS: readonly string[] = ['F190', '1010'];
const SERIAL = 'F18C';
/** The serial number of an E-series unit, behind `1A 89`. */
const KWP_SERIAL = '5A89';
/** P2* and S3 of the car with the shortest, `f06-short`, are longer. */
const FENCE_MS = 100;

/**
 * For tests with real disks and real links: I1, I5 and I7 are asserted of every write that any car of this test's process
 * is sent, by what the wire itself has shown of the car and by what was synced to disk. The rig does the same for itself.
 */
export function watchEveryWrite(): void {
  const open = Car.open;
  let violations: string[];
  let view: DurableView;
  beforeEach(() => {
    violations = [];
    view = new DurableView();
    Car.open = (transport, options) =>
      open.call(
        Car,
        watched(transport, view, (text) => violations.push(text)),
        options,
      );
  });
  afterEach(() => {
    Car.open = open;
    view.stop();
    expect(violations, 'writes that were not covered').toEqual([]);
  });
}

function watched(transport: Transport, view: DurableView, report: (violation: string) => void): Transport {
  const car = { vin: '', ecus: {} as Record<string, { blocks: Record<string, string>; dids: Record<string, string> }> };
  const watch = new WriteWatch({
    durableFiles: () => view.durableFiles(),
    current: () => structuredClone(car) as KnownCar,
    fenceMs: FENCE_MS,
    report,
  });
  const inner = watch.over(transport);
  const receive = inner.receive.bind(inner);
  const remember = async (...args: Parameters<Transport['receive']>) => {
    const message = await receive(...args);
    if (message?.payload[0] === READ) note(toHex(Uint8Array.of(message.source)), message.payload);
    if (message !== undefined && toHex(message.payload.subarray(0, 2)) === KWP_SERIAL)
      noteSerial(toHex(Uint8Array.of(message.source)), message.payload.subarray(2));
    return message;
  };
  const note = (address: string, payload: Uint8Array) => {
    const did = toHex(payload.subarray(1, 3));
    const data = payload.subarray(3);
    car.ecus[address] ??= { blocks: {}, dids: {} };
    car.ecus[address].blocks[did] = toHex(data);
    if (VINS.includes(did)) car.vin = printableAscii(data);
    if (did === SERIAL) noteSerial(address, data);
  };
  const noteSerial = (address: string, data: Uint8Array) => {
    car.ecus[address] ??= { blocks: {}, dids: {} };
    car.ecus[address].dids[SERIAL] = isText(data) ? printableAscii(data) : toHex(data);
  };
  return new Proxy(inner, {
    get: (target, name) => (name === 'receive' ? remember : Reflect.get(target, name, target)),
  });
}

function isText(data: Uint8Array): boolean {
  return data.every((byte) => byte >= 0x20 && byte < 0x7f);
}
