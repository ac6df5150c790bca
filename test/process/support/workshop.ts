import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Archive, openArchive } from '../../../src/archive/index.ts';
import { startElm327Pty } from '../../../src/mock/elm327/index.ts';
import { type Car, type CarState, loadProfile, startHsfzServer, startMockCar } from '../../../src/mock/index.ts';
import { type Ended, type Running, type Strike, startProgram } from './program.ts';

export const hasSocat = spawnSync('socat', ['-V']).error === undefined;
export const PROFILE = 'f06-short';
const PATIENT_S3_MS = 5000;

export type Wire = 'enet' | 'pty';

export interface RunOptions {
  readonly wire?: Wire;
  readonly strike?: Strike | undefined;
  /** In place of the workshop's own. */
  readonly archive?: string;
  /** In place of the workshop's own car. */
  readonly link?: string;
  readonly prefix?: readonly string[];
}

// What a kill loses is the process, not the disk: files in memory do as well and cost no time.
const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** One car, and one archive: what real kombi processes work on. */
export class Workshop {
  readonly folder = mkdtempSync(join(base, 'kombi-process-'));
  readonly before: CarState;
  readonly #wires: readonly Wire[];
  readonly #profile: ReturnType<typeof loadProfile>;
  readonly #ends = new Map<Wire, { readonly link: string; close(): Promise<void> }>();
  #car: Car;
  #round = 0;
  #runs = 0;

  private constructor(wires: readonly Wire[]) {
    this.#wires = wires;
    const profile = loadProfile(PROFILE);
    // Over the chip a write takes a tenth of a second, on a busy machine several: its session must not lapse of itself.
    this.#profile = wires.includes('pty') ? { ...profile, timing: { ...profile.timing, s3Ms: PATIENT_S3_MS } } : profile;
    this.#car = startMockCar({ profile: this.#profile });
    this.before = this.#car.exportState();
  }

  static async open(wires: readonly Wire[] = ['enet']): Promise<Workshop> {
    const workshop = new Workshop(wires);
    await workshop.renew();
    return workshop;
  }

  get archiveFolder(): string {
    return join(this.folder, `archive-${this.#round}`);
  }

  archive(): Archive {
    return openArchive(this.archiveFolder);
  }

  link(wire: Wire = 'enet'): string {
    return this.#ends.get(wire)?.link ?? '';
  }

  /** A car as at first, and an empty archive. */
  async renew(): Promise<void> {
    rmSync(this.archiveFolder, { recursive: true, force: true });
    this.#round += 1;
    await this.#unplug();
    this.#car = startMockCar({ profile: this.#profile });
    for (const wire of this.#wires) this.#ends.set(wire, await (wire === 'enet' ? enetOf(this.#car) : ptyOf(this.#car)));
  }

  /** All of the car that survives a reset. */
  state(): CarState {
    return this.#car.exportState();
  }

  /** Starts `kombi` with `--json` on this car and this archive. */
  start(
    words: readonly string[],
    { wire, link = this.link(wire), archive = this.archiveFolder, strike, prefix }: RunOptions = {},
  ): Running {
    this.#runs += 1;
    return startProgram(words, { link, archive, trace: join(this.folder, `trace-${this.#runs}`), strike, prefix });
  }

  run(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return this.start(words, options).ended;
  }

  /** The words that carry out what a dry run of them plans. */
  async accepted(words: readonly string[], wire: Wire = 'enet'): Promise<readonly string[]> {
    const { line, stderr } = await this.run([...words, '--dry-run'], { wire });
    const id = line?.result?.plan?.id;
    if (id === undefined) throw new Error(`no plan for ${words.join(' ')}: ${line?.error?.message ?? stderr}`);
    return [...words, '--accept', id];
  }

  async dispose(): Promise<void> {
    await this.#unplug();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #unplug(): Promise<void> {
    this.#car.close();
    for (const end of this.#ends.values()) await end.close();
    this.#ends.clear();
  }
}

async function enetOf(car: Car) {
  const server = await startHsfzServer(car);
  return { link: `enet://${server.host}:${server.port}?control=${server.controlPort}`, close: () => server.close() };
}

async function ptyOf(car: Car) {
  const pty = await startElm327Pty(car, { baud: 115_200 });
  return { link: `elm327://${pty.path}?baud=115200`, close: () => pty.close() };
}

/** Works through a list, several at a time, each worker in a workshop of its own. */
export async function inWorkshops<Item>(
  items: readonly Item[],
  { wires, workers }: { readonly wires: readonly Wire[]; readonly workers: number },
  work: (workshop: Workshop, item: Item) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const worker = async () => {
    const workshop = await Workshop.open(wires);
    try {
      for (const item of queue) {
        await workshop.renew();
        await work(workshop, item);
      }
    } finally {
      await workshop.dispose();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, items.length) }, worker));
}
