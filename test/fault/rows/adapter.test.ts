import { describe } from 'vitest';
import { loadProfile, type Profile } from '../../../src/mock/index.ts';
import type { Rig } from '../../support/rig.ts';
import { BIT, ELM, row, whenSent } from './row.ts';

const READ = [0x22, 0x33, 0x01];
const WRITE = [0x2e, 0x33, 0x01];
const READ_ONCE = 'service=22,did=3301,after=3,times=1';
const WRITE_ONCE = 'service=2E,did=3301,times=1';

describe('ISO-TP on the adapter', () => {
  row(54, 'a consecutive frame of a read is missing', { wires: ELM, faults: [`cf-lost,${READ_ONCE}`] }, { ending: 'V/0', cause: /^/ });
  row(54, 'a sequence number of a read is wrong', { wires: ELM, faults: [`wrong-sn,${READ_ONCE}`] }, { ending: 'V/0', cause: /^/ });
  row(
    54,
    'frames of every read back are missing',
    { wires: ELM, run: at(WRITE, 'cf-lost,service=22,did=3301') },
    { ending: 'P/5', cause: /frame|sequence|answer/i, recover: 0 },
  );
  row(55, 'the ECU says overflow', { wires: ELM, faults: [`fc-overflow,${WRITE_ONCE}`] }, { ending: 'V/4', cause: /not answered/ });
  row(56, 'the ECU says wait for ever', { wires: ELM, run: at(WRITE, 'fc-wait') }, { ending: 'V/4', cause: /not answered/ });
  row(57, 'BS=1 and reserved STmin', { wires: ELM, profile: withFlowControl(1, 0x80) }, { ending: 'V/0', cause: /^/ });
  row(57, 'BS=3 and STmin in microseconds', { wires: ELM, profile: withFlowControl(3, 0xf5) }, { ending: 'V/0', cause: /^/ });
});

// The faults of a line know the ECU it comes from only, so they are set when the message leaves.
describe('the adapter', () => {
  for (const fault of ['buffer-full', 'data-error']) {
    row(58, `${fault} in a read`, { wires: ELM, run: at(READ, `${fault},ecu=60,times=1`) }, { ending: 'V/0', cause: /^/ });
    row(
      58,
      `${fault} in the answer to the write`,
      { wires: ELM, run: at(WRITE, `${fault},ecu=60,after=1,times=1`) },
      { ending: 'V/0', cause: /^/ },
    );
    row(
      58,
      `${fault} in the flow control for the write`,
      { wires: ELM, run: at(WRITE, `${fault},ecu=60,times=1`) },
      { ending: 'V/4', cause: /not answered/ },
    );
    row(
      58,
      `${fault} from the answer to the write on`,
      { wires: ELM, run: at(WRITE, `${fault},ecu=60,after=1`) },
      { ending: 'P/5', cause: /BUFFER FULL|DATA ERROR/, recover: 0 },
    );
  }
  row(59, 'STOPPED at the write', { wires: ELM, faults: [`stopped,${WRITE_ONCE}`] }, { ending: 'V/4', cause: /not answered/ });
  row(59, 'STOPPED from the write on', { wires: ELM, run: at(WRITE, 'stopped') }, { ending: 'P/5', cause: /./, recover: 4 });
  for (const fault of ['lv-reset', 'act-alert']) {
    row(60, `${fault} at a read`, { wires: ELM, faults: [`${fault},${READ_ONCE}`] }, { ending: 'V/0', cause: /^/ });
    row(60, `${fault} from the write on`, { wires: ELM, run: at(WRITE, fault) }, { ending: 'P/5', cause: /./, recover: 4 });
  }
  for (const fault of ['garbage', 'nul', 'drop-byte']) {
    row(61, `${fault} in a read`, { wires: ELM, run: at(READ, `${fault},ecu=60,times=1`) }, { ending: 'V/0', cause: /^/ });
  }
  row(
    61,
    'a character missing in every line of the block',
    { wires: ELM, run: at(READ, 'drop-byte,ecu=60') },
    { ending: 'U', cause: /./, journals: [], beforePlan: true },
  );
});

/** Sets a fault when a message is about to leave for the first time. */
function at(message: readonly number[], fault: string) {
  return (rig: Rig) => {
    whenSent(rig, message, () => rig.addFault(fault));
    return rig.code([BIT]);
  };
}

function withFlowControl(blockSize: number, separationTime: number): Profile {
  const profile = loadProfile('f06-short');
  // The S3 of most ECUs: so slow a write takes longer than a short one.
  const ecus = [...profile.ecus].map(([address, ecu]) => {
    return [address, { ...ecu, timing: { ...ecu.timing, s3Ms: 5000 }, flowControl: { blockSize, separationTime } }] as const;
  });
  return { ...profile, ecus: new Map(ecus) };
}
