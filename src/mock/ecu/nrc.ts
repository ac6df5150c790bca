/** Negative response codes that the mock car gives. @see bmw-diagnostics §5.8, published */
export const NRC = {
  serviceNotSupported: 0x11,
  subFunctionNotSupported: 0x12,
  incorrectMessageLength: 0x13,
  responseTooLong: 0x14,
  busyRepeatRequest: 0x21,
  conditionsNotCorrect: 0x22,
  noResponseFromSubnet: 0x25,
  requestOutOfRange: 0x31,
  securityAccessDenied: 0x33,
  generalProgrammingFailure: 0x72,
  responsePending: 0x78,
  subFunctionNotSupportedInSession: 0x7e,
  serviceNotSupportedInSession: 0x7f,
  engineIsRunning: 0x83,
  vehicleSpeedTooHigh: 0x88,
  voltageTooHigh: 0x92,
  voltageTooLow: 0x93,
} as const;

export function negative(service: number, nrc: number): Uint8Array {
  return Uint8Array.of(0x7f, service, nrc);
}

/** Refusals that an ECU keeps to itself when everybody was asked (ISO 14229-1, functional addressing). */
export function isSilentWhenFunctional(nrc: number): boolean {
  return (
    nrc === NRC.serviceNotSupported ||
    nrc === NRC.subFunctionNotSupported ||
    nrc === NRC.requestOutOfRange ||
    nrc === NRC.subFunctionNotSupportedInSession ||
    nrc === NRC.serviceNotSupportedInSession
  );
}
