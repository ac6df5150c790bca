import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, KombiError, systemClock } from '../../core/index.ts';
import { type CarState, dashboard, diffStates, startMockCar } from '../../mock/index.ts';
import type { CommandSpec } from '../command.ts';
import { Context } from '../context.ts';
import { plural } from '../format.ts';
import { Input } from '../input.ts';
import type { Io } from '../io.ts';
import { messageLabel } from '../messages-text.ts';
import { runCommand } from '../run-command.ts';
import { code } from './code.ts';
import { undo } from './undo.ts';

const PROFILE = 'f06-sos';
const EDIT = 'KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7';
const VIN_TAIL = 7;
const LINKS = [
  { title: 'Over an ENET cable', link: `mock:${PROFILE}` },
  { title: 'Over an ELM327 adapter', link: `mock:${PROFILE}?link=elm327` },
];
/** Long enough to read what has just appeared; the whole demo stays below half a minute. */
const PAUSE_MS = { short: 700, read: 2000, key: 70 };

export const demo: CommandSpec = {
  name: 'demo',
  summary: 'the whole job on a mock car, in half a minute',
  description:
    'Hides the message of a failed emergency call system and shows it again, over ENET and over an ELM327. The commands are the real ones; the car and the archive are made for the demo and removed.',
  options: [{ flags: '--fast', help: 'without the pauses' }],
  examples: ['kombi demo', 'kombi demo --fast'],
  run: async (context, input) => {
    const folder = await mkdtemp(join(tmpdir(), 'kombi-demo-'));
    context.defer(() => rm(folder, { recursive: true, force: true }));
    const stage = new Stage(context, folder, input.flag('fast') || context.globals.json);
    const before = stage.carState();
    const steps: { link: string; shown: readonly number[]; after: string }[] = [];
    for (const { title, link } of LINKS) {
      await stage.tell(['', (await context.style()).heading(title), '']);
      steps.push({ link, shown: await stage.dashboard(), after: 'start' });
      await stage.run(code, { link, words: ['code', EDIT], input: new Input([[EDIT]], {}) });
      await stage.tellDifferences(before);
      steps.push({ link, shown: await stage.dashboard(), after: 'code' });
      await stage.run(undo, { link, words: ['undo'], input: new Input([], {}) });
      steps.push({ link, shown: await stage.dashboard(), after: 'undo' });
    }
    const different = diffStates(before, stage.carState());
    if (different.length > 0) {
      throw new KombiError({
        code: 'bug.demo',
        exit: EXIT.bug,
        message: `After the demo the car differs at ${different.map(({ path }) => path).join(', ')}`,
      });
    }
    return {
      result: { steps, equal: true },
      lines: [
        (await context.style()).good('The whole car is as it was at the start, bit for bit.'),
        'On a real car, the same: kombi code … --link enet:',
      ],
    };
  },
};

/** Runs commands on one mock car as if a person sat there, and looks at its dashboard in between. */
class Stage {
  readonly #context: Context;
  readonly #folder: string;
  readonly #fast: boolean;

  constructor(context: Context, folder: string, fast: boolean) {
    this.#context = context;
    this.#folder = folder;
    this.#fast = fast;
  }

  carState(): CarState {
    return this.#car().exportState();
  }

  async tell(lines: readonly string[]): Promise<void> {
    await this.#context.show(lines);
  }

  /** What the driver sees now. */
  async dashboard(): Promise<readonly number[]> {
    const { shown } = dashboard(this.#car());
    const catalog = await this.#context.catalog();
    const style = await this.#context.style();
    const lines = shown.map((id) => style.warning(`  ⚠ ${messageLabel(catalog.message(id), this.#context)} (${id})`));
    await this.tell([style.heading('The dashboard shows'), ...(lines.length > 0 ? lines : [style.good('  no message')]), '']);
    await this.#pause(PAUSE_MS.short);
    return shown;
  }

  /** One command, by the code that runs it for everybody. */
  async run(spec: CommandSpec, { link, words, input }: { link: string; words: readonly string[]; input: Input }): Promise<void> {
    const style = await this.#context.style();
    await this.tell([style.mark(`$ kombi ${words.join(' ')} --link '${link}'`)]);
    await this.#pause(PAUSE_MS.short);
    const globals = {
      ...this.#context.globals,
      link: `${link}${link.includes('?') ? '&' : '?'}state=${encodeURIComponent(this.#stateFile())}`,
      archive: join(this.#folder, 'archive'),
      accept: undefined,
    };
    const context = new Context(this.#io(), globals, words);
    await runCommand(spec, words.slice(0, 1), { context, input });
    await this.tell(['']);
    await this.#pause(PAUSE_MS.short);
  }

  async tellDifferences(before: CarState): Promise<void> {
    const differences = diffStates(before, this.carState());
    const places = differences.map(({ path, before: old, after }) => `${path} ${String(old)} → ${String(after)}`);
    await this.tell([`Of the whole car, ${plural(differences.length, 'bit')} changed: ${places.join(', ')}`, '']);
  }

  #car() {
    return startMockCar({ profile: PROFILE, stateFile: this.#stateFile() });
  }

  #stateFile(): string {
    return join(this.#folder, 'car.json');
  }

  /** A world in which a person sits at the terminal, reads the plan, and types the end of the VIN. */
  #io(): Io {
    const { io, globals } = this.#context;
    const hush = { write: () => {}, isTerminal: false, columns: undefined };
    const stdout = globals.json ? hush : io.stdout;
    return {
      ...io,
      stdout,
      // Consent needs a terminal to be asked in; where there is none, what only a terminal should get goes nowhere.
      stderr: io.stderr.isTerminal && !globals.json ? io.stderr : { ...hush, isTerminal: true },
      stdin: { isTerminal: true, read: async () => '' },
      prompter: async () => ({
        ask: async (question) => {
          await this.#pause(PAUSE_MS.read);
          stdout.write(`${question} `);
          const answer = this.#car().vin.slice(-VIN_TAIL);
          for (const key of answer) {
            await this.#pause(PAUSE_MS.key);
            stdout.write(key);
          }
          stdout.write('\n');
          return answer;
        },
        confirm: async (_, standard) => standard,
        choose: nobodyChooses,
        chooseSome: nobodyChooses,
      }),
    };
  }

  async #pause(delayMs: number): Promise<void> {
    if (!this.#fast) await systemClock.sleep(delayMs, this.#context.io.signal);
  }
}

/** The commands of the demo ask for consent and nothing else. */
function nobodyChooses(question: string): Promise<never> {
  return Promise.reject(new KombiError({ code: 'bug.demo', exit: EXIT.bug, message: `Nobody is there to choose: ${question}` }));
}
