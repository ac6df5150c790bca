import { copyBytes, equalBytes, readU16 } from '../../core/index.ts';
import { NRC, negative } from '../ecu/nrc.ts';
import type { RecordingPlayer } from './player.ts';

const READ = 0x22;
const WRITE = 0x2e;
/** Coding data, on E-series and since (bmw-diagnostics §5.9, published). */
const FIRST_BLOCK = 0x3000;
const LAST_BLOCK = 0x3eff;

/** The coding blocks that a recording knows, and what was written over them since. */
export class HeldBlocks {
  readonly #player: RecordingPlayer;
  readonly #written = new Map<number, Map<number, Uint8Array>>();
  readonly #changed: () => void;

  constructor(player: RecordingPlayer, changed: () => void) {
    this.#player = player;
    this.#changed = changed;
  }

  /** What reading a block gives where it was written; undefined for any other request. */
  read(address: number, request: Uint8Array): Uint8Array | undefined {
    if (this.#written.size === 0 || request[0] !== READ || request.length !== 3) return undefined;
    const bytes = this.#written.get(address)?.get(readU16(request, 1) ?? 0);
    return bytes && Uint8Array.of(READ + 0x40, request[1] ?? 0, request[2] ?? 0, ...bytes);
  }

  /** Writes a block; undefined where the request is none that writes a block of the recording. */
  write(address: number, request: Uint8Array): Uint8Array | undefined {
    const did = readU16(request, 1) ?? 0;
    const recorded = request[0] === WRITE ? this.#recorded(address, did) : undefined;
    if (recorded === undefined) return undefined;
    if (request.length !== recorded.length + 3) return negative(WRITE, NRC.incorrectMessageLength);
    this.restore(address, did, request.subarray(3));
    this.#changed();
    return Uint8Array.of(WRITE + 0x40, request[1] ?? 0, request[2] ?? 0);
  }

  /** Every block of an ECU as it is now, in order. */
  *blocks(address: number): Generator<readonly [did: number, bytes: Uint8Array]> {
    const requests = [...this.#player.requestsOf(address, { service: READ, length: 3 })];
    const dids = requests.map((request) => readU16(request, 1) ?? 0).sort((left, right) => left - right);
    for (const did of dids) {
      const bytes = this.#written.get(address)?.get(did) ?? this.#recorded(address, did);
      if (bytes !== undefined) yield [did, bytes];
    }
  }

  restore(address: number, did: number, bytes: Uint8Array): void {
    const recorded = this.#recorded(address, did);
    const blocks = this.#written.get(address) ?? new Map<number, Uint8Array>();
    this.#written.set(address, blocks);
    if (recorded !== undefined && equalBytes(recorded, bytes)) blocks.delete(did);
    else blocks.set(did, copyBytes(bytes));
  }

  #recorded(address: number, did: number): Uint8Array | undefined {
    if (did < FIRST_BLOCK || did > LAST_BLOCK) return undefined;
    return this.#player.positive(address, Uint8Array.of(READ, did >> 8, did & 0xff));
  }
}
