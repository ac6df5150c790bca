// Takes the pictures and the transcript of the README from the real program in a real terminal, on a mock car.
// Usage: npm run build && npm run screens (needs tmux)
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { svgOf } from './svg.js';
import { Terminal } from './terminal.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const README = join(root, 'README.md');
const [BEGIN, END] = ['<!-- transcript: npm run screens -->', '<!-- /transcript -->'];
const PROMPT = /(^|\n)\$$/;
const CONSENT = /Type the last seven of its VIN:$/;
const VIN_TAIL = 'D000001';
/** Ids and times differ in each run; in what is kept they stay, so that a change there is a change of the program. */
const IDS = ['f5bf855efb95855a', 'a4055585d6f863de', '5bc398f126a78e0b', '93c0448c358f5d49'];
const TIME = '2026-11-20T15:06:15Z';

const folder = mkdtempSync(join(tmpdir(), 'kombi-screens-'));
try {
  mkdirSync(join(folder, 'bin'));
  symlinkSync(join(root, 'bin/kombi.js'), join(folder, 'bin/kombi'));
  await inTerminal(assistant);
  await inTerminal(transcript);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param record gets a terminal whose shell knows `kombi`, a fresh car and an empty archive */
async function inTerminal(record) {
  const home = mkdtempSync(join(folder, 'home-'));
  const path = `${join(folder, 'bin')}:${process.env.PATH}`;
  const env = { PATH: path, HOME: home, PS1: '$ ', TERM: 'screen', KOMBI_LINK: 'mock:f06-sos?state=car.json', KOMBI_ARCHIVE: 'archive' };
  const terminal = new Terminal(home, { rows: 50, env });
  try {
    terminal.type(`cd ${home}; unset NO_COLOR COLUMNS; clear`, 'Enter');
    await record(terminal);
  } finally {
    terminal.close();
  }
}

async function assistant(terminal) {
  await terminal.answer(PROMPT, 'kombi', /What would you like to do\?/);
  picture('assistant', between(terminal, { from: /^\$ kombi$/, to: /navigate/ }));
  terminal.type('Enter');
  for (const question of [/What was done/, /Has water/, /Which parts/, /Where is the car/, /Is there a warranty/]) {
    await terminal.shows(question);
    terminal.type('Enter');
  }
  await terminal.shows(/What next\?/);
  picture('diagnosis', between(terminal, { from: /^What the car says/, to: /^ {4}\$ kombi faults ATM --clear/ }));
  terminal.type('Down', 'Down', 'Enter');
  await terminal.answer(CONSENT, VIN_TAIL, /Check again after some drives/);
  picture('hide', between(terminal, { from: /^\$ kombi messages hide/, to: /^Check again after some drives/ }));
}

/** The main job as commands, into the README. */
async function transcript(terminal) {
  for (const command of ['kombi messages hide 299', 'kombi undo']) {
    await terminal.answer(PROMPT, command, CONSENT);
    await terminal.answer(CONSENT, VIN_TAIL, PROMPT);
  }
  await terminal.answer(PROMPT, 'kombi history', /undo of/);
  const lines = between(terminal, { from: /^\$ kombi messages hide/, to: /@25 F7→FF/ }).map(stripVTControlCharacters);
  const text = readFileSync(README, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`The README has no ${BEGIN} and ${END}`);
  writeFileSync(README, `${before}${BEGIN}\n\`\`\`\n${lines.join('\n')}\n\`\`\`\n${END}${after}`);
}

/** The lines from the last that looks so to the next that looks so, with what changes from run to run made to stay. */
function between(terminal, { from, to }) {
  const lines = terminal.lines().map((line) => line.trimEnd());
  const plain = lines.map((line) => stripVTControlCharacters(line));
  const first = plain.findLastIndex((line) => from.test(line));
  const last = plain.findIndex((line, at) => at >= first && to.test(line));
  if (first < 0 || last < 0) throw new Error(`Nothing from ${from} to ${to}:\n${plain.join('\n')}`);
  const plans = plain.map((line) => /^ {2}Plan ([0-9a-f]{16})$/.exec(line)?.[1]);
  const seen = [];
  const fixed = (id) => {
    if (plans.includes(id)) return id;
    if (!seen.includes(id)) seen.push(id);
    return IDS[seen.indexOf(id)] ?? id;
  };
  // tmux writes a colour where it begins, be it many lines before.
  const colours =
    lines
      .slice(0, first)
      .join('')
      .match(/\u001b\[[\d;]*m/g) ?? [];
  return lines
    .slice(first, last + 1)
    .map((line, at) => (at === 0 ? colours.join('') + line : line))
    .map((line) => line.replace(/(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])/g, fixed).replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, TIME));
}

function picture(name, lines) {
  writeFileSync(join(root, 'fixtures/screens', `${name}.svg`), svgOf(lines));
}
