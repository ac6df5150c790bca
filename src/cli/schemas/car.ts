import * as z from 'zod';
import { address, did, hex, vin } from './fields.ts';

const blocksOfEcu = z.looseObject({
  ecu: address,
  name: z.string(),
  source: z.enum(['catalog', 'archive', 'scan']).describe('what told which blocks there are'),
  complete: z.boolean().describe('false where the ECU stopped answering or refuses all: there may be more blocks'),
  ranges: z
    .array(z.looseObject({ first: did, last: did }))
    .optional()
    .describe('where every identifier was asked for'),
  blocks: z.array(
    z.looseObject({
      did,
      length: z.int().nullable().describe('bytes; null where the ECU does not show the block'),
      name: z.string().optional(),
      kind: z
        .enum(['tlid', 'cafd-id', 'signature', 'vin', 'short-vin', 'proof-stamp', 'metadata'])
        .optional()
        .describe('absent of coding data; all else is kept and never written'),
      holds: z.string().optional(),
      nrc: hex.optional().describe('the code with which the ECU refuses to show it'),
    }),
  ),
});

/** Results of the commands that only read a car. */
export const CAR_RESULTS = {
  info: z.looseObject({
    vin,
    vinSource: address.describe('who told the VIN'),
    series: z.string().nullable(),
    family: z.enum(['E', 'F', 'G']).nullable(),
    model: z.string().nullable(),
    typeKey: z.string().nullable(),
    manufacturer: z.string().nullable().describe('from the first three characters of the VIN'),
    productionDate: z.string().nullable().describe('year and month of the criterion of the vehicle order: derived'),
    newestEcu: z.string().nullable().describe('when the newest ECU was made, YYYY-MM-DD: a car that has all its own was not built before'),
    iLevel: z.string().nullable(),
    iLevels: z.looseObject({ current: z.string(), last: z.string().nullable(), shipment: z.string().nullable() }).nullable(),
    order: z
      .looseObject({
        criterion: z.string().nullable(),
        series: z.string().nullable(),
        type: z.string().nullable(),
        paint: z.string().nullable(),
        upholstery: z.string().nullable(),
        options: z.array(z.string()).nullable(),
        eWords: z.array(z.string()).nullable(),
        hoWords: z.array(z.string()).nullable(),
        damage: z.string().nullable().describe('why it could not be read whole'),
      })
      .nullable(),
    coding: z.looseObject({ rule: z.enum(['plain', 'signed', 'e-series', 'unknown']), reason: z.string() }),
    protocol: z.enum(['uds', 'kwp']),
    gateway: z.looseObject({ address, name: z.string() }).nullable(),
    voltage: z.number().nullable().describe('volts'),
    voltageSource: address.nullable(),
    ignition: z.enum(['on', 'off']).nullable(),
    engine: z.enum(['off', 'starting']).nullable().describe('null: off or running, no published value tells which'),
    energyMode: z.looseObject({ value: z.int(), name: z.enum(['none', 'production', 'transport', 'flash']).nullable() }).nullable(),
    mileageKm: z.int().nullable(),
    link: z.string(),
    ecus: z.array(
      z.looseObject({
        address,
        name: z.string(),
        title: z.string().nullable(),
        serial: z.string().nullable(),
        supplier: hex.nullable(),
        date: z.string().nullable().describe('of the ECU, YYYY-MM-DD'),
        cafds: z.array(z.string()),
        software: z.array(z.string()).describe('every entry of the SVK: class, id, version'),
        svk: z
          .looseObject({
            programmingStatus: hex.nullable(),
            date: z.string().nullable().describe('when it was programmed, YYYY-MM-DD'),
            fingerprint: hex.nullable(),
            complete: z.boolean(),
            raw: hex.describe('as the ECU told it; of an E-series ECU its ident table'),
          })
          .nullable(),
        found: z.array(z.enum(['broadcast', 'list', 'sweep'])),
        silent: z.boolean().describe('listed, and does not say who it is'),
      }),
    ),
  }),
  blocks: z.union([
    blocksOfEcu,
    z.looseObject({
      ecus: z.array(blocksOfEcu).describe('with --all'),
      silent: z.array(z.looseObject({ address, name: z.string() })).describe('ECUs that are on the list of the car and do not answer'),
    }),
  ]),
  read: z.looseObject({
    values: z.array(
      z.looseObject({
        address: z.string().describe('as typed'),
        canonical: z.string(),
        hex: hex.describe('of a bit, the byte that it lies in'),
        bit: z.union([z.literal(0), z.literal(1)]).optional(),
        block: z.string().optional(),
        parameter: z.string().optional(),
        hidden: z.array(z.int()).optional().describe('messages hidden by these bytes'),
        evidence: z.string().optional().describe('of `block`, `parameter` and `hidden`: how well they are known'),
      }),
    ),
  }),
};
