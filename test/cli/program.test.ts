import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { diffStates, startMockCar } from '../../src/mock/index.ts';
import { jsonOf } from './support/bench.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'bin/kombi.js');
const isBuilt = existsSync(join(root, 'dist/cli/main.js'));
const hasTmux = spawnSync('tmux', ['-V']).error === undefined;
const hasFish = spawnSync('fish', ['--version']).error === undefined;
const hasZsh = spawnSync('zsh', ['--version']).error === undefined;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kombi-program-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const env = () => ({ ...process.env, KOMBI_ARCHIVE: join(folder, 'archive'), KOMBI_LINK: undefined });

function kombi(...words: string[]) {
  return spawnSync(process.execPath, [program, ...words], { encoding: 'utf8', env: env() });
}

function kombiRunning(...words: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [program, ...words], { env: env() });
}

function ended(child: ChildProcessWithoutNullStreams): Promise<number | null> {
  return new Promise((resolve) => child.once('close', resolve));
}

const linkWithState = () => `mock:f06-sos?state=${encodeURIComponent(join(folder, 'car.json'))}`;

function carDifferences(): readonly string[] {
  const fresh = startMockCar({ profile: 'f06-sos' }).exportState();
  const now = startMockCar({ profile: 'f06-sos', stateFile: join(folder, 'car.json') }).exportState();
  return diffStates(fresh, now).map(({ path }) => path);
}

// The program as people start it needs `npm run build`, which `npm test` does first.
describe.skipIf(!isBuilt)('the program (needs npm run build)', () => {
  it('tells its version, alone and beside other words', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    for (const words of [['--version'], ['-V'], ['--version', '--no-color']]) {
      expect(kombi(...words)).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
    }
  });

  it('ends with the exit status of the command, and with nothing pending cut off', () => {
    const shown = kombi('read', '60:3301', '--link', linkWithState(), '--json');
    expect(shown.status).toBe(0);
    expect(jsonOf(shown).result.values[0].hex).toHaveLength(640);
    expect(kombi('read', '60:3999', '--link', linkWithState(), '--json').status).toBe(3);
    expect(kombi('read', '60:3301', '--link', 'enet://127.0.0.1:1').status).toBe(8);
    expect(kombi().status).toBe(2);
  });

  it.each([
    [['--version'], []],
    [
      ['read', '60:3301.@25'],
      ['cafds', 'ecus', 'layouts', 'models'],
    ],
    [
      ['messages', 'hide', '299', '--dry-run'],
      ['cafds', 'ecus', 'layouts', 'messages', 'models', 'protectedBlocks', 'troubleCodes'],
    ],
  ])('loads for %j of the catalog only what it needs', (words, lists) => {
    // Told by the process itself, as it ends.
    const spy = join(folder, 'spy.cjs');
    writeFileSync(
      spy,
      `const fs = require('node:fs'); const read = fs.readFileSync; const seen = [];
      fs.readFileSync = (file, ...rest) => { seen.push(String(file)); return read(file, ...rest); };
      process.on('exit', () => fs.writeFileSync(${JSON.stringify(join(folder, 'seen'))}, seen.join('\\n')));`,
    );
    const link = words.length > 1 ? ['--link', linkWithState()] : [];
    expect(spawnSync(process.execPath, ['--require', spy, program, ...words, ...link], { env: env() }).status).toBe(0);
    const seen = [...readFileSync(join(folder, 'seen'), 'utf8').matchAll(/catalog\/data\/(\w+)\.bin/g)].map(([, list = '']) => list);
    expect(seen.toSorted()).toEqual(lists);
  });

  it('loads no package before a command needs it', () => {
    const bundle = readFileSync(new URL('../../dist/cli/run-process.js', import.meta.url), 'utf8');
    const imported = [...bundle.matchAll(/(?:^|;)import(?:[^"';(]*from)?["']([^"']+)["']/gm)].map(([, name]) => name);
    expect(imported).toEqual(['node:module']);
  });

  it('does the whole job over both links, from process to process', () => {
    for (const kind of ['', '&link=elm327']) {
      const link = linkWithState() + kind;
      const planned = jsonOf(kombi('messages', 'hide', '299', '--dry-run', '--json', '--link', link));
      const done = kombi('messages', 'hide', '299', '--accept', planned.result.plan.id, '--json', '--link', link);
      expect(done).toMatchObject({ status: 0, stderr: '' });
      expect(carDifferences()).toEqual(['ecus.60.blocks.3301.@25.3']);
      const back = jsonOf(kombi('undo', '--dry-run', '--json', '--link', link));
      expect(kombi('undo', '--accept', back.result.plan.id, '--link', link).status).toBe(0);
      expect(carDifferences()).toEqual([]);
    }
  }, 30_000);

  it('is quiet where the reader has seen enough', () => {
    const { stdout, stderr } = spawnSync('sh', ['-c', `"${process.execPath}" "${program}" schema code | head -1`], {
      encoding: 'utf8',
      env: env(),
    });
    expect(stdout).toBe('{\n');
    expect(stderr).toBe('');
  });

  it('paints nothing into a pipe', () => {
    const { stdout, stderr } = spawnSync(process.execPath, [program, 'code', '60:3301.@25.3=0', '--link', linkWithState()], {
      encoding: 'utf8',
      env: { ...env(), NO_COLOR: undefined, FORCE_COLOR: '1' },
    });
    expect(stdout + stderr).not.toContain('\u001b');
  });

  it.each([
    ['SIGINT', 0],
    ['SIGTERM', 0],
  ] as const)('sim ends on %s, with %i', async (signal, status) => {
    const child = kombiRunning('sim', '--enet', '0', '--json');
    const [line] = await once(child);
    expect(jsonOf({ stdout: `${line}\n` }).result.pid).toBe(child.pid);
    child.kill(signal);
    expect(await ended(child)).toBe(status);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('a command that reads ends on %s with %i and tells so', async (signal, status) => {
    // The gateway accepts and never answers, so the command is certainly still waiting.
    const sim = kombiRunning('sim', '--enet', '0', '--fault', 'silent', '--json');
    const [line] = await once(sim);
    const { port } = jsonOf({ stdout: `${line}\n` }).result.enet;
    const trace = join(folder, 'trace.txt');
    const child = kombiRunning('info', '--link', `enet://127.0.0.1:${port}`, '--trace', trace, '--json');
    const output = collect(child);
    await vi.waitFor(() => expect(readFileSync(trace, 'utf8')).toMatch(/ > /), 5000);
    child.kill(signal);
    expect(await ended(child)).toBe(status);
    expect(jsonOf({ stdout: output.join('') })).toMatchObject({ ok: false, vehicle: 'untouched' });
    sim.kill();
    await ended(sim);
  });

  it('names a port that it may not open', (context) => {
    const port = join(folder, 'ttyUSB0');
    writeFileSync(port, '');
    chmodSync(port, 0);
    chmodSync(folder, 0o755);
    const isRoot = process.getuid?.() === 0;
    const run = spawnSync(process.execPath, [program, 'info', '--link', `elm327://${port}?baud=38400`, '--json'], {
      encoding: 'utf8',
      env: { ...env(), HOME: folder },
      ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}),
    });
    if (run.error !== undefined || run.stdout === '') context.skip('this machine does not let another user run the program');
    expect(run.status).toBe(8);
    expect(jsonOf(run)).toMatchObject({
      vehicle: 'untouched',
      error: { code: 'link.not-permitted', message: expect.stringContaining(port) },
    });
  });

  it.skipIf(!hasTmux)(
    'asks a person in a terminal, and takes Ctrl-C for no (needs tmux)',
    async () => {
      const screen = new Screen(folder);
      try {
        screen.type(
          `${process.execPath} ${program} code KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7 --link '${linkWithState()}'; echo "exit $?"`,
          'Enter',
        );
        await screen.shows('Type the last seven of its VIN');
        screen.type('C-c');
        await screen.shows('exit 130');
        expect(screen.text()).toContain('Nothing was written to the car.');

        screen.type('clear', 'Enter');
        screen.type(
          `${process.execPath} ${program} code KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7 --link '${linkWithState()}'; echo "exit $?"`,
          'Enter',
        );
        await screen.shows('Type the last seven of its VIN');
        screen.type('D000001', 'Enter');
        await screen.shows('exit 0');
        expect(carDifferences()).toEqual(['ecus.60.blocks.3301.@25.3']);
      } finally {
        screen.close();
      }
    },
    60_000,
  );

  it.skipIf(!hasTmux)(
    'leads from `kombi` with nothing typed to the hidden message, in 80 columns (needs tmux)',
    async () => {
      const screen = new Screen(folder, { columns: 80, rows: 24 });
      try {
        screen.type(`${process.execPath} ${program} --link '${linkWithState()}'; echo "exit $?"`, 'Enter');
        await screen.shows('❯ What is wrong with my SOS call?');
        for (const next of ['What was done', 'Has water', 'Which parts', 'Where is the car', 'Is there a warranty', 'What next?']) {
          await screen.enterUntil(next);
        }
        screen.type('Down', 'Down', 'Enter');
        await screen.shows('Type the last seven of its VIN');
        screen.type('D000001', 'Enter');
        await screen.shows('Check again after some drives');
        expect(carDifferences()).toEqual(['ecus.60.blocks.3301.@25.3']);
        await screen.shows('What next?');
        screen.type('C-c');
        await screen.shows('exit 130');
      } finally {
        screen.close();
      }
    },
    60_000,
  );

  it('completes words in bash, also behind a colon', () => {
    const ask = `ask() { COMP_LINE=$1 COMP_POINT=\${#1}; _kombi; echo "\${COMPREPLY[*]}"; };`;
    const lines = "ask 'kombi messages h'; ask 'kombi read --link mock:f06-so'; ask 'kombi completion '";
    const script = `${shellProgram()} eval "$(kombi completion bash)"; ${ask} ${lines}`;
    expect(spawnSync('bash', ['-c', script], { encoding: 'utf8', env: env() })).toMatchObject({
      stdout: 'hide\nf06-sos\nbash zsh fish\n',
      stderr: '',
    });
  });

  it.skipIf(!hasFish)('completes words in fish (needs fish)', () => {
    const script = `function kombi; ${process.execPath} ${program} $argv; end; kombi completion fish | source; complete -C 'kombi read --link mock:f06-so'; complete -C 'kombi mess'`;
    expect(spawnSync('fish', ['--no-config', '-c', script], { encoding: 'utf8', env: env() }).stdout).toBe('mock:f06-sos\nmessages\n');
  });

  it.skipIf(!hasZsh)('has a script that zsh takes and that offers what is asked for (needs zsh)', () => {
    const stubs = 'compdef() { :; }; compadd() { print -l $offers; }; _files() { print files; }';
    const script = `${stubs}; ${shellProgram()} eval "$(kombi completion zsh)"; words=(kombi messages h) CURRENT=3; _kombi; words=(kombi read --trace x) CURRENT=4; _kombi`;
    expect(spawnSync('zsh', ['-f', '-c', script], { encoding: 'utf8', env: env() })).toMatchObject({ stdout: 'hide\nfiles\n', stderr: '' });
  });
});

/** The program under its name, for a shell of the kind of sh. */
function shellProgram(): string {
  return `kombi() { "${process.execPath}" "${program}" "$@"; };`;
}

/** The first line that a program prints. */
function once(child: ChildProcessWithoutNullStreams): Promise<[string]> {
  return new Promise((resolve, reject) => {
    createInterface(child.stdout).once('line', (line) => resolve([line]));
    child.once('error', reject);
    child.once('exit', (status) => reject(new Error(`ended with ${status} before it was ready`)));
  });
}

function collect(child: ChildProcessWithoutNullStreams): string[] {
  const output: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  return output;
}

/** A real terminal, with a server of its own so that nobody's sessions are touched. */
class Screen {
  readonly #socket: string;

  constructor(folder: string, { columns, rows } = { columns: 100, rows: 40 }) {
    this.#socket = join(folder, 'tmux');
    this.#tmux(
      'new-session',
      '-d',
      '-x',
      String(columns),
      '-y',
      String(rows),
      'env',
      `KOMBI_ARCHIVE=${join(folder, 'archive')}`,
      'TERM=screen',
      'bash',
      '--norc',
    );
  }

  type(...keys: string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  text(): string {
    return this.#tmux('capture-pane', '-p');
  }

  async shows(text: string, timeout = 20_000): Promise<void> {
    await vi.waitFor(() => expect(this.text()).toContain(text), { timeout, interval: 50 });
  }

  /** A question is painted a moment before it listens: a key of that moment is lost, and a person presses it again. */
  async enterUntil(text: string): Promise<void> {
    this.type('Enter');
    await this.shows(text, 5000).catch(async () => {
      this.type('Enter');
      await this.shows(text);
    });
  }

  close(): void {
    this.#tmux('kill-server');
  }

  #tmux(...words: string[]): string {
    return spawnSync('tmux', ['-S', this.#socket, ...words], { encoding: 'utf8' }).stdout;
  }
}
