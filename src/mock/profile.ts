import * as z from 'zod';
import { fromHex, lazily } from '../core/index.ts';

/** What an ECU keeps over a reset, and what it forgets: the two lists of a profile say which is which. */
export const ECU_PARTS = [
  'blocks',
  'dids',
  'coded',
  'troubleCodes',
  'messages',
  'clock',
  'session',
  'energyMode',
  'unstored',
  'received',
] as const;
export type EcuPart = (typeof ECU_PARTS)[number];

/** Values that an ECU works out when asked, by the name a profile uses. */
export const COMPUTED_VALUES = [
  'voltage',
  'terminal',
  'clock',
  'message-history',
  'raised-messages',
  'i-levels',
  'i-levels-signed',
  'vehicle-order',
  'ecu-list',
  'vin',
  'order-head',
] as const;
export type ComputedValue = (typeof COMPUTED_VALUES)[number];

/** Made on first use: a mock car of ours is loaded ready-made (see `load-profile.ts`). */
const schemas = lazily(() => {
  const hexOf = (digits: number) => z.string().regex(new RegExp(`^[0-9A-F]{${digits}}$`), `must be ${digits} upper-case hex digits`);
  const address = hexOf(2);
  const did = hexOf(4);
  const numberOf = (text: string) => Number.parseInt(text, 16);

  /** Bytes as one string, or as rows, which keep a long block readable. */
  const bytes = z
    .union([z.string(), z.array(z.string())])
    .transform((rows) => (typeof rows === 'string' ? rows : rows.join('')))
    .pipe(z.string().regex(/^([0-9A-F]{2})*$/, 'must be upper-case hex, two digits a byte'))
    .transform(fromHex);

  /** A table by number, in order: JSON would put `5D` behind `78`. */
  const byHex = <T extends z.ZodType>(key: z.ZodType<string, string>, value: T) =>
    z.record(key, value).transform((record) => {
      const entries = Object.entries(record).map(([text, item]): [number, z.output<T>] => [numberOf(text), item as z.output<T>]);
      return new Map(entries.sort(([left], [right]) => left - right));
    });

  const timing = z.strictObject({
    /** `50 xx P2 P2*`: how long the ECU may take, and may take after `7F xx 78`. */
    p2Ms: z.number().int().min(0).max(0xffff),
    p2StarMs: z.number().int().min(0).max(655_350).multipleOf(10),
    /** A session other than the default one ends after this much silence. */
    s3Ms: z.number().positive(),
    /** How long a reset keeps the ECU from answering. */
    resetMs: z.number().nonnegative(),
    /** Before each answer; 0 answers in the same turn. */
    replyMs: z.number().nonnegative(),
  });

  const delay = z.strictObject({
    /** The beginning of the request, such as 22F101. */
    request: bytes,
    /** Number of `7F xx 78` before the answer, spread over `ms`. */
    pending: z.number().int().nonnegative(),
    ms: z.number().positive(),
  });

  const troubleCode = z.strictObject({
    code: hexOf(6).transform(numberOf),
    status: hexOf(2).transform(numberOf),
    /** Mileage and vehicle time of the first occurrence. */
    km: z.number().int().min(0).max(0xffffff),
    seconds: z.number().int().min(0).max(0xffffffff),
    occurrences: z.number().int().min(1).max(0xff),
    /** The fault is still there: once cleared, the code comes back with the next self-test, at a reset. */
    present: z.boolean().default(false),
    /** `at-once`: it does not wait for the reset. */
    returns: z.literal('at-once').optional(),
    /** Values of the snapshot beside mileage and time, by DID. */
    snapshotValues: byHex(did, bytes).optional(),
    note: z.string().optional(),
  });

  /** An event in the info memory: noted, and no fault. */
  const infoEntry = z.strictObject({
    code: hexOf(6).transform(numberOf),
    status: hexOf(2).transform(numberOf),
    km: z.number().int().min(0).max(0xffffff),
    seconds: z.number().int().min(0).max(0xffffffff),
  });

  const messages = z.strictObject({
    raised: z.array(z.number().int().min(1).max(0xfffe)),
    stored: z.array(
      z.strictObject({
        id: z.number().int().min(1).max(0xfffe),
        km: z
          .number()
          .int()
          .min(0)
          .max(0xffff * 8)
          .multipleOf(8),
      }),
    ),
  });

  const ecu = z.strictObject({
    name: z.string().min(1),
    /** F150, the index of the ECU's description. */
    variant: hexOf(6).regex(/^0F/, 'must begin with 0F').transform(fromHex),
    supplier: hexOf(6).transform(fromHex),
    built: z
      .string()
      .regex(/^\d{6}$/, 'must be YYMMDD')
      .transform(fromHex),
    serial: hexOf(20).transform(fromHex),
    software: z.strictObject({
      date: z
        .string()
        .regex(/^\d{6}$/, 'must be YYMMDD')
        .transform(fromHex),
      fingerprint: hexOf(20).transform(fromHex),
      entries: z.array(z.string().regex(/^[A-Z]{4}_[0-9A-F]{8}_\d{3}_\d{3}_\d{3}$/, 'must look like CAFD_7E570601_001_000_000')),
    }),
    sessions: z.array(address.transform(numberOf)).default([0x01, 0x03, 0x41]),
    /** Some ECUs answer `50 03` without their times. */
    sessionTimes: z.boolean().default(true),
    timing: timing.partial().default({}),
    delays: z.array(delay).default([]),
    flowControl: z
      .strictObject({ blockSize: z.number().int().min(0).max(255), separationTime: z.number().int().min(0).max(255) })
      .optional(),
    /**
     * Coding data must be signed: writes are refused with securityAccessDenied (true), or taken and complained of by trouble
     * code 02<address>0A.
     */
    secureCoding: z.union([z.boolean(), z.literal('complains')]).default(false),
    blocks: byHex(did, bytes).default(new Map()),
    dids: byHex(did, bytes).default(new Map()),
    computed: byHex(did, z.enum(COMPUTED_VALUES)).default(new Map()),
    /** The status bits that the ECU keeps; recorded as 7F, FF, 4F and 4D. */
    statusAvailability: hexOf(2).default('7F').transform(numberOf),
    troubleCodes: z.array(troubleCode).default([]),
    infoMemory: z.array(infoEntry).optional(),
    messages: messages.optional(),
    /** The clock's reading at the start, `YYYY-MM-DDThh:mm:ss`; a coding write loses it. */
    clock: z.iso.datetime({ local: true, offset: false }).optional(),
  });

  const car = z.strictObject({
    format: z.literal(1),
    name: z.string().regex(/^[a-z0-9-]+$/),
    title: z.string().min(1),
    evidence: z.literal('synthetic'),
    /** `kwp`: an E-series car, whose ECUs speak KWP2000 and are all asked at EF. */
    protocol: z.enum(['uds', 'kwp']).default('uds'),
    notes: z.array(z.string()).default([]),
    vin: z.string().regex(/^[A-HJ-NPR-Z0-9]{17}$/, 'must be a VIN: 17 characters, no I, O or Q'),
    /** The network address of the gateway: locally administered, so nobody's. */
    mac: hexOf(12),
    order: z.strictObject({
      date: z.string().regex(/^\d{4}$/, 'must be MMYY'),
      series: z.string().length(4),
      type: z.string().length(4),
      paint: z.string().length(4),
      upholstery: z.string().length(4),
      options: z.array(z.string().length(3)),
      eWords: z.array(z.string().length(4)).default([]),
      hoWords: z.array(z.string().length(4)).default([]),
    }),
    /** Current, last, as delivered. */
    iLevels: z.array(z.string().regex(/^[A-Z0-9]{4}-\d{2}-\d{2}-\d{3}$/, 'must look like F010-15-03-505')).length(3),
    voltage: z.number().min(0).max(30),
    ignition: z.boolean(),
    timing,
    /** Outside of these the ECUs refuse to be written: `93` below, `92` above. */
    writeVoltage: z.strictObject({ min: z.number(), max: z.number() }),
    /** Where this car's display masks lie, for {@link dashboard}; absent where it has none. Bit set: shown. */
    dashboard: z.strictObject({ ecu: address.transform(numberOf), masks: did.transform(numberOf).optional() }),
    survivesReset: z.array(z.enum(ECU_PARTS)),
    volatile: z.array(z.enum(ECU_PARTS)),
    ecus: byHex(address, ecu),
  });

  const profile = car.transform((car, context) => {
    if ([...car.survivesReset, ...car.volatile].sort().join() !== [...ECU_PARTS].sort().join()) {
      const message = `survivesReset and volatile must list each of these once between them: ${ECU_PARTS.join(', ')}`;
      context.addIssue({ code: 'custom', path: ['survivesReset'], message });
    }
    if (!car.ecus.has(car.dashboard.ecu))
      context.addIssue({ code: 'custom', path: ['dashboard', 'ecu'], message: 'must be an ECU of this car' });
    return car;
  });
  return { profile, ecu, timing, troubleCode, infoEntry, messages };
});
type Schemas = ReturnType<typeof schemas>;

/** Reads a profile's file; what it says of itself is checked once its parts are right. */
export const profileSchema = (): Schemas['profile'] => schemas().profile;

/** A mock car as its file describes it, read and checked. */
export type Profile = z.output<Schemas['profile']>;
export type EcuProfile = z.output<Schemas['ecu']>;
export type EcuTiming = z.output<Schemas['timing']>;
export type TroubleCode = z.output<Schemas['troubleCode']>;
export type InfoEntry = z.output<Schemas['infoEntry']>;
export type StoredMessage = z.output<Schemas['messages']>['stored'][number];
