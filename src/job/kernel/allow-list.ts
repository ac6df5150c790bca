import { KWP_SERVICE, SERVICE, SESSION, SUPPRESS_POSITIVE_RESPONSE } from '../../uds/index.ts';
import type { Protocol } from '../../vehicle/index.ts';

/**
 * What may leave without a token: services that read, the three sessions, tester-present and asking a routine for
 * its result; of an E-series car also the services that read there. Pure, tiny, and the only such list (architecture: "The write kernel").
 */
const ALLOWED_SESSIONS: ReadonlySet<number> = new Set([SESSION.default, SESSION.extended, SESSION.coding]);
const TESTER_PRESENT_SUB_FUNCTIONS: ReadonlySet<number> = new Set([0x00, SUPPRESS_POSITIVE_RESPONSE]);
const ROUTINE_RESULTS = 0x03;
/** Services that read over KWP2000; in ISO 14229 these numbers are nobody's. */
const KWP_READS: ReadonlySet<number> = new Set([
  KWP_SERVICE.readStatusOfTroubleCodes,
  KWP_SERVICE.readTroubleCodesByStatus,
  KWP_SERVICE.readEcuIdentification,
  KWP_SERVICE.readDataByLocalIdentifier,
]);

export type Permission = 'free' | 'needs-token' | 'never';

/**
 * Whether a message may leave. The first byte is the service; a message with none never leaves.
 *
 * @param protocol how this car's ECUs speak
 */
export function permissionFor(message: Uint8Array, protocol: Protocol = 'uds'): Permission {
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
      return protocol === 'kwp' && KWP_READS.has(service) ? 'free' : 'needs-token';
  }
}
