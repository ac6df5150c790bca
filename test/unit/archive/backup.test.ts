import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type BackupContent, backupBlock, blockBytes, decodeBackup, encodeBackup } from '../../../src/archive/index.ts';
import { isKombiError } from '../../../src/core/index.ts';
import { block, CONTENT } from './sample.ts';

const encoded = encodeBackup(CONTENT);
const text = new TextDecoder().decode(encoded.bytes);

function refusal(bytes: Uint8Array | string): { code: string; message: string } | undefined {
  try {
    decodeBackup(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
    return undefined;
  } catch (error) {
    if (!isKombiError(error)) throw error;
    return error;
  }
}

describe('a backup as text', () => {
  it('decodes to what was encoded', () => {
    expect(decodeBackup(encoded.bytes)).toEqual(CONTENT);
  });

  it('spells one row of 16 bytes per line, LF, two spaces', () => {
    expect(text).toContain(
      '\n            "00070E151C232A31383F464D545B6269",\n            "70777E858C939AA1A8AFB6BDC4CBD2D9",\n            "E0E7EEF5FC030A11"\n',
    );
    expect(text).not.toContain('\r');
    expect(text.endsWith('}\n')).toBe(true);
  });

  it('orders keys by the format, whatever their order in memory', () => {
    const shuffled = Object.fromEntries(Object.entries(CONTENT).reverse()) as unknown as BackupContent;
    expect(encodeBackup(shuffled).sha256).toBe(encoded.sha256);
  });

  it('changes exactly the lines of a block where one byte of it changes', () => {
    const bytes = blockBytes(block('3301', 40));
    bytes[20] = 0xf7;
    const [ecu] = CONTENT.ecus;
    if (ecu === undefined) throw new Error('the sample has an ECU');
    const blocks = [backupBlock({ did: '3301', bytes, reads: 2 }), ...ecu.blocks.slice(1)];
    const changed = new TextDecoder().decode(encodeBackup({ ...CONTENT, ecus: [{ ...ecu, blocks }] }).bytes).split('\n');
    const differing = text.split('\n').filter((line, index) => line !== changed[index]);
    expect(differing.map((line) => line.trim().slice(0, 9))).toEqual(['"sha256":', '"70777E85', '"contentS']);
  });

  it('refuses every changed byte, each bit of it and each other JSON space', { timeout: 60_000 }, () => {
    const accepted: string[] = [];
    for (let offset = 0; offset < encoded.bytes.length; offset += 1) {
      const original = encoded.bytes[offset] ?? 0;
      for (const value of [1, 2, 4, 8, 16, 32, 64, 128].map((bit) => original ^ bit).concat(0x20, 0x09, 0x0a, 0x0d, 0x30, 0x00)) {
        if (value === original) continue;
        const damaged = encoded.bytes.slice();
        damaged[offset] = value;
        if (refusal(damaged) === undefined) accepted.push(`${offset}: ${original} -> ${value}`);
      }
    }
    expect(accepted).toEqual([]);
  });

  it('refuses every truncation, every lost byte and every doubled byte', { timeout: 60_000 }, () => {
    const accepted: string[] = [];
    for (let length = 0; length < encoded.bytes.length; length += 1) {
      const lost = new Uint8Array([...encoded.bytes.subarray(0, length), ...encoded.bytes.subarray(length + 1)]);
      const doubled = new Uint8Array([...encoded.bytes.subarray(0, length + 1), ...encoded.bytes.subarray(length)]);
      if (refusal(encoded.bytes.subarray(0, length)) === undefined) accepted.push(`cut at ${length}`);
      if (refusal(lost) === undefined) accepted.push(`lost ${length}`);
      if (refusal(doubled) === undefined) accepted.push(`doubled ${length}`);
    }
    expect(accepted).toEqual([]);
  });

  it('names the block whose bytes are damaged', () => {
    const error = refusal(text.replace('70777E858C', '70777E858D'));
    expect(error?.code).toBe('archive.damaged');
    expect(error?.message).toContain('block 3301 of ECU 60: its bytes do not match their SHA-256');
    expect(refusal(text.replace('"E0E7EEF5FC030A11"', '"E0E7EEF5FC030A"'))?.message).toContain(
      'block 3301 of ECU 60: it holds 39 bytes instead of 40',
    );
    expect(refusal(text.replace('"E0E7EEF5FC030A11"', '"E0E7EEF5FC030A1G"'))?.message).toContain('block 3301 of ECU 60');
  });
});

describe('a backup nobody need trust', () => {
  it.each([
    ['a second key of the same name', text.replace('"sequence": 7,', '"sequence": 7,\n  "sequence": 7,')],
    ['a key that reaches a prototype', text.replace('"label":', '"__proto__": {},\n  "label":')],
    ['the same, escaped', text.replace('"label":', '"\\u005f_proto__": {},\n  "label":')],
    ['17 levels', text.replace('"requires": []', `"requires": ${'['.repeat(16)}${']'.repeat(16)}`)],
    ['a byte order mark', `\ufeff${text}`],
    ['an unknown key without its hash', text.replace('"label":', '"colour": "red",\n  "label":')],
    ['the same block twice', text.replace('"did": "3302"', '"did": "3301"')],
    ['a number as text', text.replace('"sequence": 7', '"sequence": "7"')],
    ['other line ends', text.replaceAll('\n', '\r\n')],
    ['nothing', ''],
    ['no object', '[]\n'],
  ])('refuses %s', (_, damaged) => {
    expect(damaged).not.toBe(text);
    expect(refusal(damaged)?.code).toBe('archive.damaged');
  });

  it('says what is wrong with deep nesting and bad keys before it builds anything', () => {
    expect(refusal('['.repeat(1_000_000))?.message).toContain('nested more than 16 deep');
    expect(refusal(text.replace('"label":', '"__proto__": {},\n  "label":'))?.message).toContain('__proto__');
    expect(refusal(new Uint8Array(16 * 1024 * 1024 + 1).fill(0x20))?.message).toContain('more than 16777216');
  });

  it('keeps brackets and quotes in a label out of the count', () => {
    const label = `${'['.repeat(40)}"\\"__proto__": `;
    expect(decodeBackup(encodeBackup({ ...CONTENT, label }).bytes).label).toBe(label);
  });

  it.each([
    ['a newer format', { format: 2 }],
    ['an unknown requirement', { requires: ['sealed'] }],
  ])('lists but does not read %s', (_, change) => {
    const newer = JSON.stringify({ ...JSON.parse(text), ...change });
    expect(refusal(newer)).toMatchObject({ code: 'archive.newer-format', exit: 10 });
  });

  it('ignores a key that a later version added, if the hash holds', () => {
    const { contentSha256: _, ...content } = JSON.parse(text);
    const later = { ...content, vehicle: { ...content.vehicle, paint: 'A96' } };
    const seal = encodeSeal(later);
    const decoded = decodeBackup(new TextEncoder().encode(`${JSON.stringify({ ...later, contentSha256: seal }, null, 2)}\n`));
    expect(decoded).toEqual(CONTENT);
  });
});

describe('encoding', () => {
  it('refuses what it could not read back', () => {
    expect(() => encodeBackup({ ...CONTENT, sequence: 0 })).toThrow(/sequence/);
    expect(() => encodeBackup({ ...CONTENT, ecus: [{ ...CONTENT.ecus[0], address: '6' } as never] })).toThrow(/address/);
  });
});

function encodeSeal(content: unknown): string {
  return createHash('sha256')
    .update(`${JSON.stringify(content, null, 2)}\n`)
    .digest('hex');
}
