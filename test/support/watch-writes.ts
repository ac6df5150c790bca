import { readJournal } from '../../src/archive/index.ts';
import { type EcuAddress, toHex } from '../../src/core/index.ts';
import type { CarState } from '../../src/mock/index.ts';
import type { Transport } from '../../src/transport/index.ts';
import type { MemoryDisk } from './memory-disk.ts';

export interface WatchOptions {
  readonly disk: MemoryDisk;
  /** The car as it is at this moment. */
  readonly current: () => CarState;
  readonly report: (violation: string) => void;
  /** Called before each message leaves. */
  readonly onSend?: () => void;
}

const WRITE_DATA_BY_IDENTIFIER = 0x2e;
const SECURITY_ACCESS = 0x27;

/**
 * Invariant I1, asserted on the wire: no `2E` leaves before what a crash at this very moment would leave on disk holds
 * the block's true previous bytes, twice (backup and BEGIN), and the intent to replace them.
 */
export function watchWrites(inner: Transport, options: WatchOptions): Transport {
  return new Proxy(inner, {
    get(target, name) {
      if (name === 'send') {
        return async (ecu: EcuAddress, payload: Uint8Array, signal?: AbortSignal) => {
          options.onSend?.();
          if (payload[0] === SECURITY_ACCESS) options.report('security access was asked for');
          if (payload[0] === WRITE_DATA_BY_IDENTIFIER) assertCovered(ecu, payload, options);
          return target.send(ecu, payload, signal);
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function assertCovered(ecu: EcuAddress, payload: Uint8Array, { disk, current, report }: WatchOptions): void {
  const address = toHex(Uint8Array.of(ecu));
  const did = toHex(payload.subarray(1, 3));
  const bytes = toHex(payload.subarray(3));
  const files = disk.durableFiles();
  const journals = [...files].filter(([path]) => path.endsWith('.jsonl')).map(([, content]) => readJournal(content));
  const open = journals.filter((journal) => journal.open && journal.begin !== undefined);
  const covering = open.find(({ begin, records }) => {
    const index = begin?.ops.findIndex((op) => op.ecu === address && op.did === did) ?? -1;
    const op = begin?.ops[index];
    const last = records.findLast((record) => record.type === 'INTENT');
    if (op === undefined || last?.type !== 'INTENT' || last.op !== index) return false;
    return bytes === (last.dir === 'forward' ? op.new : op.old);
  });
  if (covering?.begin === undefined) {
    report(`I1: 2E ${did} to ${address} left without a durable intent`);
    return;
  }
  const op = covering.begin.ops.find((candidate) => candidate.ecu === address && candidate.did === did);
  const forward = op !== undefined && bytes === op.new;
  // On the way back the bytes in the car are the job's own; the true ones were asserted on the way forward.
  if (forward && current().ecus[address]?.blocks?.[did] !== op.old)
    report(`I1: 2E ${did} to ${address} left without its true previous bytes in BEGIN`);
  const backup = [...files].find(([path]) => path.endsWith(`-${covering.begin?.backup}.json`));
  if (backup === undefined || !holds(backup[1], did, op?.old ?? '')) report(`I1: 2E ${did} to ${address} left without a durable backup`);
}

function holds(file: Uint8Array, did: string, hex: string): boolean {
  const { ecus } = JSON.parse(new TextDecoder().decode(file)) as { ecus: { blocks: { did: string; rows: string[] }[] }[] };
  return ecus.some((ecu) => ecu.blocks.some((block) => block.did === did && block.rows.join('') === hex));
}
