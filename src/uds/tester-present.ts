import { SERVICE, SUPPRESS_POSITIVE_RESPONSE } from './services.ts';

/** `3E 80`: keeps sessions alive and is not answered. */
export const TESTER_PRESENT_SILENT: Uint8Array = Uint8Array.of(SERVICE.testerPresent, SUPPRESS_POSITIVE_RESPONSE);
