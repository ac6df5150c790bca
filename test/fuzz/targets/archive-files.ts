import {
  type BackupContent,
  blockBytes,
  decodeBackup,
  decodeImport,
  diffBackups,
  encodeBackup,
  encodeCsvExport,
  encodeJsonExport,
  encodeNcdExport,
  exportBackup,
  importedDraft,
  openArchive,
  readJournal,
  redactExport,
} from '../../../src/archive/index.ts';
import { decodeManifest } from '../../../src/archive/manifest.ts';
import { sha256 } from '../../../src/archive/sha256.ts';
import { canonicalText, checkCanonical, parseStrictJson, UnsoundText } from '../../../src/archive/strict-json.ts';
import { vehicleDirectory } from '../../../src/archive/vehicle-directory.ts';
import { KombiError } from '../../../src/core/index.ts';
import { MemoryDisk } from '../../support/memory-disk.ts';
import { HOSTILE_TEXTS } from '../hostile.ts';
import { mutatedBytes } from '../mutate.ts';
import { hostileJson, mutatedDocument } from '../mutate-json.ts';
import { Random } from '../random.ts';
import { BACKUP, BACKUP_CONTENT, type Document, JOURNAL, JOURNAL_RECORDS, MANIFEST, sealedBackup, sealedLine } from '../sealed.ts';
import { bytesTarget, demand, type Target } from '../target.ts';

const ENCODER = new TextEncoder();

/** A backup that something is wrong with and that is sealed as if nothing were: every hash in it holds. */
function harmedBackup(random: Random): Uint8Array {
  const content = mutatedDocument(random, BACKUP_CONTENT);
  const text = hostileJson(random, sealedBackup(content), 2);
  return ENCODER.encode(`${text}\n`);
}

/** A journal of lines whose sums hold, and most of which follow each other. */
function harmedJournal(random: Random): Uint8Array {
  let prev = '0'.repeat(64);
  const lines = JOURNAL_RECORDS.map((record, seq) => {
    const document = random.oneIn(3) ? mutatedDocument(random, record) : record;
    const body = random.oneIn(3) ? hostileJson(random, { ...document, seq, prev }) : JSON.stringify({ ...document, seq, prev });
    const told = random.oneIn(20) ? `{${random.pick(HOSTILE_TEXTS)}}` : body;
    const line = sealedLine(told);
    prev = sha256(line);
    return line;
  });
  if (random.oneIn(4)) lines.splice(random.below(lines.length), random.below(3), ...(random.oneIn(2) ? [random.pick(lines)] : []));
  return ENCODER.encode(lines.join('\n') + (random.oneIn(3) ? '' : '\n'));
}

function checkBackup(content: BackupContent): void {
  for (const ecu of content.ecus)
    for (const block of ecu.blocks) demand(blockBytes(block).length === block.length, 'a block of another length');
  demand(diffBackups(content, content).ecus.length === 0, 'it differs from itself');
  demand(/^([A-HJ-NPR-Z0-9]{17}|hex-[0-9a-f]{0,128})$/.test(vehicleDirectory(content.vehicle.vin)), 'a folder of a name that is not safe');
}

/** `UnsoundText` never leaves the room: whoever catches it says which file is damaged. */
function refusing(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof UnsoundText)) throw error;
    throw new KombiError({ code: 'archive.damaged', message: error.message });
  }
}

const EXPORTED = exportBackup(decodeBackup(BACKUP));
const EXPORT_DOCUMENT = JSON.parse(encodeJsonExport(EXPORTED)) as Document;
const TOOLKIT_DOCUMENT: Document = {
  dids: [
    { did: '3300', data: 'ffffffff' },
    { did: '37FE', data: '00' },
  ],
  ecu_address: 18,
  metadata: { vin: 'WBATESTV1N0000001', ecu_address: 18, ecu_type: 'Mevd17', cafd_sgbm: null, created_at: '2020-01-01T00:00:00.0+00:00' },
};
const [FIRST_ECU] = EXPORTED.ecus;
const EXPORTS = [
  encodeJsonExport(EXPORTED),
  encodeCsvExport(EXPORTED),
  encodeNcdExport({ ...EXPORTED, ecus: FIRST_ECU === undefined ? [] : [FIRST_ECU] }),
  JSON.stringify(TOOLKIT_DOCUMENT),
].map((text) => ENCODER.encode(text));

/** Whatever is taken in must be fit to be kept, to be redacted and to leave again. */
function checkImport(input: Uint8Array): void {
  const { format, exported } = decodeImport(input, { name: 'x', vin: 'WBATESTV1N0000001', ecu: '60' });
  const draft = importedDraft(exported, { tool: { name: 'kombi', version: '0' }, format, sha256: sha256(input) });
  demand(/^[A-Z0-9]{17}$/.test(draft.vehicle.vin), 'a VIN that is none');
  demand(!draft.complete && draft.importedFrom !== undefined, 'it passes for a backup that was read');
  const made = { format: 1, requires: ['imported'], sequence: 1, time: '2026-11-20T10:15:30Z', clockTrusted: true, prev: null } as const;
  const back = decodeBackup(encodeBackup({ ...draft, ...made }).bytes);
  checkBackup(back);
  const again = encodeJsonExport(exportBackup(back));
  demand(encodeJsonExport(decodeImport(ENCODER.encode(again), { name: 'x' }).exported) === again, 'exported and imported it is another');
  encodeJsonExport(redactExport(exported));
}

const ROOT = '/archive';
const NAMES = ['WBA6C92010D000001', 'hex-2e2e', '..', 'CON', 'a\u001b[2Jb', 'x\ny', '\u202eNIV', '__proto__'];

/** An archive in memory with hostile folders, and files whose names vouch for what they hold. */
async function lookAtArchive(input: Uint8Array): Promise<void> {
  const random = new Random(input.length);
  const disk = new MemoryDisk();
  await disk.mkdir(ROOT);
  await disk.mkdir(`${ROOT}/vehicles`);
  const name = random.pick(NAMES);
  for (const folder of ['', '/backups', '/journals']) await disk.mkdir(`${ROOT}/vehicles/${name}${folder}`);
  const files = `${ROOT}/vehicles/${name}`;
  disk.plant(`${files}/backups/20261120T101530Z-f16d-0001-${sha256(input).slice(0, 16)}.json`, input);
  disk.plant(`${files}/backups/20261120T101530Z-f16d-0002-${random.pick(NAMES)}.json`, input);
  disk.plant(`${files}/journals/20261120T101541Z-5f1e0c9a7b3d2468.jsonl`, input);
  disk.plant(`${files}/MANIFEST.sha256`, input);
  if (random.oneIn(4)) disk.plant(`${ROOT}/FORMAT.json`, input);
  const archive = openArchive(ROOT, { fileSystem: disk });
  const looks = [() => archive.listBackups(), () => archive.verifyAll(), () => archive.listJournals(), () => archive.findJournal('5f1e')];
  let refused: KombiError | undefined;
  for (const look of looks) {
    await look().catch((error: unknown) => {
      if (!(error instanceof KombiError)) throw error;
      refused = error;
    });
  }
  if (refused !== undefined) throw refused;
}

/** What lies on disk, where anybody may have written. */
export const ARCHIVE_TARGETS: readonly Target[] = [
  bytesTarget({
    name: 'backup',
    errors: ['archive'],
    samples: [BACKUP],
    make: harmedBackup,
    parse: (input) => checkBackup(decodeBackup(input)),
  }),
  bytesTarget({
    name: 'journal',
    errors: ['archive'],
    samples: [JOURNAL],
    make: harmedJournal,
    parse: (input) => {
      const { records, length, open, end, torn } = readJournal(input);
      demand(length <= input.length && (torn || length === input.length), 'it counts other bytes than there are');
      demand(!(open && end !== undefined), 'open, and ended');
      demand(
        records.every(({ type }) => ['BEGIN', 'INTENT', 'RESULT', 'SEEN', 'END'].includes(type)),
        'a record of no type',
      );
    },
  }),
  bytesTarget({
    name: 'manifest',
    errors: [],
    samples: [MANIFEST],
    parse: (input) =>
      demand(
        decodeManifest(input).every(({ sha256: hash, path }) => hash.length === 64 && path !== ''),
        'a line that is none',
      ),
  }),
  bytesTarget({
    name: 'import',
    errors: ['archive', 'usage'],
    samples: EXPORTS,
    make: (random) => ENCODER.encode(hostileJson(random, mutatedDocument(random, random.pick([EXPORT_DOCUMENT, TOOLKIT_DOCUMENT])), 2)),
    parse: checkImport,
  }),
  bytesTarget({
    name: 'strict-json',
    errors: ['archive'],
    samples: [BACKUP, ENCODER.encode(canonicalText({ format: 1, list: [1, 'two', null], deep: { a: { b: [] } } }))],
    make: (random) => ENCODER.encode(hostileJson(random, mutatedDocument(random, BACKUP_CONTENT), 2)),
    parse: (input) => refusing(() => checkCanonical(parseStrictJson(input))),
  }),
  bytesTarget({
    name: 'archive-tree',
    waits: true,
    errors: ['archive', 'usage'],
    samples: [BACKUP, JOURNAL, MANIFEST, ENCODER.encode('{"format":1}\n'), ENCODER.encode('{"format":2}\n')],
    make: (random) => (random.oneIn(2) ? harmedBackup(random) : random.oneIn(2) ? harmedJournal(random) : mutatedBytes(random, [BACKUP])),
    parse: lookAtArchive,
  }),
];
