import { describe } from 'vitest';
import { BIT, BOTH, ENET, row, TWO_BLOCKS, whenSent } from './row.ts';

const WRITE = 'service=2E,did=3301';
const REFUSED = /KOMBI 3301: the ECU refused the write with/;

describe('the gateway and the ECU say nothing, or say what proves nothing', () => {
  row(14, 'mute from the write on', { wires: BOTH, run: fromTheWriteOn('mute') }, { ending: 'P/5', cause: /did not answer/, recover: 0 });
  row(
    14,
    'only acknowledged from the write on',
    { wires: ENET, run: fromTheWriteOn('ack-only') },
    { ending: 'P/5', cause: /did not answer/ },
  );
  for (const error of ['40', '41', '42', '43', '44', '45', 'FF']) {
    const wires = ENET;
    row(
      15,
      `${error} in place of the write`,
      { wires, faults: [`hsfz-error:${error},${WRITE},times=1`] },
      { ending: 'V/4', cause: /not answered/ },
    );
    // The bytes are in the car although the gateway said no; they are read, and stay over the reset.
    row(
      15,
      `${error} although the write arrived`,
      { wires, faults: [`hsfz-error-after:${error},${WRITE},times=1`] },
      { ending: 'V/0', cause: /^/ },
    );
  }
  row(
    17,
    'asks for time for ever',
    { wires: BOTH, faults: [`pending:forever,${WRITE},times=1`] },
    { ending: 'P/5', cause: /./, recover: 4 },
  );
  row(17, 'asks for time three times', { wires: BOTH, faults: [`pending:3,${WRITE},times=1`] }, { ending: 'V/0', cause: /^/ });
});

// cli.md outranks this table: a refusal by the ECU with nothing changed is exit 3, untouched, where rows 18 and 20 say V/4.
describe('the ECU refuses the write', () => {
  row(18, '21 once', { wires: BOTH, faults: [`nrc:21,${WRITE},times=1`] }, { ending: 'V/0', cause: /^/ });
  row(18, '21 for ever', { wires: BOTH, faults: [`nrc:21,${WRITE}`] }, { ending: 'U', cause: REFUSED });
  for (const nrc of ['22', '81', '83', '88', '92', '93']) {
    row(19, nrc, { wires: BOTH, faults: [`nrc:${nrc},${WRITE}`] }, { ending: 'U', cause: REFUSED });
    row(19, `${nrc} for the second block`, secondBlock(nrc), { ending: 'V/4', cause: /KOMBI 3000: the ECU refused the write/ });
  }
  for (const nrc of ['31', '13']) {
    row(20, nrc, { wires: BOTH, faults: [`nrc:${nrc},${WRITE}`] }, { ending: 'U', cause: REFUSED });
    row(20, `${nrc} for the second block`, secondBlock(nrc), { ending: 'V/4', cause: /KOMBI 3000: the ECU refused the write/ });
  }
  // What an unknown code means for the block nobody knows: read as old, it is still verified over a reset.
  row(20, '5A, unknown', { wires: BOTH, faults: [`nrc:5A,${WRITE}`] }, { ending: 'V/4', cause: REFUSED });
  row(21, '33', { wires: BOTH, faults: [`nrc:33,${WRITE}`] }, { ending: 'U', cause: /33 \(it wants to be unlocked\)/ });
  row(21, '33 for the second block', secondBlock('33'), { ending: 'V/4', cause: /33 \(it wants to be unlocked\)/ });
  for (const nrc of ['35', '36', '37']) row(22, nrc, { wires: BOTH, faults: [`nrc:${nrc},${WRITE}`] }, { ending: 'U', cause: REFUSED });
  row(
    23,
    '72, not stored',
    { wires: BOTH, faults: [`nrc:72,${WRITE},times=1`] },
    { ending: 'V/4', cause: /72 \(it failed to store the value\)/ },
  );
  row(
    23,
    '72, stored',
    { wires: BOTH, faults: [`nrc-stored:72,${WRITE},times=1`] },
    { ending: 'V/4', cause: /72 \(it failed to store the value\)/ },
  );
  row(24, '7E once', { wires: BOTH, faults: [`nrc:7E,${WRITE},times=1`] }, { ending: 'V/0', cause: /^/ });
  row(24, '7F once', { wires: BOTH, faults: [`nrc:7F,${WRITE},times=1`] }, { ending: 'V/0', cause: /^/ });
  row(24, 'the session has lapsed', { wires: BOTH, faults: [`drop-session,${WRITE},times=1`] }, { ending: 'V/0', cause: /^/ });
});

describe('the ECU does something else', () => {
  row(25, 'falls over at the write', { wires: BOTH, faults: [`reset,${WRITE},times=1`] }, { ending: 'V/4', cause: /not answered/ });
  row(
    25,
    'falls over when read back',
    { wires: BOTH, run: fromTheWriteOn('reset,service=22,did=3301,times=1') },
    { ending: 'V/4', cause: /stored nothing/ },
  );
  row(
    26,
    'does not store',
    { wires: BOTH, faults: [`not-stored,${WRITE},times=1`] },
    { ending: 'V/4', cause: /did not keep the new bytes/ },
  );
  row(
    26,
    'stores, and reads back the old value',
    { wires: BOTH, faults: [`lies,${WRITE},times=1`] },
    { ending: 'V/4', cause: /stored nothing/ },
  );
  row(
    27,
    'stores something else once',
    { wires: BOTH, faults: [`stores:00,${WRITE},times=1`] },
    { ending: 'V/4', cause: /stored other bytes/ },
  );
  row(
    27,
    'stores something else always',
    { wires: BOTH, faults: [`stores:00,${WRITE}`] },
    { ending: '6', cause: /KOMBI 3301 does not take its old bytes back\. KOMBI 3301 holds [0-9A-F]+; wanted F{10}EF/ },
  );
  row(
    28,
    'has lost its CAFD',
    { wires: BOTH, faults: ['lose-cafd,service=2E,did=3000,times=1'], run: (rig) => rig.code(TWO_BLOCKS) },
    { ending: '6', cause: /block restore is impossible/ },
  );
  // For the tool this cannot be told from row 12: the answer is late, and the value is there when it reads behind the fence.
  row(
    29,
    'applies the write inside the fence',
    { wires: BOTH, faults: [`late-apply:400,${WRITE},times=1`] },
    { ending: 'V/0', cause: /^/ },
  );
});

function fromTheWriteOn(fault: string) {
  return (rig: Parameters<typeof whenSent>[0]) => {
    whenSent(rig, [0x2e, 0x33, 0x01], () => rig.addFault(fault));
    return rig.code([BIT]);
  };
}

function secondBlock(nrc: string) {
  return { wires: BOTH, faults: [`nrc:${nrc},service=2E,did=3000`], run: (rig: Parameters<typeof whenSent>[0]) => rig.code(TWO_BLOCKS) };
}
