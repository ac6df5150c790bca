import type { JournalRecord, JournalSummary } from '../../archive/index.ts';

/** What a job did, without what tells the car: no VIN, no label, no bytes of a block. */
export function tellJob({ begin, state, records, damaged, torn }: JournalSummary, car: number) {
  return {
    car: `car ${car}`,
    time: begin.time,
    kind: begin.kind,
    state,
    tool: begin.tool,
    adapter: begin.adapter,
    ...(damaged === undefined ? {} : { damaged }),
    ...(torn ? { torn } : {}),
    blocks: begin.ops.map(({ ecu, did, old, mask }) => ({ ecu, did, length: old.length / 2, bits: bitsIn(mask) })),
    steps: records.flatMap(tellRecord),
  };
}

function tellRecord(record: JournalRecord): readonly string[] {
  switch (record.type) {
    case 'BEGIN':
      return [];
    case 'INTENT':
      return [`block ${record.op}: write ${record.dir}, ${record.attempt}`];
    case 'RESULT':
      return [`block ${record.op}: answered ${record.outcome}`];
    case 'SEEN':
      return [`block ${record.op}: read ${record.value}${record.afterReset ? ' after a reset' : ''}`];
    case 'END':
      return [`end: ${record.state}`];
  }
}

/** How many bits of a mask are set. */
function bitsIn(mask: string): number {
  return [...mask].reduce((sum, digit) => sum + Number.parseInt(digit, 16).toString(2).replaceAll('0', '').length, 0);
}
