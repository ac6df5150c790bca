import type { Did, EcuAddress, Evidence, Vin } from '../core/index.ts';

/** How one fact is known. */
export interface Statement {
  readonly evidence: Evidence;
  /** An id of `sources.json`. */
  readonly source: string;
  /** How many cars or owners say so. */
  readonly count?: number | undefined;
  readonly who?: readonly string[] | undefined;
  readonly note?: string | undefined;
}

export interface Source {
  readonly id: string;
  readonly title: string;
}

export interface Ecu extends Statement {
  readonly address: EcuAddress;
  /** BMW's short name: `KOMBI`. */
  readonly name: string;
  readonly title: string;
  readonly aliases: readonly string[];
}

/** A named range of bytes in a block. */
export interface LayoutParameter {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly offset: number;
  readonly length: number;
  readonly note?: string | undefined;
}

/** Check Control masks: groups of bytes, one bit per message (see {@link checkControlPosition}). */
export interface CheckControlMask {
  readonly groups: number;
  readonly groupBytes: number;
  /** Where group 1 starts in the block. */
  readonly firstOffset: number;
  /** A group is called by this and its number: `CC_ACTIVIERUNG_5`. */
  readonly parameter: string;
  /** Other spellings of `parameter`. */
  readonly aliases: readonly string[];
  /** The value of a bit whose message the driver sees. */
  readonly shownWhen: 0 | 1;
}

/** What the bytes of one block mean on one family of ECUs. */
export interface BlockLayout {
  readonly id: string;
  readonly ecu: EcuAddress;
  readonly block: Did;
  readonly name: string;
  /** The coding data (CAFD ids) it holds for; none: offered by the block's name alone. */
  readonly cafds: readonly string[];
  /** One statement for each thing that must be true before a byte may be called by its name. */
  readonly facts: {
    readonly block: Statement;
    readonly parameters: Statement;
    readonly offsets: Statement;
    readonly polarity?: Statement | undefined;
  };
  readonly parameters: readonly LayoutParameter[];
  readonly mask?: CheckControlMask | undefined;
  /** The weakest of block, parameters and offsets: how well it is known where a parameter lies. */
  readonly evidence: Evidence;
}

/** Milliseconds. */
export interface EcuTiming {
  readonly p2StarMs: number;
  readonly s3Ms: number;
}

/** What is known of one set of coding data. */
export interface Cafd extends Statement {
  /** Eight upper-case hex digits. */
  readonly id: string;
  readonly ecu: EcuAddress;
  /** Every coding block that an ECU with these data holds. */
  readonly blocks: readonly Did[];
  /** How long a request may stay at work and a session may live, where ECUs with these data are known to differ from ISO 14229-2. */
  readonly timing?: EcuTiming | undefined;
  /** The only cars it may be believed of: the test VINs of synthetic data. */
  readonly vins?: readonly Vin[] | undefined;
}

/** What a block that is no coding data holds; `metadata`: one of them, and its shape tells which. */
export const METADATA_KINDS = ['tlid', 'cafd-id', 'signature', 'vin', 'short-vin', 'proof-stamp', 'metadata'] as const;
export type MetadataKind = (typeof METADATA_KINDS)[number];

/** Blocks that say what the coding is, or sign it: kept in backups, never edited. */
export interface ProtectedBlocks extends Statement {
  /** Absent: on every ECU. */
  readonly ecu?: EcuAddress | undefined;
  /** Absent: whatever the coding data. */
  readonly cafds?: readonly string[] | undefined;
  readonly first: Did;
  readonly last: Did;
  readonly kind: MetadataKind;
  readonly holds: string;
}

export interface Label {
  readonly en: string;
  readonly de: string;
}

/** What a message is about; `unused`: the public list holds the id and no text of its own. */
export const MESSAGE_SUBJECTS = [
  ...['emergency-call', 'brakes', 'restraints', 'steering', 'chassis', 'tyres', 'transmission', 'engine', 'hybrid', 'fuel', 'exhaust'],
  ...['power-supply', 'lights', 'wipers', 'doors', 'windows', 'seats', 'keys', 'theft-alarm', 'driver-assistance', 'parking', 'speed'],
  ...['climate', 'trailer', 'telephone', 'multimedia', 'service', 'clock', 'display', 'other', 'unused'],
] as const;
export type MessageSubject = (typeof MESSAGE_SUBJECTS)[number];

export interface CheckControlMessage extends Statement {
  readonly id: number;
  /** In the project's own words, not the manufacturer's. */
  readonly label: Label;
  readonly subject: MessageSubject;
  /** The project's own grading: `stop` asks to stop the car, `warning` to act soon. */
  readonly severity: 'notice' | 'warning' | 'stop';
  /** To hide it is to hide a warning of danger. */
  readonly dangerous: boolean;
}

/** Words that mean the same to whoever looks for a message: one is found where another stands. */
export interface Synonyms {
  readonly words: readonly string[];
}

export interface TroubleCode extends Statement {
  /** Absent: every ECU, which puts its own address in place of the dots of {@link code}. */
  readonly ecu?: EcuAddress | undefined;
  /** Three bytes, six upper-case hex digits: `B7F341`; `02..08` where the ECU's address stands in the middle. */
  readonly code: string;
  /** In the project's own words, not the manufacturer's. */
  readonly label: Label;
  readonly subject?: string | undefined;
  /** Further sources that say the same. */
  readonly confirmedBy?: readonly string[] | undefined;
}

/** A trouble code that somebody has named without its control unit, or wrongly: told when asked for, never of a car. */
export interface NamedCode extends Statement {
  readonly code: string;
  /** How the source is called in a sentence. */
  readonly by: string;
  readonly says: Label;
  /** What the public descriptions of ECUs have to that. */
  readonly finding: Label;
}

export interface Model extends Statement {
  /** Characters 4 to 7 of the VIN: `6C92`. */
  readonly typeKey: string;
  readonly model: string;
  readonly series: string;
}
