import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type EndRecord,
  type IntentRecord,
  type JournalBegin,
  openArchive,
  RESERVE_BYTES,
  type ResultRecord,
  readJournal,
  type SeenRecord,
} from '../../../src/archive/index.ts';
import { diskError, MemoryDisk } from '../../support/memory-disk.ts';
import { VIN } from './sample.ts';

const SHA = 'ab'.repeat(32);
const BEGIN: JournalBegin = {
  type: 'BEGIN',
  txid: '0123456789abcdef',
  vin: VIN,
  kind: 'code',
  label: 'hide 299, "sum":"x"}',
  planId: 'p1',
  ecus: [{ address: '60', serial: '0000000001', svkSha: SHA }],
  backup: 'a3f9000000000000',
  tool: 'kombi 0.1.0',
  adapter: 'enet',
  time: '2026-11-20T10:15:30.000Z',
  ops: [{ ecu: '60', did: '3301', old: 'FF', mask: '08', new: 'F7', oldSha: SHA, newSha: SHA }],
};
const INTENT: IntentRecord = { type: 'INTENT', op: 0, attempt: 1, dir: 'forward' };
const RESULT: ResultRecord = { type: 'RESULT', op: 0, outcome: 'nrc:33' };
const SEEN: SeenRecord = { type: 'SEEN', op: 0, value: 'other', afterReset: false, hex: 'F6' };
const END: EndRecord = { type: 'END', state: 'ROLLED_BACK', observed: [SHA], time: '2026-11-20T10:16:00.000Z' };
const BEGUN = { ...BEGIN, format: 1, sequence: 1 };
const RESERVE = /\.reserve$/;

function open(disk = new MemoryDisk()) {
  return { disk, archive: openArchive('/archive', { fileSystem: disk, hostId: 'laptop' }) };
}

async function written() {
  const { disk, archive } = open();
  const journal = await archive.createJournal(BEGIN);
  await journal.append(INTENT, { sync: true });
  await journal.append(RESULT, { sync: false });
  await journal.append(SEEN, { sync: false });
  return { disk, archive, journal, bytes: () => disk.bytesOf(journal.path) };
}

describe('a journal', () => {
  it('tells its records again, open until END', async () => {
    const { journal, bytes, archive, disk } = await written();
    expect(readJournal(bytes())).toMatchObject({
      records: [BEGUN, INTENT, RESULT, SEEN],
      begin: BEGUN,
      open: true,
      torn: false,
      damaged: undefined,
    });
    expect(await archive.openJournals(VIN)).toMatchObject([{ txid: BEGIN.txid, vin: VIN, path: journal.path, state: 'OPEN' }]);
    await journal.append(END, { sync: true });
    expect(readJournal(bytes())).toMatchObject({ open: false, end: END });
    expect(await archive.openJournals(VIN)).toEqual([]);
    expect(await archive.listJournals(VIN)).toMatchObject([{ state: 'ROLLED_BACK', begin: BEGUN }]);
    expect(disk.files().filter((path) => RESERVE.test(path))).toEqual([]);
  });

  it('is lines of JSON, each with its number, the hash of the line before and its own', async () => {
    const lines = new TextDecoder()
      .decode((await written()).bytes())
      .trimEnd()
      .split('\n');
    const prevs = lines.map((line) => JSON.parse(line).prev);
    expect(lines.map((line) => JSON.parse(line).seq)).toEqual([0, 1, 2, 3]);
    expect(prevs).toEqual(['0'.repeat(64), ...lines.slice(0, -1).map((line) => createHash('sha256').update(line).digest('hex'))]);
    for (const line of lines) {
      const { sum, ...rest } = JSON.parse(line);
      expect(sum).toBe(createHash('sha256').update(JSON.stringify(rest)).digest('hex'));
    }
  });

  it('takes no record from a changed line: every byte, each bit of it', { timeout: 60_000 }, async () => {
    const bytes = (await written()).bytes();
    const originals = readJournal(bytes).records.map((record) => JSON.stringify(record));
    const wrong: string[] = [];
    for (let offset = 0; offset < bytes.length; offset += 1) {
      for (const bit of [1, 2, 4, 8, 16, 32, 64, 128]) {
        const damaged = bytes.slice();
        damaged[offset] = (bytes[offset] ?? 0) ^ bit;
        const contents = readJournal(damaged);
        const foreign = contents.records.some((record) => !originals.includes(JSON.stringify(record)));
        const silent = contents.damaged === undefined && !contents.torn && !contents.unterminated;
        if (foreign || silent || !contents.open) wrong.push(`${offset} ^ ${bit}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('holds exactly the finished records wherever it is cut', { timeout: 60_000 }, async () => {
    const bytes = (await written()).bytes();
    const all = readJournal(bytes).records;
    for (let length = 0; length < bytes.length; length += 1) {
      const contents = readJournal(bytes.subarray(0, length));
      const whole = new TextDecoder().decode(bytes.subarray(0, length)).split('"}\n').length - 1 + (bytes[length] === 0x0a ? 1 : 0);
      expect({ length, records: contents.records, damaged: contents.damaged }).toEqual({
        length,
        records: all.slice(0, whole),
        damaged: undefined,
      });
      expect(contents.open).toBe(whole > 0);
    }
  });

  it('is damaged, not torn, where a finished last line or the end of a line has rotted', async () => {
    const bytes = (await written()).bytes();
    const lastLine = bytes.lastIndexOf(0x0a, bytes.length - 2) + 1;
    const rotted = bytes.slice();
    rotted[lastLine + 20] = 0x7e;
    expect(readJournal(rotted)).toMatchObject({ torn: false, damaged: expect.stringContaining('line 4') });
    const joined = bytes.slice();
    joined[lastLine - 1] = 0x20;
    expect(readJournal(joined)).toMatchObject({ torn: false, open: true, damaged: expect.stringContaining('line 3') });
  });

  it('takes zeros at the end, where data never reached the disk, for a torn line', async () => {
    const bytes = (await written()).bytes();
    for (const end of [[], [0x0a]]) {
      expect(readJournal(Uint8Array.of(...bytes, ...new Uint8Array(300), ...end))).toMatchObject({
        torn: true,
        damaged: undefined,
        length: bytes.length,
        records: [BEGUN, INTENT, RESULT, SEEN],
      });
    }
  });

  it('notices a line taken out and lines exchanged', async () => {
    const lines = new TextDecoder()
      .decode((await written()).bytes())
      .trimEnd()
      .split('\n');
    const [begin = '', intent = '', result = '', seen = ''] = lines;
    const encode = (...parts: string[]) => new TextEncoder().encode(parts.map((line) => `${line}\n`).join(''));
    expect(readJournal(encode(begin, result, seen)).damaged).toContain('line 2: it does not follow');
    expect(readJournal(encode(begin, result, intent, seen)).damaged).toContain('line 2');
  });

  it('refuses a journal of a newer format, exit 10', async () => {
    const body = JSON.stringify({ seq: 0, prev: '0'.repeat(64), ...BEGUN, format: 2 });
    const sum = createHash('sha256').update(body).digest('hex');
    const line = new TextEncoder().encode(`${body.slice(0, -1)},"sum":"${sum}"}\n`);
    expect(() => readJournal(line)).toThrow(expect.objectContaining({ code: 'archive.newer-format', exit: 10 }));
  });
});

describe('writing a journal', () => {
  it('syncs the reserve and BEGIN, then their folder, before it resolves (F2)', async () => {
    const { disk, archive } = open();
    const journal = await archive.createJournal(BEGIN);
    const reserve = journal.path.replace('.jsonl', '.reserve');
    expect(disk.bytesOf(reserve)).toHaveLength(RESERVE_BYTES);
    const order = disk.calls
      .map(({ operation, path }) => `${operation} ${path.replace(/.*\//, '').replace(/[0-9a-f]{8}\.tmp/, 'tmp')}`)
      .slice(-10);
    const name = journal.path.replace(/.*\//, '');
    expect(order).toEqual([
      `open ${name.replace('jsonl', 'reserve')}`,
      `write ${name.replace('jsonl', 'reserve')}`,
      `sync ${name.replace('jsonl', 'reserve')}`,
      `open .${name}.tmp`,
      `write .${name}.tmp`,
      `sync .${name}.tmp`,
      `link ${name}`,
      `unlink .${name}.tmp`,
      'syncDirectory journals',
      `open ${name}`,
    ]);
  });

  it('keeps every synced record over a crash, and BEGIN over a crash at once', async () => {
    const { disk, archive, journal } = await written();
    disk.crash();
    expect(await archive.openJournals(VIN)).toMatchObject([{ records: [BEGUN, INTENT], path: journal.path }]);
  });

  it('keeps END over a crash, asked to sync or not (F4)', async () => {
    const { disk, archive, journal } = await written();
    await journal.append(END, { sync: false });
    disk.crash();
    expect(await archive.openJournals(VIN)).toEqual([]);
    expect(await archive.listJournals(VIN)).toMatchObject([{ state: 'ROLLED_BACK' }]);
  });

  it('loses an intent that was not synced: what the sync is for', async () => {
    const { disk, archive } = open();
    const journal = await archive.createJournal(BEGIN);
    await journal.append(INTENT, { sync: false });
    disk.crash();
    expect(await archive.openJournals(VIN)).toMatchObject([{ records: [BEGUN] }]);
  });

  it('goes on after a torn line, and after a last line without its LF', async () => {
    for (const cut of [40, 1]) {
      const { disk, archive, journal, bytes } = await written();
      await journal.close();
      disk.plant(journal.path, bytes().slice(0, -cut));
      const [left] = await archive.openJournals(VIN);
      if (left === undefined) throw new Error('the journal is open');
      await using again = await archive.reopenJournal(left);
      await again.append(END, { sync: true });
      const records = cut === 1 ? [BEGUN, INTENT, RESULT, SEEN, END] : [BEGUN, INTENT, RESULT, END];
      expect(readJournal(disk.bytesOf(journal.path))).toMatchObject({ records, damaged: undefined, torn: false, open: false });
    }
  });

  it('can be ended although an earlier line has rotted', async () => {
    const { disk, archive, journal, bytes } = await written();
    await journal.close();
    const rotted = bytes().slice();
    rotted[rotted.indexOf(0x0a) + 30] = 0x7e;
    disk.plant(journal.path, rotted);
    const [left] = await archive.openJournals(VIN);
    if (left === undefined) throw new Error('the journal is open');
    expect(left.damaged).toContain('line 2');
    await (await archive.reopenJournal(left)).append(END, { sync: true });
    expect(await archive.openJournals(VIN)).toEqual([]);
    expect((await archive.verifyAll()).problems).toMatchObject([{ path: journal.path, problem: expect.stringContaining('line 2') }]);
  });

  it('gives up its reserve when the disk is full, and goes on', async () => {
    const { disk, archive } = open();
    const journal = await archive.createJournal(BEGIN);
    disk.capacity = disk.files().reduce((sum, path) => sum + disk.bytesOf(path).length, 0) + 10;
    await journal.append(INTENT, { sync: true });
    expect(disk.files().some((path) => RESERVE.test(path))).toBe(false);
    expect(readJournal(disk.bytesOf(journal.path))).toMatchObject({ records: [BEGUN, INTENT], torn: false, damaged: undefined });
  });

  it('takes half a line back when the disk is full with no reserve left, and stays usable', async () => {
    const { disk, archive } = open();
    const journal = await archive.createJournal(BEGIN);
    const room = disk.capacity;
    disk.capacity = disk.bytesOf(journal.path).length + 110;
    for (const path of disk.files()) if (path !== journal.path) await disk.unlink(path);
    await expect(journal.append(INTENT, { sync: true })).rejects.toMatchObject({ code: 'archive.disk-full', exit: 3 });
    expect(readJournal(disk.bytesOf(journal.path))).toMatchObject({ records: [BEGUN], torn: false });
    disk.capacity = room;
    await journal.append(INTENT, { sync: true });
    expect(readJournal(disk.bytesOf(journal.path)).records).toEqual([BEGUN, INTENT]);
  });

  it('takes no more after a failed sync, and never syncs again', async () => {
    const { disk, archive } = open();
    const journal = await archive.createJournal(BEGIN);
    let failed = 0;
    disk.before = ({ operation }) => {
      if (operation === 'sync') {
        failed += 1;
        throw diskError('EIO');
      }
    };
    await expect(journal.append(INTENT, { sync: true })).rejects.toMatchObject({ code: 'archive.sync-failed', exit: 3 });
    await expect(journal.append(END, { sync: true })).rejects.toMatchObject({ code: 'archive.sync-failed' });
    expect(failed).toBe(1);
    expect(readJournal(disk.bytesOf(journal.path)).end).toBeUndefined();
  });

  it.each(['open', 'write', 'sync', 'link', 'syncDirectory'] as const)(
    'leaves no journal behind where creating it fails at any %s',
    async (operation) => {
      for (let index = 0; ; index += 1) {
        const { disk, archive } = open();
        let seen = 0;
        disk.before = (call) => {
          if (call.operation === operation && seen++ === index) throw diskError('EIO');
        };
        const failure = await archive.createJournal(BEGIN).then(
          () => undefined,
          (error: unknown) => error,
        );
        disk.before = () => undefined;
        if (failure === undefined) {
          expect(index).toBeGreaterThan(0);
          break;
        }
        expect(failure).toMatchObject({ exit: 3, code: operation.startsWith('sync') ? 'archive.sync-failed' : 'archive.not-writable' });
        expect(await archive.openJournals(VIN)).toEqual([]);
        expect(disk.files().filter((path) => path.includes('/journals/'))).toEqual([]);
      }
    },
  );

  it('numbers the transactions of a car, whatever the clock says', async () => {
    const { archive } = open();
    for (const [txid, time] of [
      ['aaaa', '2026-11-20T10:15:30Z'],
      ['bbbb', '2025-01-01T00:00:00Z'],
    ] as const) {
      await (await archive.createJournal({ ...BEGIN, txid, time })).append(END, { sync: true });
    }
    expect((await archive.listJournals()).map(({ txid, begin }) => [txid, begin.sequence])).toEqual([
      ['aaaa', 1],
      ['bbbb', 2],
    ]);
    expect((await archive.findJournal('bbbb')).txid).toBe('bbbb');
    await expect(archive.findJournal('cccc')).rejects.toMatchObject({ code: 'usage.job', exit: 2 });
  });

  it('refuses a transaction id that could leave its folder', async () => {
    const { archive, disk } = open();
    await expect(archive.createJournal({ ...BEGIN, txid: '../../../x' })).rejects.toMatchObject({ code: 'bug.txid' });
    expect(disk.files().filter((path) => path.includes('x.'))).toEqual([]);
  });
});
