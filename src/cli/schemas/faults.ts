import * as z from 'zod';
import { address, cited, did, hex, id } from './fields.ts';

const snapshotValues = {
  mileageKm: z.int().optional().describe('absent where the ECU told none'),
  timeS: z.int().optional().describe("seconds of the car's own clock, not a date"),
  values: z.array(z.looseObject({ did, hex })).describe('those of known length'),
};

const undecoded = hex.optional().describe('from the first value of unknown length on');

const fault = z.looseObject({
  ecu: address,
  name: z.string(),
  code: z.string(),
  status: hex,
  statusAvailability: hex.describe('the status bits that this ECU keeps'),
  states: z.array(z.string()).describe('the status bits that are set, by their names in ISO 14229-1'),
  present: z.boolean().describe('false too where the ECU keeps no such state'),
  text: z.string().optional().describe('absent where nobody has published what the code means on this ECU'),
  evidence: z.string().optional().describe('how well the meaning is known'),
  source: z.string().optional(),
  snapshots: z
    .looseObject({
      hex: hex.describe('all records as they came'),
      records: z.array(z.looseObject({ number: z.int(), count: z.int(), ...snapshotValues })),
      rest: undecoded,
    })
    .optional()
    .describe('absent where not asked for or not told'),
  extendedData: z
    .looseObject({ hex, records: z.array(z.looseObject({ number: z.int(), value: z.int() })).optional() })
    .optional()
    .describe('absent where not asked for or not told; what the records mean is not public'),
  record: hex.optional().describe('of an E-series ECU: what it keeps of the code; only its maker can read it'),
});

const faultCode = z.looseObject({ ecu: address, code: z.string() });

const unread = z
  .array(z.looseObject({ ecu: address, name: z.string(), code: z.string(), message: z.string() }))
  .describe('ECUs that did not tell; code and message are those of an error');

const foundFaults = z.looseObject({
  faults: z.array(fault).describe('what is stored; with --clear, after clearing'),
  info: z
    .array(
      z.looseObject({
        ecu: address,
        name: z.string(),
        code: z.string(),
        status: hex,
        snapshots: z.array(z.looseObject(snapshotValues)).optional(),
        rest: undecoded,
      }),
    )
    .optional()
    .describe('the info memories: events, no faults; without --clear and --since'),
  unread,
  before: z.array(fault).optional().describe('with --clear: what was stored; with --since: what the backup holds'),
  backup: id.optional().describe('with --clear and --save: holds all that was stored'),
  gone: z.array(faultCode).optional().describe('with --clear or --since'),
  cameBack: z.array(faultCode).optional().describe('with --clear: cleared, and there again; the car still has the fault'),
  stillThere: z.array(faultCode).optional().describe('with --since'),
  new: z.array(faultCode).optional().describe('with --clear or --since'),
});

const explainedFaults = z.looseObject({
  explained: z
    .array(
      z.looseObject({
        code: z.string(),
        ecu: address.optional().describe('the one asked about'),
        known: z.array(z.looseObject({ ecu: address, name: z.string(), text: z.string(), evidence: z.string(), sources: z.array(cited) })),
        named: z
          .array(
            z.looseObject({
              by: z.string(),
              says: z.string(),
              confirmed: z.literal(false),
              finding: z.string().optional(),
              source: cited,
            }),
          )
          .describe('who names the code without naming the ECU, or wrongly'),
      }),
    )
    .describe('with --explain'),
});

/** Results of the commands on trouble codes. */
export const FAULT_RESULTS = {
  faults: z.union([foundFaults, explainedFaults]),
};
