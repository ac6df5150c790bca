import { type EcuAddress, ecuAddress, formatEcuAddress } from '../../core/index.ts';
import type { AdapterProbeExchange } from './adapter-probe.ts';
import { parseCanLine } from './can-line.ts';
import { verdictOn } from './ladder.ts';
import type { Prober } from './prober.ts';
import { FRAMES_SETTLING, RAW_OPENING } from './raw-path.ts';

/** Who is asked whether it is there: the gateway, then the cluster, which E-series cars have without a gateway of that address. */
const ASKED = [ecuAddress(0x10), ecuAddress(0x60)];
/** An address that no car of the recordings has. */
const ABSENT = '99';
const TESTER_PRESENT = '023E00';
/** The active session: an answer that tells nothing of the car. */
const READ_SESSION = '0322F186';
/** 100 ms and 1.02 s, in steps of 4 ms (elm327.md §2.1). */
const SHORT = 'ATST19';
const LONG = 'ATSTFF';
const MOST_MS = 4000;
/** Halves of both: a radio link takes its time, and a chip that ignores the setting is off by far more. */
const SHORT_MOST_MS = 600;
const LONG_LEAST_MS = 800;

export const CAR_PROBES = {
  car: { id: 'car', proves: 'a car is there and answers' },
  short: { id: 'short-frames', proves: 'frames of any length leave as they are', refutes: 'ATPBC001' },
  spaces: { id: 'no-spaces', proves: 'a setting is not only accepted but obeyed', refutes: 'ATS0' },
  timeout: { id: 'timeout', proves: 'it waits as long as it is told' },
  count: { id: 'response-digit', proves: 'it prompts behind as many answers as it is told' },
  long: { id: 'long-messages', proves: 'long messages arrive unharmed both ways: three equal reads, one long request' },
} as const;

/**
 * What only traffic shows, by raw frames: tester-present and the active session of one ECU, nothing else.
 *
 * @returns who answered; undefined where nobody did, or the adapter is of no use and nobody was asked
 * @see source: elm327.md §4 (EdiabasLib, ddt4all)
 */
export async function probeTraffic(prober: Prober): Promise<EcuAddress | undefined> {
  const { car, short, spaces, timeout, count } = CAR_PROBES;
  if (verdictOn(prober.book.value).use === 'none') {
    prober.leaveOut([car, short, spaces, timeout, count], 'not-asked');
    return undefined;
  }
  for (const { command } of [...RAW_OPENING, ...FRAMES_SETTLING]) await prober.ask(command);
  await prober.ask(SHORT);
  const { ecu, isShort, exchanges } = await findEcu(prober);
  if (ecu === undefined) {
    prober.leaveOut([car], 'needs-car', exchanges);
    prober.leaveOut([short, spaces, timeout, count], 'needs-car');
    return undefined;
  }
  prober.conclude(car, true, exchanges);
  prober.conclude(short, isShort, exchanges);
  prober.conclude(spaces, !exchanges.some(({ answer }) => answer.some(isSpacedFrame)), exchanges.slice(-1));
  const soon = await request(prober, `${ABSENT}${TESTER_PRESENT}`);
  await prober.ask(LONG);
  const late = await request(prober, `${ABSENT}${TESTER_PRESENT}`);
  prober.conclude(timeout, soon.ms < SHORT_MOST_MS && late.ms > LONG_LEAST_MS, [soon, late]);
  const counted = await request(prober, `${formatEcuAddress(ecu)}${READ_SESSION}1`);
  prober.conclude(count, isFrom(ecu, counted) && counted.ms < SHORT_MOST_MS, [counted]);
  return ecu;
}

interface Found {
  readonly ecu: EcuAddress | undefined;
  /** It took a frame of four bytes, not only one of eight. */
  readonly isShort: boolean;
  readonly exchanges: readonly AdapterProbeExchange[];
}

async function findEcu(prober: Prober): Promise<Found> {
  const exchanges: AdapterProbeExchange[] = [];
  for (const ecu of ASKED) {
    const address = formatEcuAddress(ecu);
    for (const command of [`ATCF6${address}`, 'ATCM7FF']) await prober.ask(command);
    const frame = `${address}${TESTER_PRESENT}`;
    for (const line of [frame, frame.padEnd(16, '0')]) {
      const exchange = await request(prober, line);
      exchanges.push(exchange);
      if (isFrom(ecu, exchange)) return { ecu, isShort: line === frame, exchanges };
    }
  }
  return { ecu: undefined, isShort: false, exchanges };
}

function request(prober: Prober, line: string): Promise<AdapterProbeExchange> {
  return prober.ask(line, MOST_MS);
}

function isFrom(ecu: EcuAddress, { answer }: AdapterProbeExchange): boolean {
  return answer.some((line) => parseCanLine(line)?.id === 0x600 + ecu);
}

function isSpacedFrame(line: string): boolean {
  return line.includes(' ') && parseCanLine(line) !== undefined;
}
