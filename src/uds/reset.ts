import { SERVICE } from './services.ts';

const HARD_RESET = 0x01;

/** `11 01`, a hard reset (ISO 14229-1; bmw-diagnostics §5.5, published). */
export function encodeHardReset(): Uint8Array {
  return Uint8Array.of(SERVICE.ecuReset, HARD_RESET);
}
