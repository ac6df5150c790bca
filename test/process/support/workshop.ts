import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Archive, openArchive } from '../../../src/archive/index.ts';
import { type CarState, startMockCar } from '../../../src/mock/index.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
export const program = join(root, 'bin/kombi.js');
const preload = fileURLToPath(new URL('barrier.js', import.meta.url));

/** The program is what `npm run build` made of it; `npm test` builds first. */
export const isBuilt = existsSync(join(root, 'dist/cli/main.js'));
export const hasSocat = spawnSync('socat', ['-V']).error === undefined;
export const PROFILE = 'f06-short';
const PATIENT_S3_MS = 5000;

export type Wire = 'enet' | 'pty';

/** Where a program is struck, and how; `barrier.js` has the meaning. */
export interface Strike {
  readonly at: number;
  readonly side: 'before' | 'half' | 'after';
  readonly signal: NodeJS.Signals | 'hold';
}

export interface JsonLine {
  readonly ok: boolean;
  readonly vehicle: string;
  readonly result?: { readonly state?: string; readonly plan?: { readonly id: string } };
  readonly error?: { readonly code: string; readonly message: string };
}

/** How a program ended. */
export interface Ended {
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The barriers that it passed, or was struck at. */
  readonly passed: readonly string[];
  /** What it said, where it came to say something. */
  readonly line: JsonLine | undefined;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  passed(): readonly string[];
}

export interface RunOptions {
  readonly wire?: Wire;
  readonly strike?: Strike | undefined;
  /** In place of the workshop's own. */
  readonly archive?: string;
  /** Words in front of the program, such as those that take rights away. */
  readonly prefix?: readonly string[];
}

// What a kill loses is the process, not the disk: files in memory do as well and cost no time.
const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** One car in a process of its own, and one archive: what real kombi processes work on. */
export class Workshop {
  readonly folder = mkdtempSync(join(base, 'kombi-process-'));
  readonly before: CarState = startMockCar({ profile: PROFILE }).exportState();
  readonly #wires: readonly Wire[];
  readonly #links = new Map<Wire, string>();
  #car: ChildProcess | undefined;
  #round = 0;
  #runs = 0;

  private constructor(wires: readonly Wire[]) {
    this.#wires = wires;
  }

  static async open(wires: readonly Wire[] = ['enet']): Promise<Workshop> {
    const workshop = new Workshop(wires);
    await workshop.renew();
    return workshop;
  }

  get archiveFolder(): string {
    return join(this.folder, `archive-${this.#round}`);
  }

  get carProcess(): number {
    return this.#car?.pid ?? 0;
  }

  archive(): Archive {
    return openArchive(this.archiveFolder);
  }

  link(wire: Wire = 'enet'): string {
    return this.#links.get(wire) ?? '';
  }

  /** A car as at first, and an empty archive. */
  async renew(): Promise<void> {
    if (this.#round > 0) rmSync(this.archiveFolder, { recursive: true, force: true });
    const untouched = this.#car !== undefined && !existsSync(this.#stateFile);
    this.#round += 1;
    if (untouched) return;
    await this.#stop();
    rmSync(this.#stateFile, { force: true });
    await this.#start();
  }

  /** All of the car that survives a reset, as it stands in its file. */
  state(): CarState {
    return existsSync(this.#stateFile) ? startMockCar({ profile: PROFILE, stateFile: this.#stateFile }).exportState() : this.before;
  }

  /** Starts `kombi` with `--json` on this car and this archive. */
  start(words: readonly string[], { wire = 'enet', strike, archive = this.archiveFolder, prefix = [] }: RunOptions = {}): Running {
    this.#runs += 1;
    const trace = join(this.folder, `trace-${this.#runs}`);
    const [command = '', ...rest] = [...prefix, process.execPath, '--import', preload, program, ...words];
    const child = spawn(command, [...rest, '--json', '--link', this.link(wire), '--archive', archive], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, KOMBI_BARRIER: JSON.stringify({ archive, trace, ...strike }) },
    });
    const passed = () => (existsSync(trace) ? readFileSync(trace, 'utf8').split('\n').slice(0, -1) : []);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exit, signal) => {
        const text = Buffer.concat(out).toString();
        const line = text.endsWith('\n') ? (JSON.parse(text) as JsonLine) : undefined;
        resolve({ exit, signal, passed: passed(), line, stderr: Buffer.concat(err).toString() });
        rmSync(trace, { force: true });
      });
    });
    return { child, ended, passed };
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
    await this.#stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #stateFile(): string {
    return join(this.folder, 'car.json');
  }

  async #start(): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    const ends = this.#wires.flatMap((wire) => (wire === 'enet' ? ['--enet', '0'] : ['--elm327', 'pty', '--baud', '115200']));
    const words = ['sim', this.#wires.includes('pty') ? this.#patientProfile() : PROFILE, ...ends, '--json', '--state', this.#stateFile];
    const car = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#car = car;
    for await (const line of createInterface({ input: car.stdout })) {
      const { enet, elm327 } = (JSON.parse(line) as { result: Ready }).result;
      if (enet) this.#links.set('enet', `enet://${enet.host}:${enet.port}?control=${enet.controlPort}`);
      if (elm327) this.#links.set('pty', `elm327://${elm327.path}?baud=115200`);
      return;
    }
    throw new Error('the mock car did not start');
  }

  /** Over the chip a write takes a tenth of a second, on a busy machine several: its session must not lapse of itself. */
  #patientProfile(): string {
    const profile = JSON.parse(readFileSync(join(root, 'fixtures/vehicles', `${PROFILE}.json`), 'utf8')) as { timing: object };
    const path = join(this.folder, 'patient.json');
    writeFileSync(path, JSON.stringify({ ...profile, timing: { ...profile.timing, s3Ms: PATIENT_S3_MS } }));
    return path;
  }

  async #stop(): Promise<void> {
    const car = this.#car;
    this.#car = undefined;
    if (car === undefined || car.exitCode !== null) return;
    const gone = new Promise((resolve) => car.once('close', resolve));
    car.kill('SIGTERM');
    await gone;
  }
}

interface Ready {
  readonly enet?: { readonly host: string; readonly port: number; readonly controlPort: number };
  readonly elm327?: { readonly path: string };
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
