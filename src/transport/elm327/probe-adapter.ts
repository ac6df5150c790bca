import type { Clock, EcuAddress } from '../../core/index.ts';
import type { ByteStream } from '../byte-stream.ts';
import type { AdapterProbe } from './adapter-probe.ts';
import { findChip, leaveAsFound } from './adapter-session.ts';
import { QUIET_MS } from './adapter-setup.ts';
import { Chip } from './chip.ts';
import { verdictOn, whyNotWrite } from './ladder.ts';
import { CAR_PROBES, probeTraffic } from './probe-traffic.ts';
import { Prober } from './prober.ts';

interface ProbeOptions {
  readonly clock: Clock;
  readonly leftAtBaud: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Probes what is at the other end of an open stream, leaves it as it was found, and closes the stream.
 *
 * @returns what came back, and who in the car answered
 * @throws {KombiError} `link.*`
 */
export async function probeOn(
  stream: ByteStream,
  { clock, leftAtBaud, signal }: ProbeOptions,
): Promise<{ readonly prober: Prober; readonly ecu: EcuAddress | undefined }> {
  const chip = new Chip(stream, clock);
  const homeBaud = stream.rate?.baud;
  let isStn = false;
  let isFound = false;
  try {
    const found = await findChip(chip, leftAtBaud, signal);
    isFound = true;
    ({ isStn } = found);
    const prober = new Prober({ chip, clock, signal }, found);
    await prober.probeChip();
    return { prober, ecu: await probeTraffic(prober) };
  } finally {
    if (isFound && chip.failure === undefined) {
      if (chip.busy) await chip.settle(QUIET_MS).catch(() => {});
      await leaveAsFound(chip, { clock, isStn, homeBaud }).catch(() => {});
    }
    await stream.close();
  }
}

/** @param proof what the gate before a write came to; undefined where it was not tried */
export function concludeProbe(prober: Prober, { ecu, proof }: { ecu: EcuAddress | undefined; proof: boolean | undefined }): AdapterProbe {
  const { book, results } = prober;
  if (proof !== undefined) prober.conclude(CAR_PROBES.long, proof, []);
  else prober.leaveOut([CAR_PROBES.long], ecu === undefined && verdictOn(book.value).use !== 'none' ? 'needs-car' : 'not-asked');
  const findings = book.value;
  const { use, lacks } = verdictOn(findings);
  const why = whyNotWrite(findings) ?? (proof === false ? 'did not carry long messages unharmed three times in a row' : undefined);
  return {
    findings,
    use: use === 'write' && proof === false ? 'read' : use,
    proven: proof === true,
    ...(why === undefined ? {} : { why }),
    lacks: lacks.map(({ command, what }) => ({ command, what })),
    results,
  };
}
