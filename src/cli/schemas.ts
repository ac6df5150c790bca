import * as z from 'zod';

// What other programs rely on. Fields may be added; none of these is removed or changes its meaning under the same version.

const hex = z
  .string()
  .regex(/^(?:[0-9A-F]{2})*$/)
  .describe('upper-case hex without spaces');
const address = z
  .string()
  .regex(/^[0-9A-F]{2}$/)
  .describe('ECU address, two hex digits');
const did = z
  .string()
  .regex(/^[0-9A-F]{4}$/)
  .describe('block, four hex digits');
const vin = z.string().length(17);
const port = z.int().min(1).max(65_535);
const id = z.string().regex(/^[0-9a-f]{16}$/);
const label = z.string();

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
const cited = z.looseObject({ id: z.string(), title: z.string() });

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

const job = z.looseObject({
  plan: planned,
  job: z.string().optional().describe('names the job in history and for undo; absent where nothing was written'),
  backup: id.optional(),
  verified: z.int().optional().describe('blocks read back equal, after a reset too'),
  followUp: z.array(z.string()).optional().describe('what to expect of the car now, in words'),
});

const known = {
  subject: z.string().optional().describe('this and the next two are absent for an id that the catalog does not hold'),
  severity: z.enum(['notice', 'warning', 'stop']).optional(),
  dangerous: z.boolean().optional().describe('to hide it is to hide a warning of danger'),
  text: z.string().optional().describe('from --texts'),
};
const message = z.looseObject({ id: z.int(), label, ...known });
const recipe = z.looseObject({
  id: z.string(),
  title: z.string(),
  does: z.string(),
  risk: z.enum(['comfort', 'caution']),
  skill: z.enum(['owner', 'experienced']),
  own: z.boolean().describe('from a file of your own'),
  evidence: z.string().describe('the best that any of its variants has'),
  owners: z.int(),
});
const importCounts = z
  .looseObject({ total: z.int(), taken: z.int(), resolved: z.int(), asked: z.int(), refused: z.int() })
  .describe('the other four add up to total');
const ownerReport = z.looseObject({ who: z.string(), car: z.string(), outcome: z.enum(['worked', 'absent', 'unanswered']) });
const block = z.looseObject({ ecu: address, did, hex });
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
const checks = z.array(
  z.looseObject({
    id: z.string().describe('what was looked at, such as port.access'),
    state: z.enum(['ok', 'advice', 'problem']),
    text: z.string(),
    mend: z.string().optional().describe('what mends it, where possible a command'),
  }),
);
const path = z.string();
const importedFrom = z.looseObject({ format: z.enum(['json', 'csv', 'ncd', 'hsfz-toolkit']), redacted: z.boolean() });

const simulation = z.looseObject({
  profile: z.string().describe('of a recorded car the name of its file'),
  vin: vin.nullable().describe('null where a recording does not tell it'),
  enet: z.looseObject({ host: z.string(), port, discoveryPort: port, controlPort: port }).optional(),
  doip: z.looseObject({ host: z.string(), port }).optional(),
  elm327: z.union([z.looseObject({ host: z.string(), port }), z.looseObject({ path })]).optional(),
  dcan: z.looseObject({ path }).optional(),
  pid: z.int(),
});

const evidence = z.string().describe('how well it is known what it means');
const sources = z.array(z.string()).describe('ids; `diagnose --explain sources` names them');
const finding = { text: z.string(), evidence, sources };
const weighed = z.array(z.looseObject({ finding: z.string(), points: z.int(), ...finding }));
const cost = z.looseObject({
  id: z.string(),
  what: z.string(),
  said: z
    .array(
      z.looseObject({
        low: z.number(),
        high: z.number().nullable(),
        unit: z.enum(['USD', 'GBP', 'hours', 'years']),
        source: z.string(),
        date: z.string().nullable(),
      }),
    )
    .describe('one for each source; where they disagree, both'),
});
const step = z.looseObject({
  id: z.string(),
  kind: z.enum(['stop', 'reset', 'check', 'warranty', 'part', 'dealer', 'hide']),
  title: z.string(),
  reason: z.string(),
  leading: z.boolean().describe('false: for when the others have not helped'),
  serves: z.array(z.string()).describe('causes, most likely first; none: all'),
  skill: z.enum(['anyone', 'owner', 'shop']),
  do: z.array(z.string()),
  where: z.array(z.string()),
  guide: z.array(z.looseObject({ do: z.string(), seconds: z.int().optional() })),
  dials: z.boolean().describe('it calls the emergency centre'),
  command: z.string().optional(),
  costs: z.array(cost),
  evidence,
  sources,
});
const look = z.looseObject({ active: z.array(z.int()).nullable(), codes: z.array(z.string()).nullable() });

const diagnosis = z.union([
  z.looseObject({
    vehicle: z
      .looseObject({ vin, series: z.string().nullable(), model: z.string().nullable() })
      .nullable()
      .describe('null: no car was asked'),
    findings: z.array(z.looseObject({ id: z.string(), standing: z.enum(['known', 'reported', 'unknown']), ...finding })),
    causes: z
      .array(
        z.looseObject({
          id: z.string(),
          title: z.string(),
          score: z.int().describe('base and all points of for and against, added up'),
          base: z.int().describe('how often the sources name it'),
          for: weighed,
          against: weighed,
          evidence,
          sources,
        }),
      )
      .describe('the most likely first'),
    steps: z.array(step).describe('in the order in which to take them'),
  }),
  z.looseObject({ step, guided: z.boolean(), compared: z.looseObject({ before: look, after: look }).optional() }).describe('with --guide'),
  z
    .looseObject({
      questions: z.array(
        z.looseObject({
          id: z.string(),
          text: z.string(),
          several: z.boolean(),
          choices: z.array(z.looseObject({ id: z.string(), label: z.string() })),
        }),
      ),
    })
    .describe('with --questions'),
  z.looseObject({ costs: z.array(cost) }).describe('with --explain costs'),
  z.looseObject({ sources: z.array(cited) }).describe('with --explain sources'),
  z
    .looseObject({ advice: z.looseObject({ id: z.string(), title: z.string(), text: z.array(z.string()), evidence, sources }) })
    .describe('with --explain and another topic'),
]);
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

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  adapters: z.union([
    z.looseObject({
      serial: z.array(z.looseObject({ path })),
      enet: z.array(gateway).describe('gateways that speak HSFZ'),
      doip: z.array(gateway).describe('gateways that speak DoIP and not HSFZ'),
    }),
    z.looseObject({ probed: z.array(z.union([noAdapter, probedAdapter])), report: path.optional() }).describe('with --probe'),
  ]),
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
  faults: z.union([foundFaults, explainedFaults]),
  blocks: z.union([
    blocksOfEcu,
    z.looseObject({
      ecus: z.array(blocksOfEcu).describe('with --all'),
      silent: z.array(z.looseObject({ address, name: z.string() })).describe('ECUs that are on the list of the car and do not answer'),
    }),
  ]),
  diagnose: diagnosis,
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
  'messages-hide': job,
  'messages-unhide': job,
  code: job,
  apply: job,
  'recipes-list': z.looseObject({ recipes: z.array(recipe) }),
  'recipes-show': recipe.extend({
    caution: z.string().optional(),
    hides: z.array(z.int()).describe('Check Control messages'),
    variants: z.array(
      z.looseObject({
        id: z.string(),
        ecu: address.nullable().describe('null: the ECU that holds the coding data'),
        block: did.optional(),
        cafds: z.array(z.string()),
        series: z.array(z.string()),
        edits: z.array(z.string()).describe('without their ECU; none of messages'),
        evidence: z.string(),
        source: z.string(),
        sourceTitle: z.string(),
        owners: z.int().optional(),
        who: z.array(z.string()).optional(),
        note: z.string().optional(),
      }),
    ),
    reports: z.array(ownerReport),
    conflicts: z.array(z.string()),
    followUp: z.array(z.looseObject({ text: z.string(), recipe: z.string().optional() })),
  }),
  'recipes-import': z.looseObject({
    files: z.array(z.looseObject({ file: z.string(), entries: z.int(), codes: z.int(), warnings: z.int() })),
    counts: z
      .looseObject({ entries: importCounts, codes: importCounts, refusedBy: z.record(z.string(), z.int()).describe('entries by reason') })
      .describe('a code is what the file describes with one sentence; it is refused where one of its entries is'),
    recipes: z.array(
      z.looseObject({
        id: z.string(),
        title: z.string(),
        risk: z.enum(['comfort', 'caution']),
        cafds: z.array(z.string()),
        edits: z.array(z.string()),
        evidence: z.string(),
      }),
    ),
    entries: z.array(
      z.looseObject({
        file: z.string(),
        line: z.int(),
        cafd: z.string().nullable(),
        block: z.string().nullable(),
        status: z.enum(['taken', 'resolved', 'asked', 'refused']),
        refusal: z.string().optional(),
        note: z.string().optional(),
        value: hex.optional().describe('before it is shifted to its mask; absent where refused'),
      }),
    ),
    unknownNames: z.array(
      z.looseObject({
        key: z.string().describe('place and name, as --values takes them'),
        module: z.string().nullable(),
        description: z.string().nullable(),
        numbers: z.array(hex).describe('that other entries give this place'),
        entries: z.int().describe('how many wait for it'),
      }),
    ),
    contradictions: z.array(
      z.looseObject({
        kind: z.enum(['place', 'overlap', 'value', 'switch', 'twice']),
        message: z.string(),
        at: z.array(z.looseObject({ file: z.string(), line: z.int() })),
      }),
    ),
    saved: z.array(path).optional(),
  }),
  'recipes-lint': z.looseObject({
    files: z.array(path),
    errors: z.int(),
    warnings: z.int(),
    problems: z.array(
      z.looseObject({
        file: z.string(),
        line: z.int(),
        severity: z.enum(['error', 'warning']),
        code: z.string(),
        message: z.string(),
      }),
    ),
    names: z.int().describe('values that are known by a name only'),
  }),
  'recipes-check': z.looseObject({
    vin,
    series: z.string().nullable(),
    model: z.string().nullable(),
    recipes: z.array(
      z.looseObject({
        id: z.string(),
        answer: z.enum(['works', 'supported', 'unknown', 'no']).describe('supported: with --vin, which asks no car'),
        owners: z.int().describe('how many prove it; with --vin, of such cars'),
        reason: z.string(),
        hint: z.string().optional(),
        variant: z.string().nullable().optional().describe('null where none fits; absent with --vin'),
        evidence: z.string().nullable().optional(),
        ecus: z.array(address).optional(),
        needsExperimental: z.boolean().optional(),
        alreadyDone: z.boolean().optional(),
        worked: z.array(ownerReport).optional().describe('with --vin: what owners of such cars told'),
        absent: z.array(ownerReport).optional(),
        unanswered: z.array(ownerReport).optional(),
      }),
    ),
  }),
  reapply: job,
  undo: job,
  restore: job,
  recover: z.looseObject({ state: z.enum(['nothing-open', 'aborted', 'committed']), job: z.string().optional(), blocks: z.int() }),
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
  doctor: z.looseObject({
    platform: z.string(),
    checks,
    problems: z.int().describe('above 0 the exit status is 3'),
  }),
  'support-bundle': z.looseObject({
    path,
    holds: z.looseObject({ checks: z.int(), adapters: z.int(), jobs: z.int(), traceLines: z.int() }),
  }),
  demo: z.looseObject({
    steps: z.array(z.looseObject({ link: z.string(), shown: z.array(z.int()), after: z.string() })),
    equal: z.boolean().describe('whether the whole car ended as it began'),
  }),
  schema: z.looseObject({ commands: z.array(z.string()).optional(), schema: z.looseObject({}).optional() }),
  completion: z.looseObject({ shell: z.string(), script: z.string() }),
};

/** Names of results: a command, or its words joined by hyphens. */
export function schemaNames(): readonly string[] {
  return Object.keys(SCHEMAS).sort();
}

/** The JSON Schema (draft 2020-12) of what a command puts into `result`. */
export function jsonSchemaOf(name: string): object | undefined {
  const schema = resultSchema(name);
  return schema && { title: `kombi/${name}@1`, ...z.toJSONSchema(schema) };
}

export function resultSchema(name: string): z.ZodType | undefined {
  return Object.hasOwn(SCHEMAS, name) ? SCHEMAS[name] : undefined;
}
