import * as z from 'zod';
import { address, did, hex, id, label, path, vin } from './fields.ts';

const block = z.looseObject({ ecu: address, did, hex });
const importedFrom = z.looseObject({ format: z.enum(['json', 'csv', 'ncd', 'hsfz-toolkit']), redacted: z.boolean() });

/** Results of `kombi backup` and `kombi batch`. */
export const BACKUP_RESULTS = {
  'backup-create': z.looseObject({
    id,
    path,
    vin,
    ecus: z.int(),
    blocks: z.int(),
    complete: z.boolean(),
    lacks: z
      .array(
        z.looseObject({
          ecu: address,
          name: z.string(),
          why: z.enum(['silent', 'refuses-all', 'unread', 'refused']),
          blocks: z.array(z.looseObject({ did, nrc: z.string() })),
        }),
      )
      .describe('what is not in it; without --partial only blocks that an ECU refuses to show'),
  }),
  'backup-export': z.looseObject({
    format: z.enum(['json', 'csv', 'ncd', 'md', 'html']),
    redacted: z.boolean(),
    ecus: z.int(),
    paths: z.array(path).optional().describe('the files written; absent where the export went to stdout'),
    text: z.string().optional().describe('the export itself, where no file was named'),
  }),
  'backup-import': z.looseObject({
    id,
    path,
    vin: z.string(),
    ecus: z.int(),
    blocks: z.int(),
    complete: z.boolean(),
    importedFrom,
    restorable: z.boolean().describe('whether any ECU in it can be told from its sisters, which a restore asks for'),
  }),
  'backup-prune': z.looseObject({
    dryRun: z.boolean().describe('without --yes nothing is moved'),
    moved: z.array(z.looseObject({ id, vin: z.string(), time: z.string(), path, trash: path })),
    kept: z.array(
      z.looseObject({
        id,
        vin: z.string(),
        time: z.string(),
        reasons: z.array(z.enum(['first', 'recent', 'monthly', 'journal', 'unjudged'])),
      }),
    ),
  }),
  'backup-list': z.looseObject({
    backups: z.array(
      z.looseObject({
        id,
        path,
        vin: z.string(),
        sequence: z.int(),
        time: z.string(),
        state: z.enum(['intact', 'damaged', 'newer']),
        importedFrom: importedFrom.optional(),
      }),
    ),
    cars: z
      .array(
        z.looseObject({
          vin: z.string(),
          backups: z.int(),
          first: z.string(),
          last: z.string(),
          imported: z.int(),
          unusable: z.int().describe('damaged, or of a newer program'),
        }),
      )
      .describe('the same backups, car by car'),
  }),
  'backup-show': z.looseObject({
    vin: z.string(),
    time: z.string(),
    sequence: z.int(),
    complete: z.boolean(),
    label: z.string().optional(),
    importedFrom: importedFrom.optional(),
    blocks: z.array(block).describe('with --ecu or --block only those'),
    unreadable: z.array(z.looseObject({ ecu: address, did, nrc: z.string() })),
    troubleCodes: z
      .array(
        z.looseObject({
          ecu: address,
          code: z.string(),
          status: hex,
          snapshots: hex.optional(),
          extendedData: hex.optional(),
          kwpRecord: hex.optional(),
        }),
      )
      .optional()
      .describe('as they stood then, their records as they came; absent where the backup holds none'),
  }),
  'backup-verify': z.looseObject({
    checked: z.int(),
    problems: z.array(z.looseObject({ path, problem: z.string() })),
    againstCar: z.looseObject({ equal: z.boolean(), blocks: z.int() }).optional(),
  }),
  'backup-diff': z.looseObject({
    equal: z.boolean(),
    ecus: z.array(
      z.looseObject({
        address,
        kind: z.enum(['both', 'left-only', 'right-only']),
        identity: z.array(z.string()),
        blocks: z.array(
          z.looseObject({
            did,
            kind: z.enum(['changed', 'left-only', 'right-only']),
            bytes: z.array(z.unknown()),
            unreadable: z.string().optional().describe('why the side that lacks it could not read it'),
            name: z.string().optional(),
            parameters: z
              .array(z.looseObject({ parameter: z.string(), offset: z.int(), left: hex, right: hex }))
              .optional()
              .describe('where the layout is known: the parameters in which they differ'),
            effects: z
              .array(z.looseObject({ message: z.int(), becomes: z.enum(['hidden', 'shown']), label, evidence: z.string() }))
              .optional()
              .describe('from left to right: what becomes of Check Control messages'),
          }),
        ),
      }),
    ),
  }),
  batch: z.looseObject({
    cars: z
      .array(
        z.looseObject({
          label,
          ok: z.boolean(),
          exit: z.int().describe('the status that a command for this car alone would have ended with'),
          vehicle: z.enum(['untouched', 'changed', 'restored', 'unknown']),
          vin: vin.nullable(),
          result: z
            .looseObject({
              info: z
                .looseObject({ series: z.string().nullable(), model: z.string().nullable(), iLevel: z.string().nullable(), ecus: z.int() })
                .optional(),
              faults: z.array(z.looseObject({ ecu: address, name: z.string(), code: z.string(), present: z.boolean() })).optional(),
              backup: z.looseObject({ ecus: z.int(), blocks: z.int(), complete: z.boolean() }).optional(),
              verify: z.looseObject({ blocks: z.int() }).optional(),
              plan: z
                .looseObject({
                  id,
                  edits: z.array(z.looseObject({ address: z.string(), old: z.string(), new: z.string() })),
                  alreadyDone: z.boolean(),
                })
                .optional(),
            })
            .describe('by action, as far as it came'),
          notes: z.array(z.string()),
          error: z.looseObject({ code: z.string(), message: z.string(), hint: z.string() }).optional(),
        }),
      )
      .describe('in the order of the manifest; nothing in it differs between two runs on the same cars'),
    succeeded: z.int(),
    failed: z.int(),
    notDone: z.int().describe('stopped before they were done'),
  }),
};
