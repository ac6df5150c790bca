/**
 * Service identifiers.
 *
 * @see source: ISO 14229-1 (published); KWP services of the E series: bmw-diagnostics §7.5 (published)
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
]);

/** The service's name in ISO 14229; `service XX` where it has none here. Never throws. */
export function describeService(service: number): string {
  return NAMES.get(service) ?? `service ${service.toString(16).toUpperCase().padStart(2, '0')}`;
}
