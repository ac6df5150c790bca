/** The options byte and the baud rate divisor of a user protocol (PB, PP 2C to 2F). */
export interface UserProtocol {
  /** b7 11-bit, b6 variable length, b2-0: 0 raw, 1 ISO 15765, 2 J1939. */
  readonly options: number;
  /** 500 / divisor kbit/s. */
  readonly divisor: number;
}

export interface FlowControlSettings {
  readonly mode: 0 | 1 | 2;
  readonly id?: number;
  readonly data?: Uint8Array;
}

/** Whose flow control answers whose first frame (STCFCPA). An address is the byte in front, where the pair names one. */
export interface FlowControlPair {
  readonly txId: number;
  readonly txAddress: number | undefined;
  readonly rxId: number;
  readonly rxAddress: number | undefined;
}

/** What only STN chips have. @see source: OBDLink FRPM Rev E (primary document) */
export interface StnSettings {
  segmentSent: boolean;
  segmentReceived: boolean;
  pairs: readonly FlowControlPair[];
  flowControlTimeoutMs: number;
  nextFrameTimeoutMs: number;
  /** STPTO; undefined: what ST says. */
  requestTimeoutMs: number | undefined;
}

/** All that ATD puts back; firmware defaults of elm327.md §2.1 (primary document). */
export interface Settings {
  echo: boolean;
  linefeeds: boolean;
  headers: boolean;
  dlc: boolean;
  spaces: boolean;
  memory: boolean;
  longMessages: boolean;
  autoFormat: boolean;
  autoFlowControl: boolean;
  responses: boolean;
  variableDlc: boolean;
  silentMonitor: boolean;
  adaptive: 0 | 1 | 2;
  /** ST value; a unit is 4 ms times the multiplier. */
  timeoutUnits: number;
  timeoutMultiplier: 1 | 5;
  header: number | undefined;
  /** The five upper bits of a 29-bit header (CP). */
  priority: number;
  filter: number | undefined;
  mask: number | undefined;
  extendedAddress: number | undefined;
  testerAddress: number;
  flowControl: FlowControlSettings;
  stn: StnSettings;
}

export const DEFAULT_TIMEOUT_UNITS = 0x32;

/** @param programmed the programmable parameters that are switched on, by number */
export function defaultSettings(programmed: ReadonlyMap<number, number>): Settings {
  return {
    echo: true,
    linefeeds: false,
    headers: false,
    dlc: false,
    spaces: true,
    memory: true,
    longMessages: false,
    autoFormat: true,
    autoFlowControl: true,
    responses: true,
    variableDlc: false,
    silentMonitor: (programmed.get(0x21) ?? 0xff) !== 0,
    adaptive: 1,
    timeoutUnits: programmed.get(0x03) ?? DEFAULT_TIMEOUT_UNITS,
    timeoutMultiplier: 1,
    header: undefined,
    priority: 0x18,
    filter: undefined,
    mask: undefined,
    extendedAddress: undefined,
    testerAddress: programmed.get(0x06) ?? 0xf1,
    flowControl: { mode: 0 },
    stn: {
      segmentSent: false,
      segmentReceived: false,
      pairs: [],
      flowControlTimeoutMs: 75,
      nextFrameTimeoutMs: 150,
      requestTimeoutMs: undefined,
    },
  };
}
