import * as z from 'zod';
import { did, label } from './fields.ts';

const known = {
  subject: z.string().optional().describe('this and the next two are absent for an id that the catalog does not hold'),
  severity: z.enum(['notice', 'warning', 'stop']).optional(),
  dangerous: z.boolean().optional().describe('to hide it is to hide a warning of danger'),
  text: z.string().optional().describe('from --texts'),
};

const message = z.looseObject({ id: z.int(), label, ...known });

/** Results of the commands on Check Control messages. */
export const MESSAGE_RESULTS = {
  'messages-list': z.looseObject({
    messages: z.array(message.extend({ shown: z.boolean().optional().describe('with --ecu') })),
    block: did.optional().describe('this and the next two: with --ecu'),
    evidence: z.string().optional().describe('how well it is known which bit is which message'),
    count: z.int().optional().describe('how many messages the masks have a bit for'),
  }),
  'messages-find': z.looseObject({ messages: z.array(message) }),
  'messages-show': z.looseObject({
    id: z.int(),
    label,
    ...known,
    neighbours: z.array(z.looseObject({ id: z.int(), label })).describe('the other bits of the same byte'),
    group: z.int(),
    byte: z.int(),
    bit: z.int(),
    block: did.optional(),
    address: z.string().optional(),
    shown: z.boolean().optional(),
    withinKnownMasks: z.boolean().describe('false where every mask that is known ends before it'),
    evidence: z.string().optional().describe('how well it is known that the bit lies there'),
    active: z.boolean().optional(),
    stored: z.boolean().optional(),
    report: z.string().optional().describe('the file that --report wrote'),
  }),
  'messages-active': z.looseObject({
    told: z.boolean().describe('whether the cluster tells its messages at all'),
    evidence: z.string().describe('how well it is known how the cluster keeps these records'),
    messages: z.array(message.extend({ active: z.boolean().nullable(), mileageKm: z.number().optional() })),
  }),
};
