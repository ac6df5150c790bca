import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type CarState, startMockCar } from '../../../src/mock/index.ts';
import { program } from '../support/program.ts';
import { PROFILE } from '../support/workshop.ts';
import type { Holdings } from './leftovers.ts';

/** It tells what it holds, and interprets: a thousand jobs are too few for V8 to be done compiling, and what that adds would hide ours. */
const MEASURED = [
  ...['--expose-gc', '--max-semi-space-size=1', '--single-threaded-gc', '--jitless', '--no-expose-wasm', '--no-flush-bytecode'],
  ...['../../support/run-typescript.js', './tell-holdings.ts'].flatMap((file) => ['--import', new URL(file, import.meta.url).href]),
];

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
    const child = spawn(process.execPath, [...MEASURED, program, 'sim', PROFILE, '--enet', '0', '--json', '--state', stateFile], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    // That it is there the types know only where there are no more than three.
    for await (const line of createInterface({ input: child.stdout as Readable })) {
      const { enet } = (JSON.parse(line) as { result: Ready }).result;
      return new CarProcess(child, `enet://${enet.host}:${enet.port}?control=${enet.controlPort}`, stateFile);
    }
    throw new Error('the mock car did not start');
  }

  async holdings(): Promise<Holdings> {
    this.#child.send('holdings');
    const [told] = (await once(this.#child, 'message')) as [Holdings];
    return told;
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
