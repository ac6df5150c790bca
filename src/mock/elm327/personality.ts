import type { Evidence } from '../../core/index.ts';

/** Genuine firmware in order of age; a command exists from its version on. @see elm327.md §0.4 (primary document) */
export const FIRMWARE = ['1.0', '1.0a', '1.1', '1.2', '1.2a', '1.3', '1.3a', '1.4', '1.4b', '2.0', '2.1', '2.2', '2.3'] as const;
export type Firmware = (typeof FIRMWARE)[number];

/** How an STN chip introduces itself, and what it has room for. */
export interface StnIdentity {
  /** STI. */
  readonly firmware: string;
  /** What STIX adds. */
  readonly released: string;
  /** STDI. */
  readonly device: string;
  readonly manufacturer: string;
  readonly serialNumber: string;
  /** Characters of a command line. */
  readonly lineBuffer: number;
  /** Bytes of a message that it sends for STPX. */
  readonly messageRoom: number;
}

/** The line between host and chip; absent: a cable at 38400 baud, without any delay of its own. */
export interface Line {
  /** Whether the host chooses the rate; a radio link has its own. Default true. */
  readonly wired?: boolean;
  /** Of the UART as delivered. */
  readonly baud?: number;
  /** What a character takes to the chip and one back, beyond their time on the UART. */
  readonly roundTripMs?: number;
  /** One character in so many gets lost, either way. */
  readonly losesOneIn?: number;
}

/** One adapter's character. */
export interface Personality {
  /** What ATI and a reset print. */
  readonly banner: string;
  /** Whose commands it knows. */
  readonly firmware: Firmware;
  /** Characters. */
  readonly transmitBuffer: number;
  /** Commands, by their name in the tables, to which it says `?` all the same; `response digit` behind a request. */
  readonly lacks: readonly string[];
  /** Says OK to any AT command, known or not. */
  readonly agreesToAll?: boolean;
  /** Commands to which it says OK without doing anything. */
  readonly ignores?: readonly string[];
  /** Lines to which it says nothing at all, not even that it is ready. */
  readonly mute?: RegExp;
  /** What it says to what it does not know; empty: only that it is ready. Default `?`. */
  readonly refusal?: string;
  /** How long it takes over a command, by its name, in ms. */
  readonly takesMs?: Readonly<Record<string, number>>;
  /** A line that begins with a blank, such as an interrupt of before, gets no answer. */
  readonly losesLineBehindBlank?: boolean;
  /** Each so many requests its supply breaks down (LV RESET). */
  readonly brownsOutAfter?: number;
  readonly stn?: StnIdentity;
  readonly line?: Line;
  readonly source: string;
  readonly evidence: Evidence;
}

/** Every entry of elm327.md §2.1 "clone-PIC v1.5" (H: public firmware listing). */
const LACKS_CLONE_15 = ['CRA', 'SH8', 'CSM', 'CTM', 'JTM', 'JHF', 'AMC', 'AMT', 'FT', 'IA', 'CER', 'C'];

/** CanZE issue 393 (M: owner's report), elm327.md §4. */
const LACKS_CANZE = [
  ...['SP00', 'NL', 'AMC', 'AMT', 'RA', 'SR', 'BD', 'CEA', 'CF8', 'CM8', 'CP', 'CRA', 'CS', 'CTM', 'CV0000'],
  ...['FCSD', 'FCSH', 'FCSM', 'FE'],
];

/** Of ELM's commands those that OBDLink FRPM Rev E §7 does not list. */
const LACKS_STN = ['CTM', 'LP', 'CER', 'FT', 'C'];

const GENUINE = {
  transmitBuffer: 512,
  lacks: [],
  source: 'ELM327DSI v2.0 and its successors, elm327.md §2.1',
  evidence: 'published',
} as const;
const CLONE_15 = {
  banner: 'ELM327 v1.5',
  firmware: '2.2',
  transmitBuffer: 256,
  lacks: LACKS_CLONE_15,
  source: 'the command table of the clone PIC, elm327.md §2.1',
  evidence: 'published',
} as const;
const STN = {
  banner: 'ELM327 v1.4b',
  firmware: '2.2',
  lacks: LACKS_STN,
  line: { baud: 115_200 },
  // Serial numbers and dates are made up; `Generic` is what bare chips say.
  source: 'OBDLink FRPM Rev E; firmware: the least that EdiabasLib accepts; line buffers: ddt4all',
  evidence: 'published',
} as const;

/** The adapters that the mock can be. `not-elm` is a device of its own. */
export const PERSONALITIES = {
  'genuine-2.1': { ...GENUINE, banner: 'ELM327 v2.1', firmware: '2.1' },
  'genuine-1.4b': { ...GENUINE, banner: 'ELM327 v1.4b', firmware: '1.4b', transmitBuffer: 256 },
  'genuine-2.3': { ...GENUINE, banner: 'ELM327 v2.3', firmware: '2.3' },
  'clone-1.5': CLONE_15,
  // Claims v2.1 and refuses what raw coding does not need.
  'clone-canze': {
    banner: 'ELM327 v2.1',
    firmware: '2.1',
    transmitBuffer: 256,
    lacks: LACKS_CANZE,
    source: 'CanZE issue 393, an owner',
    evidence: 'owners',
  },
  // Refuses what raw coding does need. Its banner and the rest of its commands are a guess.
  'clone-wican': {
    banner: 'ELM327 v1.5',
    firmware: '1.4',
    transmitBuffer: 256,
    lacks: ['CAF', 'CFC', 'AL', 'R'],
    source: 'wican-fw issue 951, an owner',
    evidence: 'owners',
  },
  minimal: {
    banner: 'ELM327 v1.5',
    firmware: '1.4',
    transmitBuffer: 256,
    lacks: ['R', 'response digit', 'CRA'],
    source: 'what elm327.md §3.5 calls the minimum for writes, and nothing more: no response digit, no R0',
    evidence: 'synthetic',
  },
  // Says OK to everything and applies little.
  'silent-acceptor': {
    banner: 'ELM327 v2.1',
    firmware: '2.1',
    transmitBuffer: 256,
    lacks: [],
    agreesToAll: true,
    ignores: [
      ...['SH', 'SH8', 'CF', 'CF8', 'CM', 'CM8', 'CRA', 'CRA hhh', 'CAF', 'CEA', 'FCSH', 'FCSD', 'FCSM'],
      ...['ST', 'AT', 'CTM', 'R', 'V', 'PB'],
    ],
    source: 'field reports, elm327.md §4',
    evidence: 'owners',
  },
  // No chip at all: a program that talks OBD-II. That it has what nobody has tried is a guess.
  emulator: {
    banner: 'ELM327 v1.5',
    firmware: '2.2',
    transmitBuffer: 512,
    lacks: ['PB', 'CSM', 'CTM', 'JE', 'AMC', 'CS', 'STIX', 'STPO', 'STPC', 'STPPMC', 'STCAF', 'STCTOR', 'STCSEGR', 'STCSEGT'],
    ignores: ['CEA', 'FCSH', 'FCSD', 'FCSM', 'ST', 'SP', 'TP', 'CF', 'CM', 'CRA', 'CRA hhh', 'TA'],
    mute: /^(?:AT#1|STPX.*|[0-9A-F]+)$/,
    takesMs: { D: 110, DPN: 501 },
    losesLineBehindBlank: true,
    stn: {
      firmware: 'STN1100 v1.2.3',
      released: '',
      device: 'OBDLink r1.7',
      manufacturer: 'Generic',
      serialNumber: '110012345678',
      lineBuffer: 511,
      messageRoom: 0,
    },
    source: 'Ircama ELM327-emulator, measured: 3.0.5 (elm327.md §5) and commit 089c4be',
    evidence: 'recorded',
  },
  stn1110: {
    ...STN,
    transmitBuffer: 2048,
    stn: {
      firmware: 'STN1110 v5.8.1',
      released: '2022.01.01',
      device: 'STN1110 r2.1.1',
      manufacturer: 'Generic',
      serialNumber: '111000000001',
      lineBuffer: 511,
      messageRoom: 2048,
    },
  },
  stn2120: {
    ...STN,
    transmitBuffer: 4096,
    stn: {
      firmware: 'STN2120 v5.8.1',
      released: '2022.01.01',
      device: 'STN2120 r1.0.0',
      manufacturer: 'Generic',
      serialNumber: '212000000001',
      lineBuffer: 1023,
      messageRoom: 4096,
    },
  },
  wifi: {
    ...CLONE_15,
    line: { wired: false, roundTripMs: 5 },
    source: 'a clone behind a WiFi module; its round trip is a guess',
    evidence: 'hypothesis',
  },
  'bluetooth-30ms': {
    ...CLONE_15,
    line: { wired: false, roundTripMs: 30 },
    source: 'a clone over SPP, elm327.md §3.3',
    evidence: 'derived',
  },
  'bluetooth-100ms': {
    ...GENUINE,
    banner: 'ELM327 v2.1',
    firmware: '2.1',
    line: { wired: false, roundTripMs: 100 },
    source: 'the round trip of BLE, elm327.md §3.3',
    evidence: 'derived',
  },
  lossy: { ...CLONE_15, line: { losesOneIn: 10_000 }, source: 'a bad contact', evidence: 'synthetic' },
  'brown-out': { ...CLONE_15, brownsOutAfter: 60, source: 'LV RESET, elm327.md §1; how often is made up', evidence: 'synthetic' },
} as const satisfies Record<string, Personality>;

export type PersonalityName = keyof typeof PERSONALITIES | 'not-elm';

export function personalityNames(): readonly PersonalityName[] {
  return [...(Object.keys(PERSONALITIES) as (keyof typeof PERSONALITIES)[]), 'not-elm'];
}
