import type { Fault, FaultBoard, FaultEvent } from './car-port.ts';

interface Entry {
  readonly fault: Fault;
  seen: number;
  struck: number;
}

/** An empty board, or one with these faults. */
export function createFaultBoard(faults: readonly Fault[] = []): FaultBoard {
  const entries: Entry[] = [];
  const byKind = new Map<string, Entry[]>();
  const board: FaultBoard = {
    strike(kind, event) {
      const candidates = byKind.get(kind);
      if (candidates === undefined) return undefined;
      let striking: Entry | undefined;
      for (const entry of candidates) {
        if (!matches(entry.fault, event)) continue;
        entry.seen += 1;
        const due = entry.seen > entry.fault.after && (entry.fault.times === 0 || entry.struck < entry.fault.times);
        if (due && striking === undefined) striking = entry;
      }
      if (striking !== undefined) striking.struck += 1;
      return striking?.fault;
    },
    add(fault) {
      const entry = { fault, seen: 0, struck: 0 };
      entries.push(entry);
      byKind.set(fault.kind, [...(byKind.get(fault.kind) ?? []), entry]);
    },
    struck: () => entries.map(({ fault, struck }) => ({ fault, times: struck })),
  };
  for (const fault of faults) board.add(fault);
  return board;
}

function matches(fault: Fault, event: FaultEvent = {}): boolean {
  return (
    (fault.ecu === undefined || fault.ecu === event.ecu) &&
    (fault.service === undefined || fault.service === event.service) &&
    (fault.did === undefined || fault.did === event.did)
  );
}
