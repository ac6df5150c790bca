import { describe, expect, it } from 'vitest';
import { Rig } from '../../support/rig.ts';
import { BIT, BOTH, ENET, expectEnding, pullPlug, pullPlugAfter, row, TWO_BLOCKS, whenSent } from './row.ts';

const WRITE = [0x2e, 0x33, 0x01];
const READ = [0x22, 0x33, 0x01];
const LOST = /The connection in memory has ended|The port \S+ is not there|adapter|gone/;
const SESSION = [0x10, 0x03];
/** Header, addresses, `2E`, DID and 64 bytes. */
const WRITE_BYTES = 6 + 2 + 3 + 64;

describe('the link dies', () => {
  row(
    1,
    'unplugged before BEGIN',
    {
      wires: BOTH,
      run(rig) {
        whenSent(rig, READ, () => pullPlug(rig));
        return rig.code([BIT]);
      },
    },
    { ending: 'U', cause: LOST, journals: [], beforePlan: true },
  );

  row(
    2,
    'unplugged after BEGIN, before the write',
    {
      wires: BOTH,
      run(rig) {
        whenSent(rig, SESSION, () => pullPlug(rig));
        return rig.code([BIT]);
      },
    },
    { ending: 'U', cause: LOST },
  );

  row(
    4,
    'unplugged after the write, before its answer',
    {
      wires: BOTH,
      run(rig) {
        whenSent(rig, WRITE, () => pullPlugAfter(rig));
        return rig.code([BIT]);
      },
    },
    { ending: 'P/5', cause: LOST, recover: 0 },
  );

  row(
    5,
    'unplugged while verifying',
    {
      wires: BOTH,
      run(rig) {
        whenSent(rig, WRITE, () => whenSent(rig, READ, () => pullPlug(rig)));
        return rig.code([BIT]);
      },
    },
    { ending: 'P/5', cause: LOST, recover: 0 },
  );

  row(
    6,
    'unplugged while rolling back',
    {
      wires: BOTH,
      run(rig) {
        rig.addFault('nrc:72,service=2E,did=3000');
        whenSent(rig, WRITE, () => pullPlug(rig), 2);
        return rig.code(TWO_BLOCKS);
      },
    },
    { ending: 'P/5', cause: /3000: the ECU refused the write with 72/, recover: 4 },
  );

  row(
    7,
    'RST in the middle of a read',
    { wires: ENET, faults: ['rst,service=22,did=3301,after=3,times=1'] },
    { ending: 'V/0', cause: /^/ },
  );
  row(7, 'RST before the write arrives', { wires: ENET, faults: ['rst,service=2E,times=1'] }, { ending: 'V/4', cause: /not answered/ });
  row(7, 'RST after the write has arrived', { wires: ENET, faults: ['rst-after,service=2E,times=1'] }, { ending: 'V/0', cause: /^/ });
  row(
    8,
    'the gateway closes while a block is read',
    { wires: ENET, faults: ['disconnect,service=22,after=9,times=1'] },
    { ending: 'V/0', cause: /^/ },
  );
  row(
    8,
    'the gateway closes at the write',
    { wires: ENET, faults: ['disconnect-after,service=2E,times=1'] },
    { ending: 'V/0', cause: /^/ },
  );
  row(
    10,
    'half a frame of a read, then silence',
    { wires: ENET, faults: ['truncate,service=22,did=3301,after=3,times=1'] },
    { ending: 'V/0', cause: /^/ },
  );
  row(
    10,
    'half a frame of the answer to the write, then silence',
    { wires: ENET, faults: ['truncate,service=2E,times=1'] },
    { ending: 'V/0', cause: /^/ },
  );
  // With the S3 of most ECUs: an ECU that repeats a long answer waits a second for flow control before it hears again.
  row(
    11,
    'the block and the write answered twice',
    { wires: BOTH, profile: 'f06-sos', faults: ['duplicate-reply,did=3301'] },
    { ending: 'V/0', cause: /^/ },
  );
  row(
    12,
    'the answer to the write comes after it was given up',
    { wires: ENET, faults: ['late:3000,service=2E,times=1'] },
    { ending: 'V/0', cause: /^/ },
  );
  row(
    12,
    'the answer to a read comes after it was given up',
    { wires: ENET, faults: ['late:3000,service=22,did=3301,times=1'] },
    { ending: 'V/0', cause: /^/ },
  );
  row(13, 'another ECU answers first, in the same words', { wires: BOTH, faults: ['foreign-reply'] }, { ending: 'V/0', cause: /^/ });
  row(
    13,
    'every answer is for the neighbouring DID',
    { wires: BOTH, faults: ['wrong-did,service=22,did=3301'] },
    { ending: 'U', cause: /did not answer 22 3301/, journals: [], beforePlan: true },
  );
  row(16, 'alive checks inside every exchange', { wires: ENET, faults: ['alive'] }, { ending: 'V/0', cause: /^/ });
  row(16, 'announcements inside every exchange', { wires: ENET, faults: ['announce'] }, { ending: 'V/0', cause: /^/ });
  row(
    53,
    'a length of 4 GiB in every answer of the block',
    { wires: ENET, faults: ['length:FFFFFFFF,service=22,did=3301'] },
    { ending: 'U', cause: /length|4294967295|too long/i, journals: [], beforePlan: true },
  );

  describe('row 3: cut at every byte of the write', () => {
    it('ENET: never sends it again, and recovery puts right what is there', async () => {
      for (let cut = 0; cut < WRITE_BYTES; cut += 1) {
        const rig = new Rig({ wire: 'enet', profile: 'f06-short' });
        let writes = 0;
        whenSent(rig, WRITE, () => {
          writes += 1;
          rig.cutAfter(cut);
        });
        const outcome = await rig.code([BIT]);
        // What has left whole has arrived, although nobody can know it.
        await expectEnding(rig, outcome, { ending: 'P/5', cause: LOST, recover: 4 });
        expect(writes).toBe(1);
        await rig.dispose();
      }
    });

    it('ELM327: at every frame', async () => {
      for (let frame = 0; frame < 8; frame += 1) {
        const rig = new Rig({ wire: 'elm327', profile: 'f06-short' });
        whenSent(rig, WRITE, () => rig.addFault(`unplug,after=${frame}`));
        await expectEnding(rig, await rig.code([BIT]), { ending: 'P/5', cause: LOST, recover: 4 });
        await rig.dispose();
      }
    });
  });
});
