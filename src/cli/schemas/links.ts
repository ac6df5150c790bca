import * as z from 'zod';
import { address, did, hex, path, port, vin } from './fields.ts';

const simulation = z.looseObject({
  profile: z.string().describe('of a recorded car the name of its file'),
  vin: vin.nullable().describe('null where a recording does not tell it'),
  enet: z.looseObject({ host: z.string(), port, discoveryPort: port, controlPort: port }).optional(),
  doip: z.looseObject({ host: z.string(), port }).optional(),
  elm327: z.union([z.looseObject({ host: z.string(), port }), z.looseObject({ path })]).optional(),
  dcan: z.looseObject({ path }).optional(),
  pid: z.int(),
});

const gateway = z.looseObject({ host: z.string(), vin: z.string(), mac: z.string() });

const noAdapter = z.looseObject({ link: z.string(), verdict: z.literal('no-adapter'), why: z.string() });

const probedAdapter = z.looseObject({
  link: z.string(),
  name: z.string().describe('as it names itself: no proof of anything'),
  verdict: z.enum(['may-write', 'read-only', 'unusable']),
  proven: z.boolean().describe('has carried long messages unharmed both ways, just now and in this car'),
  why: z.string().optional().describe('what keeps it from more'),
  lacks: z.array(z.looseObject({ command: z.string(), what: z.string() })),
  probes: z.array(
    z.looseObject({
      id: z.string(),
      proves: z.string().describe('what a yes proves'),
      outcome: z.enum(['yes', 'no', 'needs-car', 'not-asked']),
      exchanges: z.array(
        z.looseObject({ sent: z.string(), answer: z.array(z.string()), silent: z.boolean().describe('no prompt came'), ms: z.int() }),
      ),
    }),
  ),
});

/** Results of the commands on adapters, mock cars and recorded sessions. */
export const LINK_RESULTS = {
  adapters: z.union([
    z.looseObject({
      serial: z.array(z.looseObject({ path })),
      enet: z.array(gateway).describe('gateways that speak HSFZ'),
      doip: z.array(gateway).describe('gateways that speak DoIP and not HSFZ'),
    }),
    z.looseObject({ probed: z.array(z.union([noAdapter, probedAdapter])), report: path.optional() }).describe('with --probe'),
  ]),
  sim: simulation,
  'trace-replay': simulation,
  'trace-show': z.looseObject({
    format: z.enum(['trace', 'ediabas']),
    tool: z.string().optional(),
    date: z.string().optional(),
    link: z.string().optional(),
    redacted: z.boolean(),
    torn: z.boolean().describe('the last line was cut off, and is left out'),
    messages: z.int(),
    durationMs: z.number(),
    remarks: z.array(z.string()),
    events: z.array(
      z.looseObject({
        ms: z.number(),
        line: z.int().optional().describe('in the file'),
        kind: z.enum(['sent', 'received', 'open', 'silence', 'ignition', 'proved', 'failed', 'close']),
        ecu: address.optional().describe('of a message: whom it went to or came from'),
        name: z.string().optional(),
        hex: hex.optional().describe('of a message, without framing'),
        role: z.enum(['request', 'positive', 'negative', 'pending']).optional(),
        service: z.string().optional(),
        sid: hex.optional(),
        did: did.optional(),
        didName: z.string().optional(),
        nrc: hex.optional(),
        nrcName: z.string().optional(),
        text: z.string().optional(),
      }),
    ),
  }),
  'trace-convert': z.looseObject({
    path,
    format: z.enum(['trace', 'txt', 'pcapng']),
    messages: z.int(),
    redacted: z.boolean(),
    framing: z.enum(['doip', 'hsfz']).optional(),
  }),
};
