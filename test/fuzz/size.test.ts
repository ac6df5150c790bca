import { describe, expect, it } from 'vitest';
import { decodeBackup, readJournal } from '../../src/archive/index.ts';
import { decodeManifest } from '../../src/archive/manifest.ts';
import { HsfzReceiveBuffer, takeHsfzFrame } from '../../src/transport/enet/index.ts';
import { heapAfterCollection } from './run-target.ts';
import { BACKUP_CONTENT, JOURNAL_RECORDS, sealedBackup, sealedLine } from './sealed.ts';

/** The largest file that is read at all. */
const MOST_BYTES = 16 * 1024 * 1024;
const filled = (text: string) => Buffer.from(text.repeat(Math.floor(MOST_BYTES / text.length)));
const zeros = `[${'0,'.repeat(MOST_BYTES / 2 - 2048)}0]`;

describe('the largest file that is read', () => {
  it('is refused before a list of all that is wrong with it can fill the memory', () => {
    const backup = JSON.stringify(sealedBackup(BACKUP_CONTENT)).replace('"ecus":', `"x":${zeros},"ecus":`);
    expect(() => decodeBackup(Buffer.from(backup))).toThrow(/more than 262144 values/);
    const body = JSON.stringify({ ...JOURNAL_RECORDS[0], ecus: 0 }).replace('"ecus":0', `"ecus":${zeros}`);
    expect(readJournal(Buffer.from(`${sealedLine(body)}\n`)).damaged).toBe('line 1: it is no record that this version knows');
  });

  it('is refused for its size alone where it is larger', () => {
    expect(() => decodeBackup(new Uint8Array(MOST_BYTES + 1))).toThrow(/more than 16777216/);
  });

  it('of nothing but ends of lines is a damaged journal, and an empty manifest', () => {
    expect(readJournal(filled('\n'))).toMatchObject({ open: true, damaged: 'line 1: it is no line of a journal', length: MOST_BYTES });
    expect(decodeManifest(filled('\n'))).toEqual([]);
  });

  it.each(['[', '{"a":', '"', '{},"sum":"a"}\n', '{"sum":"', '\\'])('of nothing but %j is refused', (text) => {
    expect(() => decodeBackup(filled(text))).toThrow(expect.objectContaining({ code: 'archive.damaged' }));
    expect(readJournal(filled(text)).records).toEqual([]);
  });
});

describe('a frame that says it is longer than any', () => {
  it.each([0x10001, 0xffff_ffff])('%i bytes, is refused before anything is set aside for it', (length) => {
    const header = new Uint8Array(6);
    new DataView(header.buffer).setUint32(0, length);
    header[5] = 1;
    const before = heapAfterCollection();
    expect(() => takeHsfzFrame(header)).toThrow(expect.objectContaining({ code: 'link.hsfz-malformed' }));
    const buffer = new HsfzReceiveBuffer();
    expect(() => buffer.push(header, () => undefined)).toThrow(expect.objectContaining({ code: 'link.hsfz-malformed' }));
    expect(heapAfterCollection() - before).toBeLessThan(1024 * 1024);
  });
});
