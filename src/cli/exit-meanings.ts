import { EXIT } from '../core/index.ts';

/** What each exit status means, as people are told it. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done and verified',
  bug: 'a bug of kombi',
  usage: 'wrong words: unknown ECU, parameter, byte 8 of 8, link, backup',
  refused: 'refused by the car or by a rule; no consent; stale plan',
  restored: 'failed, old values back and verified',
  recoveryNeeded: 'recovery needed: run `kombi recover`',
  stuck: 'a block is in a third state',
  locked: 'locked: another program has the car or the port',
  linkFailed: 'the link cannot be opened, or failed in a command that only reads',
  archiveDamaged: 'a backup or journal is damaged',
  newerFormat: 'a backup of a newer format',
  batchPartial: 'some of many: cars of a batch, or ECUs of `faults --clear`; the report says which',
  interrupted: 'stopped by Ctrl-C, nothing left open',
  terminated: 'stopped by SIGTERM, nothing left open',
};

export function exitRows(): readonly (readonly [status: number, meaning: string])[] {
  return Object.entries(EXIT_MEANINGS).map(([name, meaning]) => [EXIT[name as keyof typeof EXIT], meaning]);
}
