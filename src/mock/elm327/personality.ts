/** Genuine firmware in order of age; a command exists from its version on. @see elm327.md §0.4 (primary document) */
export const FIRMWARE = ['1.0', '1.0a', '1.1', '1.2', '1.2a', '1.3', '1.3a', '1.4', '1.4b', '2.0', '2.1', '2.2', '2.3'] as const;
export type Firmware = (typeof FIRMWARE)[number];

/** One adapter's character. */
export interface Personality {
  /** What ATI and a reset print. */
  readonly banner: string;
  /** Whose commands it knows. */
  readonly firmware: Firmware;
  /** Characters. */
  readonly transmitBuffer: number;
  /** Commands, by their name in the tables, to which it says `?` all the same. */
  readonly lacks: readonly string[];
  /** Says OK to any AT command, known or not. */
  readonly agreesToAll?: boolean;
  /** Commands that it accepts without doing anything. */
  readonly ignores?: readonly string[];
}

/** Every entry of elm327.md §2.1 "clone-PIC v1.5" (H: public firmware listing). */
const LACKS_CLONE_15 = ['CRA', 'SH8', 'CSM', 'CTM', 'JTM', 'JHF', 'AMC', 'AMT', 'FT', 'IA', 'CER', 'C'];

/** CanZE issue 393 (M: owner's report), elm327.md §4. */
const LACKS_CANZE = [
  ...['SP00', 'NL', 'AMC', 'AMT', 'RA', 'SR', 'BD', 'CEA', 'CF8', 'CM8', 'CP', 'CRA', 'CS', 'CTM', 'CV0000'],
  ...['FCSD', 'FCSH', 'FCSM', 'FE'],
];

/**
 * The adapters that the mock can be.
 *
 * `genuine-*` follow the command table by version; `clone-1.5` is the PIC clone; `clone-canze` claims v2.1 and refuses what
 * raw coding does not need; `clone-wican` refuses what it does need (wican-fw issue 951, M; its banner is a hypothesis);
 * `silent-acceptor` says OK to everything and applies little (elm327.md §4, M). `not-elm` is a device of its own.
 */
export const PERSONALITIES = {
  'genuine-2.1': { banner: 'ELM327 v2.1', firmware: '2.1', transmitBuffer: 512, lacks: [] },
  'genuine-1.4b': { banner: 'ELM327 v1.4b', firmware: '1.4b', transmitBuffer: 256, lacks: [] },
  'clone-1.5': { banner: 'ELM327 v1.5', firmware: '2.2', transmitBuffer: 256, lacks: LACKS_CLONE_15 },
  'clone-canze': { banner: 'ELM327 v2.1', firmware: '2.1', transmitBuffer: 256, lacks: LACKS_CANZE },
  'clone-wican': { banner: 'ELM327 v1.5', firmware: '1.4', transmitBuffer: 256, lacks: ['CAF', 'CFC', 'AL', 'R'] },
  'silent-acceptor': {
    banner: 'ELM327 v2.1',
    firmware: '2.1',
    transmitBuffer: 256,
    lacks: [],
    agreesToAll: true,
    ignores: [
      'SH',
      'SH8',
      'CF',
      'CF8',
      'CM',
      'CM8',
      'CRA',
      'CRA hhh',
      'CAF',
      'CEA',
      'FCSH',
      'FCSD',
      'FCSM',
      'ST',
      'AT',
      'CTM',
      'R',
      'V',
      'PB',
    ],
  },
} as const satisfies Record<string, Personality>;

export type PersonalityName = keyof typeof PERSONALITIES | 'not-elm';

export function personalityNames(): readonly PersonalityName[] {
  return [...(Object.keys(PERSONALITIES) as (keyof typeof PERSONALITIES)[]), 'not-elm'];
}
