import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const PATIENCE_MS = 30_000;
const POLL_MS = 50;

/** A real terminal of 80 columns, by tmux, with a server of its own. */
export class Terminal {
  #socket;

  /** @param env of the shell beside what it has from here */
  constructor(folder, { rows, env }) {
    this.#socket = join(folder, 'tmux');
    const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    this.#tmux('new-session', '-d', '-x', '80', '-y', String(rows), '-c', folder, 'env', ...words, 'bash', '--norc');
  }

  type(...keys) {
    this.#tmux('send-keys', ...keys);
  }

  /** Types something when it is asked for, and waits until the program shows this. */
  async answer(asked, text, until) {
    await this.shows(asked);
    this.type(text, 'Enter');
    await this.shows(until);
  }

  /** Everything since the terminal was opened, one line a string, with its colours. */
  lines() {
    return this.#tmux('capture-pane', '-e', '-p', '-S', '-').trimEnd().split('\n');
  }

  /** @param wanted a pattern; `$` is the end of what is shown @throws {Error} where it does not come */
  async shows(wanted) {
    for (let waited = 0; !wanted.test(this.#screen()); waited += POLL_MS) {
      if (waited > PATIENCE_MS) throw new Error(`${wanted} does not come:\n${this.#screen()}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  #screen() {
    return this.#tmux('capture-pane', '-p').trimEnd();
  }

  close() {
    this.#tmux('kill-server');
  }

  #tmux(...words) {
    const { stdout, error } = spawnSync('tmux', ['-S', this.#socket, ...words], { encoding: 'utf8' });
    if (error !== undefined) throw error;
    return stdout;
  }
}
