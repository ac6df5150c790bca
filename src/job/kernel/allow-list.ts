/**
 * What may leave without a token: services that read, the three sessions, tester-present and asking a routine for
 * its result. Pure, tiny, and the only such list (architecture: "The write kernel").
 */
const SESSION_CONTROL = 0x10;
const ALLOWED_SESSIONS: ReadonlySet<number> = new Set([0x01, 0x03, 0x41]);
const TESTER_PRESENT = 0x3e;
const TESTER_PRESENT_SUB_FUNCTIONS: ReadonlySet<number> = new Set([0x00, 0x80]);
const ROUTINE_CONTROL = 0x31;
const ROUTINE_RESULTS = 0x03;
const READ_DATA_BY_IDENTIFIER = 0x22;
const READ_DTC_INFORMATION = 0x19;
const SECURITY_ACCESS = 0x27;

export type Permission = 'free' | 'needs-token' | 'never';

/** Whether a UDS message may leave. The first byte is the service; a message with none never leaves. */
export function permissionFor(message: Uint8Array): Permission {
  const [service, subFunction] = message;
  switch (service) {
    case undefined:
    case SECURITY_ACCESS:
      return 'never';
    case READ_DATA_BY_IDENTIFIER:
    case READ_DTC_INFORMATION:
      return 'free';
    case SESSION_CONTROL:
      return message.length === 2 && ALLOWED_SESSIONS.has(subFunction ?? -1) ? 'free' : 'needs-token';
    case TESTER_PRESENT:
      return message.length === 2 && TESTER_PRESENT_SUB_FUNCTIONS.has(subFunction ?? -1) ? 'free' : 'needs-token';
    case ROUTINE_CONTROL:
      return subFunction === ROUTINE_RESULTS ? 'free' : 'needs-token';
    default:
      return 'needs-token';
  }
}
