/**
 * What identifiers hold, in a word or two. Only those that the program itself asks for or that any recording is full of.
 *
 * @see source: bmw-diagnostics §5.2, §5.3 and §5.4 (F18A to F191, F101, F150, F186, F190, 100B, 3F06 and 3F07 recorded;
 *   the others published)
 */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0x1000, 'test stamp'],
  [0x100a, 'energy mode'],
  [0x100b, 'I-level'],
  [0x1700, 'mileage'],
  [0x2502, 'programming counter'],
  [0x2503, 'programming attempts left'],
  [0x2504, 'programming times'],
  [0x2521, 'active Check Control messages'],
  [0x37fe, 'coding proof stamp'],
  [0x3f06, 'vehicle order'],
  [0x3f07, 'list of ECUs'],
  [0x3f1c, 'vehicle order, copy'],
  [0x3f1d, 'vehicle order, copy'],
  [0x460a, 'voltage'],
  [0xd10b, 'history of Check Control messages'],
  [0xd10d, 'mileage'],
  [0xd113, 'time and date'],
  [0xd122, 'mileage shown'],
  [0xdab3, 'voltages and currents'],
  [0xdad6, 'voltage'],
  [0xdc56, 'terminal status'],
  [0xf100, 'active session'],
  [0xf101, 'SVK'],
  [0xf150, 'SGBD index'],
  [0xf15a, 'fingerprint'],
  [0xf186, 'active session'],
  [0xf18a, 'supplier'],
  [0xf18b, 'date of manufacture'],
  [0xf18c, 'serial number'],
  [0xf190, 'VIN'],
  [0xf191, 'hardware number'],
]);

/** Metadata and signature blocks aside, BMW keeps coding there (bmw-diagnostics §7.3, recorded). */
const CODING = { first: 0x3000, last: 0x37ff } as const;

/** What a DID holds; undefined where nobody knows. Never throws. */
export function describeDid(did: number): string | undefined {
  return NAMES.get(did) ?? (did >= CODING.first && did <= CODING.last ? 'coding block' : undefined);
}
