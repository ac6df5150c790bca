/** One deliberate error of design: texts of the sources, and what is put in their place. */
export interface Mutant {
  readonly name: string;
  /** What it gets wrong, for the table. */
  readonly error: string;
  readonly patches: readonly { readonly file: string; readonly from: string; readonly to: string }[];
}

const WRITE_BLOCK = 'src/job/kernel/write-block.ts';
const TRANSACTION = 'src/job/kernel/transaction.ts';
const SETTLE = 'src/job/kernel/settle.ts';
const INTENT = "  await journal.append({ type: 'INTENT', op: index, attempt, dir: direction }, { sync: true });\n";

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'no-directory-sync',
    error: 'the name of a backup and of a journal is not durable when it is relied on',
    patches: [{ file: 'src/archive/durable-file.ts', from: 'await fileSystem.syncDirectory(path);', to: 'void fileSystem;' }],
  },
  {
    name: 'no-file-sync',
    error: 'the bytes of a backup and of a journal are not durable when they are relied on',
    patches: [{ file: 'src/archive/durable-file.ts', from: '    await file.sync();\n', to: '' }],
  },
  {
    name: 'intent-after-write',
    error: 'INTENT is written when the block has been',
    patches: [
      { file: WRITE_BLOCK, from: INTENT, to: '' },
      { file: WRITE_BLOCK, from: '  // A hint for the reader of the journal;', to: `${INTENT}  // A hint for the reader of the journal;` },
    ],
  },
  {
    name: 'intent-not-synced',
    error: 'INTENT is not durable when the write leaves',
    patches: [{ file: WRITE_BLOCK, from: INTENT, to: INTENT.replace('sync: true', 'sync: false') }],
  },
  {
    name: 'trusts-a-refusal',
    error: 'a negative answer is taken for proof that nothing was written',
    patches: [
      {
        file: TRANSACTION,
        from: "if (outcome.kind === 'unknown') await this.fence();\n      const after",
        to: "if (outcome.kind === 'unknown') await this.fence();\n      if (outcome.kind === 'refused') throw refusal(operation, outcome.error);\n      const after",
      },
      { file: SETTLE, from: '(await allOld(transaction))', to: 'true' },
    ],
  },
  {
    name: 'trusts-an-acceptance',
    error: 'a positive answer is taken for proof of storage: no reading back, no verification after the reset',
    patches: [
      {
        file: TRANSACTION,
        from: "if (outcome.kind === 'unknown') await this.fence();\n      const after",
        to: "if (outcome.kind === 'unknown') await this.fence();\n      if (outcome.kind === 'positive') return;\n      const after",
      },
      { file: SETTLE, from: 'if (holdingOf(operation, bytes) !== wanted) {', to: 'if (false as boolean) {' },
    ],
  },
  {
    name: 'no-verify-after-reset',
    error: 'what is read after the reset is not compared',
    patches: [{ file: SETTLE, from: 'if (holdingOf(operation, bytes) !== wanted) {', to: 'if (false as boolean) {' }],
  },
  {
    name: 'no-reset',
    error: 'the ECUs are not reset before they are verified',
    patches: [
      {
        file: TRANSACTION,
        from: 'await resetEcu({ gate: this.#gate, client: car.client, vin: car.identity.vin, ecu });',
        to: 'void resetEcu;',
      },
    ],
  },
  {
    name: 'end-too-early',
    error: 'END is written before the job is verified',
    patches: [
      {
        file: 'src/job/carry-out.ts',
        from: "const observed = await verifyAfterReset(transaction, 'new');",
        to: "await end(settling, 'COMMITTED');\n    const observed = await verifyAfterReset(transaction, 'new');",
      },
      { file: 'src/job/carry-out.ts', from: "await end(settling, 'COMMITTED', observed);", to: 'void observed;' },
    ],
  },
  {
    name: 'no-identity-check',
    error: 'nobody looks whether car and unit are still the same',
    patches: [
      {
        file: 'src/job/kernel/fence.ts',
        from: '  if (vin !== car.identity.vin) throw otherCar(',
        to: '  if (ecus.length >= 0) return;\n  if (vin !== car.identity.vin) throw otherCar(',
      },
      {
        file: 'src/job/recover.ts',
        from: 'if (!sameSerial || !(svkShaOf(ecu) === saved.svkSha || hasLostCafd(ecu))) {',
        to: 'if (!sameSerial && ecus.length < 0) {',
      },
    ],
  },
  {
    name: 'no-checksum',
    error: 'a line of the journal is believed whatever its sum says, and wherever it stands',
    patches: [
      { file: 'src/archive/journal-text.ts', from: '!== sum) return {', to: '=== undefined) return {' },
      { file: 'src/archive/journal-text.ts', from: 'envelope.data.prev === expected.prev', to: "expected.prev !== ''" },
    ],
  },
  {
    name: 'resends-a-write',
    error: 'a write is sent again on a timeout, like a read',
    patches: [
      {
        file: 'src/uds/client.ts',
        from: 'return this.#turn.run(async () => granted(ecu, request, await this.#exchange(ecu, request, options)));',
        to: 'return this.readAnswer(ecu, request, options).then((answer) => granted(ecu, request, answer));',
      },
      {
        file: 'src/job/kernel/gate.ts',
        from: '    const token = this.#token;\n    this.#token = undefined;\n',
        to: '    const token = this.#token;\n',
      },
    ],
  },
  {
    name: 'no-fence',
    error: 'after an unknown outcome the link is opened anew at once',
    patches: [{ file: 'src/job/kernel/fence.ts', from: '  await car.client.clock.sleep(Math.max(p2StarMs, s3Ms) + MARGIN_MS);\n', to: '' }],
  },
  {
    name: 'no-compare-before-write',
    error: 'the block is not read again before it is written',
    patches: [
      {
        file: TRANSACTION,
        from: "if (holdingOf(operation, before) !== 'old') throw changedSincePlan(operation, before);",
        to: 'void changedSincePlan;',
      },
    ],
  },
  {
    name: 'reads-once',
    error: 'one reading is enough for a backup and a verification',
    patches: [
      {
        file: 'src/job/read-twice.ts',
        from: 'if (!equalBytes(first, second)) throw unstable(block);',
        to: 'if (first.length < 0) throw unstable(block);',
      },
      { file: 'src/job/read-twice.ts', from: 'if (equalBytes(before, now)) return now;', to: 'if (now.length >= 0) return before;' },
    ],
  },
  {
    name: 'writes-without-end',
    error: 'nobody counts how often a block is written',
    patches: [{ file: WRITE_BLOCK, from: '{ forward: 2, back: 3 }', to: '{ forward: 9, back: 9 }' }],
  },
  {
    name: 'forgets-half-a-job',
    error: 'recovery takes a job for done whose second block was never begun',
    patches: [{ file: 'src/job/recover.ts', from: 'holdings.length === operations.length && ', to: '' }],
  },
  {
    name: 'closes-what-was-written',
    error: 'recovery closes a journal as never begun although there are intents',
    patches: [
      { file: 'src/job/recover.ts', from: 'if (transaction.touched().length === 0) {', to: 'if (transaction.touched().length <= 1) {' },
    ],
  },
];
