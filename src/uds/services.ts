/**
 * Service identifiers.
 *
 * @see source: ISO 14229-1 (published); those of the E-series alone below
 */
export const SERVICE = {
  diagnosticSessionControl: 0x10,
  ecuReset: 0x11,
  clearDiagnosticInformation: 0x14,
  readDtcInformation: 0x19,
  readDataByIdentifier: 0x22,
  securityAccess: 0x27,
  communicationControl: 0x28,
  writeDataByIdentifier: 0x2e,
  inputOutputControlByIdentifier: 0x2f,
  routineControl: 0x31,
  testerPresent: 0x3e,
  controlDtcSetting: 0x85,
} as const;

/**
 * Services that E-series ECUs have in place of ISO 14229's; the others (`11`, `22`, `2E`, …) look alike there.
 *
 * @see source: KWP2000, ISO 14230-3 (published); the E61 recording has all of them (recorded)
 */
export const KWP_SERVICE = {
  clearDiagnosticInformation: 0x14,
  readStatusOfTroubleCodes: 0x17,
  readTroubleCodesByStatus: 0x18,
  readEcuIdentification: 0x1a,
  readDataByLocalIdentifier: 0x21,
} as const;

/** A positive answer's first byte is the service plus this. */
export const POSITIVE_RESPONSE_OFFSET = 0x40;
export const NEGATIVE_RESPONSE = 0x7f;
/** Bit 7 of a sub-function: do not answer if all is well. */
export const SUPPRESS_POSITIVE_RESPONSE = 0x80;

const NAMES: ReadonlyMap<number, string> = new Map([
  [SERVICE.diagnosticSessionControl, 'DiagnosticSessionControl'],
  [SERVICE.ecuReset, 'ECUReset'],
  [SERVICE.clearDiagnosticInformation, 'ClearDiagnosticInformation'],
  [SERVICE.readDtcInformation, 'ReadDTCInformation'],
  [SERVICE.readDataByIdentifier, 'ReadDataByIdentifier'],
  [SERVICE.securityAccess, 'SecurityAccess'],
  [SERVICE.communicationControl, 'CommunicationControl'],
  [SERVICE.writeDataByIdentifier, 'WriteDataByIdentifier'],
  [SERVICE.inputOutputControlByIdentifier, 'InputOutputControlByIdentifier'],
  [SERVICE.routineControl, 'RoutineControl'],
  [SERVICE.testerPresent, 'TesterPresent'],
  [SERVICE.controlDtcSetting, 'ControlDTCSetting'],
  [KWP_SERVICE.readStatusOfTroubleCodes, 'ReadStatusOfDiagnosticTroubleCodes'],
  [KWP_SERVICE.readTroubleCodesByStatus, 'ReadDiagnosticTroubleCodesByStatus'],
  [KWP_SERVICE.readEcuIdentification, 'ReadECUIdentification'],
  [KWP_SERVICE.readDataByLocalIdentifier, 'ReadDataByLocalIdentifier'],
]);

/** The service's name in ISO 14229; `service XX` where it has none here. Never throws. */
export function describeService(service: number): string {
  return NAMES.get(service) ?? `service ${service.toString(16).toUpperCase().padStart(2, '0')}`;
}
