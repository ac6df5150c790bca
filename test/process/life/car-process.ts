import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type CarState, startMockCar } from '../../../src/mock/index.ts';
import { program } from '../support/program.ts';
import { PROFILE } from '../support/workshop.ts';

/** V8 has up to 32 MiB for new objects, and as many of its pages in memory as it was last busy: beside that no growth would be seen. */
const SMALL_YOUNG_GENERATION = '--max-semi-space-size=1';

/** A mock car in a process of its own: `kombi sim`. */
export class CarProcess {
  readonly link: string;
  readonly #child: ChildProcess;
  readonly #stateFile: string;

  private constructor(child: ChildProcess, link: string, stateFile: string) {
    this.#child = child;
    this.link = link;
    this.#stateFile = stateFile;
  }

  /** @param folder that the car keeps its state in */
  static async start(folder: string): Promise<CarProcess> {
    const stateFile = join(folder, 'car.json');
    const child = spawn(
      process.execPath,
      [SMALL_YOUNG_GENERATION, program, 'sim', PROFILE, '--enet', '0', '--json', '--state', stateFile],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    for await (const line of createInterface({ input: child.stdout })) {
      const { enet } = (JSON.parse(line) as { result: Ready }).result;
      return new CarProcess(child, `enet://${enet.host}:${enet.port}?control=${enet.controlPort}`, stateFile);
    }
    throw new Error('the mock car did not start');
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** All of the car that survives a reset, as it stands in its file. */
  state(): CarState {
    const stateFile = existsSync(this.#stateFile) ? { stateFile: this.#stateFile } : {};
    return startMockCar({ profile: PROFILE, ...stateFile }).exportState();
  }

  stop(): void {
    this.#child.kill('SIGTERM');
  }
}

interface Ready {
  readonly enet: { readonly host: string; readonly port: number; readonly controlPort: number };
}
