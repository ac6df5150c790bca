/** Negative response codes that the program acts on. The whole table is {@link describeNrc}'s. */
export const NRC = {
  serviceNotSupported: 0x11,
  subFunctionNotSupported: 0x12,
  incorrectMessageLengthOrInvalidFormat: 0x13,
  busyRepeatRequest: 0x21,
  conditionsNotCorrect: 0x22,
  requestOutOfRange: 0x31,
  securityAccessDenied: 0x33,
  responsePending: 0x78,
  subFunctionNotSupportedInActiveSession: 0x7e,
  serviceNotSupportedInActiveSession: 0x7f,
} as const;

export interface NrcDescription {
  /** As ISO 14229 spells it. */
  readonly name: string;
  /** Completes "The ECU says: …". */
  readonly meaning: string;
  /** What to do next. */
  readonly advice: string;
}

const NOT_OURS = 'This is a matter of flashing, which kombi does not do: report it with a trace.';
const NO_KEYS = 'kombi never sends keys. This ECU cannot be changed without its maker.';
const UNSUPPORTED = 'This ECU cannot do that; another variant of it may. Check that you mean this ECU.';
const REPORT = 'Report it with a trace: a request that kombi builds should not earn this.';
const SESSION = 'The session has ended or is another one: try again.';
const ENGINE_OFF = 'Switch the engine off, leave the ignition on, and try again.';
const STANDING = 'Stand still, selector in P, feet off the pedals, and try again.';

/**
 * What each code means and what to do about it.
 *
 * @see source: names ISO 14229-1 (published); the selection is BMW's own list, bmw-diagnostics §5.8 (published), with
 *   34 of ISO 14229-1; advice ours, on signed coding from bmw-diagnostics §6 (rule of the house)
 */
const DESCRIPTIONS: ReadonlyMap<number, readonly [name: string, meaning: string, advice: string]> = new Map([
  [0x10, ['generalReject', 'no, without a reason', 'Switch the ignition off, wait a minute, switch it on and try again.']],
  [0x11, ['serviceNotSupported', 'it does not have this service', UNSUPPORTED]],
  [0x12, ['subFunctionNotSupported', 'it does not have this sub-function', UNSUPPORTED]],
  [
    0x13,
    [
      'incorrectMessageLengthOrInvalidFormat',
      'the length or the format is wrong for it',
      'The block has another length on this ECU: read it again and plan anew.',
    ],
  ],
  [0x14, ['responseTooLong', 'the answer does not fit', 'Ask for less at once.']],
  [0x21, ['busyRepeatRequest', 'it is busy', 'Wait a few seconds and try again.']],
  [
    0x22,
    [
      'conditionsNotCorrect',
      'the conditions are not right',
      'Ignition on, engine off, standing still, a charger on; then try again. An ECU with signed coding may answer so too.',
    ],
  ],
  [0x24, ['requestSequenceError', 'another request has to come first', 'Switch the ignition off and on and try again.']],
  [
    0x25,
    [
      'noResponseFromSubnetComponent',
      'a control unit behind it does not answer',
      'The gateway does not reach the ECU: check that it is fitted and awake.',
    ],
  ],
  [
    0x26,
    ['failurePreventsExecutionOfRequestedAction', 'a fault keeps it from doing that', 'Read its trouble codes and repair the fault first.'],
  ],
  [
    0x31,
    [
      'requestOutOfRange',
      'it has no such identifier, or takes no such value',
      'Check ECU and block: `kombi blocks` shows what it has. An ECU with signed coding may answer so to a write.',
    ],
  ],
  [0x33, ['securityAccessDenied', 'it wants to be unlocked', `Its coding is locked or signed. ${NO_KEYS}`]],
  [0x34, ['authenticationRequired', 'it wants a certificate', NO_KEYS]],
  [0x35, ['invalidKey', 'the key was wrong', NO_KEYS]],
  [0x36, ['exceedNumberOfAttempts', 'there were too many attempts to unlock it', `Wait ten minutes with the ignition on. ${NO_KEYS}`]],
  [
    0x37,
    [
      'requiredTimeDelayNotExpired',
      'it is too early for another attempt to unlock it',
      `Wait ten minutes with the ignition on. ${NO_KEYS}`,
    ],
  ],
  [0x70, ['uploadDownloadNotAccepted', 'it takes no transfer', NOT_OURS]],
  [0x71, ['transferDataSuspended', 'the transfer stopped', NOT_OURS]],
  [
    0x72,
    ['generalProgrammingFailure', 'it failed to store the value', 'Nobody knows what it holds now: read the block before anything else.'],
  ],
  [0x73, ['wrongBlockSequenceCounter', 'a part of the transfer is missing', NOT_OURS]],
  [0x78, ['requestCorrectlyReceivedResponsePending', 'it has the request and needs more time', 'Wait.']],
  [0x7e, ['subFunctionNotSupportedInActiveSession', 'not in this session', SESSION]],
  [0x7f, ['serviceNotSupportedInActiveSession', 'not in this session', SESSION]],
  [0x81, ['rpmTooHigh', 'the engine turns too fast', ENGINE_OFF]],
  [0x82, ['rpmTooLow', 'the engine turns too slowly', 'Start the engine and try again.']],
  [0x83, ['engineIsRunning', 'the engine is running', ENGINE_OFF]],
  [0x84, ['engineIsNotRunning', 'the engine is not running', 'Start the engine and try again.']],
  [0x85, ['engineRunTimeTooLow', 'the engine has not run long enough', 'Let the engine run for a few minutes and try again.']],
  [0x86, ['temperatureTooHigh', 'it is too hot', 'Let the car cool down and try again.']],
  [0x87, ['temperatureTooLow', 'it is too cold', 'Let the car warm up and try again.']],
  [0x88, ['vehicleSpeedTooHigh', 'the car moves', STANDING]],
  [0x89, ['vehicleSpeedTooLow', 'the car is too slow', 'This ECU wants the car to move; kombi is for standing cars.']],
  [0x8a, ['throttlePedalTooHigh', 'the throttle pedal is pressed', STANDING]],
  [0x8b, ['throttlePedalTooLow', 'the throttle pedal is not pressed', 'Press the throttle pedal and try again.']],
  [0x8c, ['transmissionRangeNotInNeutral', 'the gearbox is not in neutral', 'Put the gearbox in neutral and try again.']],
  [0x8d, ['transmissionRangeNotInGear', 'the gearbox is not in gear', 'Put the gearbox in gear and try again.']],
  [0x8f, ['brakeSwitchesNotClosed', 'the brake is not pressed', 'Press the brake pedal and try again.']],
  [0x90, ['shifterLeverNotInPark', 'the selector is not in P', STANDING]],
  [0x91, ['torqueConverterClutchLocked', 'the torque converter clutch is locked', STANDING]],
  [0x92, ['voltageTooHigh', 'the voltage is too high', 'Take the charger off or lower its voltage, and try again.']],
  [0x93, ['voltageTooLow', 'the voltage is too low', 'Connect a charger, wait until the voltage is above 13 V, and try again.']],
]);

/** Describes any code; one that nobody knows keeps its number. Never throws. */
export function describeNrc(code: number): NrcDescription {
  const [name, meaning, advice] = DESCRIPTIONS.get(code) ?? [
    `unknown code ${code.toString(16).toUpperCase().padStart(2, '0')}`,
    'no, for a reason that only its maker knows',
    REPORT,
  ];
  return { name, meaning, advice };
}
