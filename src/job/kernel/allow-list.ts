import { SERVICE, SESSION, SUPPRESS_POSITIVE_RESPONSE } from '../../uds/index.ts';

/**
 * What may leave without a token: services that read, the three sessions, tester-present and asking a routine for
 * its result. Pure, tiny, and the only such list (architecture: "The write kernel").
 */
const ALLOWED_SESSIONS: ReadonlySet<number> = new Set([SESSION.default, SESSION.extended, SESSION.coding]);
const TESTER_PRESENT_SUB_FUNCTIONS: ReadonlySet<number> = new Set([0x00, SUPPRESS_POSITIVE_RESPONSE]);
const ROUTINE_RESULTS = 0x03;

export type Permission = 'free' | 'needs-token' | 'never';

/** Whether a UDS message may leave. The first byte is the service; a message with none never leaves. */
export function permissionFor(message: Uint8Array): Permission {
  const [service, subFunction] = message;
  switch (service) {
    case undefined:
    case SERVICE.securityAccess:
      return 'never';
    case SERVICE.readDataByIdentifier:
    case SERVICE.readDtcInformation:
      return 'free';
    case SERVICE.diagnosticSessionControl:
      return message.length === 2 && ALLOWED_SESSIONS.has(subFunction ?? -1) ? 'free' : 'needs-token';
    case SERVICE.testerPresent:
      return message.length === 2 && TESTER_PRESENT_SUB_FUNCTIONS.has(subFunction ?? -1) ? 'free' : 'needs-token';
    case SERVICE.routineControl:
      return subFunction === ROUTINE_RESULTS ? 'free' : 'needs-token';
    default:
      return 'needs-token';
  }
}
