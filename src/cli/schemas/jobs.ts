import * as z from 'zod';
import { address, did, hex, id, label, vin } from './fields.ts';

const planned = z.looseObject({
  id: id.describe('what --accept takes'),
  vin,
  kind: z.enum(['code', 'undo', 'restore']),
  edits: z.array(
    z.looseObject({
      address: z.string().describe('as typed'),
      canonical: z.string(),
      old: z.string().describe('hex as read; 0 or 1 for a bit'),
      new: z.string().describe('hex to be written; 0 or 1 for a bit'),
    }),
  ),
  effects: z.array(
    z.looseObject({
      message: z.int(),
      becomes: z.enum(['hidden', 'shown']),
      label,
      evidence: z.string().describe('the weakest of what is known of place and polarity; of a hypothesis, no car has shown it'),
    }),
  ),
  messages: z
    .array(
      z.looseObject({
        id: z.int(),
        active: z.boolean().describe('seen among the active messages; false does not deny it'),
        stored: z.boolean(),
        faults: z.array(z.looseObject({ ecu: address, code: z.string(), text: z.string().optional() })).optional(),
      }),
    )
    .describe('what the car itself stores of the messages'),
  notes: z.array(z.looseObject({ code: z.string(), text: z.string() })),
  mustBeNamed: z.array(z.int()).describe('messages that warn of danger, or may do so: hidden only where --hide-dangerous names each'),
  alreadyDone: z.boolean(),
  undoes: z.string().optional(),
});

const job = z.looseObject({
  plan: planned,
  job: z.string().optional().describe('names the job in history and for undo; absent where nothing was written'),
  backup: id.optional(),
  verified: z.int().optional().describe('blocks read back equal, after a reset too'),
  followUp: z.array(z.string()).optional().describe('what to expect of the car now, in words'),
});

/** Results of the commands that change a car, and of those that tell of it. */
export const JOB_RESULTS = {
  'messages-hide': job,
  'messages-unhide': job,
  code: job,
  apply: job,
  reapply: job,
  undo: job,
  restore: job,
  recover: z.looseObject({ state: z.enum(['nothing-open', 'aborted', 'committed']), job: z.string().optional(), blocks: z.int() }),
  history: z.looseObject({
    jobs: z.array(
      z.looseObject({
        job: z.string(),
        time: z.string(),
        vin,
        kind: z.string(),
        state: z.enum(['committed', 'rolled-back', 'aborted', 'stuck', 'open']),
        plan: z.string(),
        backup: z.string(),
        label: z.string().optional(),
        undoes: z.string().optional(),
        blocks: z.array(z.looseObject({ ecu: address, did, old: hex, new: hex })),
        hides: z.array(z.int()).optional().describe('messages that it hid'),
        shows: z.array(z.int()).optional().describe('messages that it showed again'),
      }),
    ),
    hidden: z
      .array(z.looseObject({ vin, message: z.int(), label, since: z.string(), job: z.string() }))
      .describe('messages that jobs hid and none has shown again: to be looked at after some drives, with `messages active`'),
  }),
};
