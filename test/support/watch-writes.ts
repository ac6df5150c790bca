import { type BeginRecord, type JournalContents, readJournal } from '../../src/archive/index.ts';
import { type EcuAddress, toHex } from '../../src/core/index.ts';
import type { Transport } from '../../src/transport/index.ts';

type Hexes = Readonly<Record<string, string>> | undefined;

/** What a write is measured by: who the car is, and what its blocks hold, in hex. */
export interface KnownCar {
  readonly vin: string;
  readonly ecus: Readonly<Record<string, { readonly blocks?: Hexes; readonly dids?: Hexes }>>;
}

export interface WatchOptions {
  /** What a crash at this moment would leave, by path. */
  readonly durableFiles: () => ReadonlyMap<string, Uint8Array>;
  /** The car as it is at this moment. */
  readonly current: () => KnownCar;
  /** The shortest silence that counts as a fence, milliseconds. */
  readonly fenceMs: number;
  readonly report: (violation: string) => void;
  /** Called before each message leaves. */
  readonly onSend?: (payload: Uint8Array) => void;
  /** Sees every message both ways. */
  readonly onMessage?: (payload: Uint8Array) => void;
}

const WRITE_DATA_BY_IDENTIFIER = 0x2e;
const SECURITY_ACCESS = 0x27;
const NEGATIVE = 0x7f;
const RESPONSE_PENDING = 0x78;

/** Asserts on the wire what no write may break, over all links to one car, one process after the other. */
export class WriteWatch {
  readonly #options: WatchOptions;
  /** Writes that nobody has answered since, by ECU and block: what the block holds is unknown until a fence. */
  readonly #unanswered = new Set<string>();
  /** Intents used up: the bytes of each may leave once. */
  readonly #used = new Set<string>();

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  over(inner: Transport): Transport {
    const { onSend, onMessage, current, report, fenceMs } = this.#options;
    let silentSinceMs: number | undefined;
    /** Who stood behind the link when it was opened: somebody else may be met later, but not missed then. */
    let met = current();
    const watched = {
      open: async (signal?: AbortSignal) => {
        if (silentSinceMs !== undefined && inner.clock.now() - silentSinceMs >= fenceMs) this.#unanswered.clear();
        silentSinceMs = undefined;
        met = current();
        return inner.open(signal);
      },
      close: async () => {
        silentSinceMs ??= inner.clock.now();
        return inner.close();
      },
      send: async (ecu: EcuAddress, payload: Uint8Array, signal?: AbortSignal) => {
        onSend?.(payload);
        onMessage?.(payload);
        if (payload[0] === SECURITY_ACCESS) report('security access was asked for');
        if (payload[0] === WRITE_DATA_BY_IDENTIFIER) this.#assertCovered(ecu, payload, met);
        return inner.send(ecu, payload, signal);
      },
      receive: async (deadlineMs: number, signal?: AbortSignal) => {
        const message = await inner.receive(deadlineMs, signal);
        if (message === undefined) return undefined;
        onMessage?.(message.payload);
        this.#answered(message.source, message.payload);
        return message;
      },
    };
    return new Proxy(inner, {
      get(target, name) {
        if (Object.hasOwn(watched, name)) return watched[name as keyof typeof watched];
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  #answered(ecu: EcuAddress, payload: Uint8Array): void {
    const refused = payload[0] === NEGATIVE && payload[1] === WRITE_DATA_BY_IDENTIFIER && payload[2] !== RESPONSE_PENDING;
    if (!refused && payload[0] !== WRITE_DATA_BY_IDENTIFIER + 0x40) return;
    for (const block of this.#unanswered) if (block.startsWith(`${ecu} `)) this.#unanswered.delete(block);
  }

  /**
   * I1: what a crash at this very moment would leave on disk holds the block's true previous bytes, twice (backup and
   * BEGIN), and the intent to replace them. I5: no bit outside the mask, no other car or unit. I7: one write per intent, and none after an
   * unanswered one without a fence.
   */
  #assertCovered(ecu: EcuAddress, payload: Uint8Array, met: KnownCar): void {
    const { durableFiles, current, report } = this.#options;
    const address = toHex(Uint8Array.of(ecu));
    const did = toHex(payload.subarray(1, 3));
    const bytes = toHex(payload.subarray(3));
    const what = `2E ${did} to ${address} left`;
    const block = `${ecu} ${did}`;
    if (this.#unanswered.has(block)) report(`I7: ${what} after an unanswered one without a fence`);
    this.#unanswered.add(block);
    const files = durableFiles();
    const covering = [...files]
      .filter(([path]) => path.endsWith('.jsonl'))
      .map(([path, content]) => coverOf(path, readJournal(content), { address, did, bytes }))
      .find((cover) => cover !== undefined);
    if (covering === undefined) {
      report(`I1: ${what} without a durable intent`);
      return;
    }
    const { begin, op, intent } = covering;
    if ([met, current()].every((car) => isAnother(car, begin, address))) report(`I5: ${what} for another car or unit`);
    if (this.#used.has(intent)) report(`I7: ${what} twice on one intent`);
    this.#used.add(intent);
    // On the way back the bytes in the car are the job's own; the true ones were asserted on the way forward.
    if (bytes === op.new && current().ecus[address]?.blocks?.[did] !== op.old)
      report(`I1: ${what} without its true previous bytes in BEGIN`);
    const backup = [...files].find(([path]) => path.endsWith(`-${begin.backup}.json`));
    if (backup === undefined || !holds(backup[1], { address, did, bytes: op.old })) report(`I1: ${what} without a durable backup`);
    const strays = [...Buffer.from(op.mask, 'hex')].some((mask, index) => {
      const [old, next] = [op.old, op.new].map((hex) => Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16));
      return (((old ?? 0) ^ (next ?? 0)) & ~mask) !== 0;
    });
    if (strays) report(`I5: ${what} with bits outside its mask`);
  }
}

interface Block {
  readonly address: string;
  readonly did: string;
  readonly bytes: string;
}

interface Cover {
  readonly begin: BeginRecord;
  readonly op: BeginRecord['ops'][number];
  /** Names the intent among all journals. */
  readonly intent: string;
}

/** Whether a car or its unit is not the one that a job was begun on. */
function isAnother(car: KnownCar, begin: BeginRecord, address: string): boolean {
  const unit = begin.ecus.find((candidate) => candidate.address === address);
  // A unit may keep its serial to itself, twice even; then its SVK has to do, which the job compares.
  return car.vin !== begin.vin || (unit?.serial !== '' && car.ecus[address]?.dids?.['F18C'] !== unit?.serial);
}

function coverOf(path: string, { begin, records, open, tail }: JournalContents, { address, did, bytes }: Block): Cover | undefined {
  const index = begin?.ops.findIndex((op) => op.ecu === address && op.did === did) ?? -1;
  const op = begin?.ops[index];
  const last = records.findLast((record) => record.type === 'INTENT');
  if (!open || begin === undefined || op === undefined || last?.op !== index) return undefined;
  return bytes === (last.dir === 'forward' ? op.new : op.old) ? { begin, op, intent: `${path} ${tail.seq}` } : undefined;
}

function holds(file: Uint8Array, { address, did, bytes }: Block): boolean {
  const { ecus } = JSON.parse(new TextDecoder().decode(file)) as {
    ecus: { address: string; blocks: { did: string; rows: string[] }[] }[];
  };
  return ecus.some((ecu) => ecu.address === address && ecu.blocks.some((block) => block.did === did && block.rows.join('') === bytes));
}
