import { readU16 } from '../../core/index.ts';
import type { Ecu } from './ecu.ts';
import { NRC } from './nrc.ts';
import type { Outcome } from './service.ts';

/**
 * `2E`: a whole coding block, or the clock. Vehicle order and I-level carry a code over a secret and are not written.
 *
 * The order of refusals is that of ISO 14229-1: unknown DID, length, security, then what the car is doing.
 */
export function writeData(ecu: Ecu, request: Uint8Array): Outcome {
  const did = readU16(request, 1) ?? 0;
  const isClock = ecu.profile.computed.get(did) === 'clock';
  const block = ecu.profile.blocks.get(did);
  if (!isClock && (block === undefined || !ecu.coded)) return NRC.requestOutOfRange;
  const data = request.subarray(3);
  if (data.length !== (block?.length ?? 7)) return NRC.incorrectMessageLength;
  if (ecu.profile.secureCoding === true && !isClock) return NRC.securityAccessDenied;
  const refusal = conditions(ecu);
  if (refusal !== undefined) return refusal;
  if (isClock) {
    if (!ecu.clock?.set(data)) return NRC.requestOutOfRange;
  } else {
    ecu.memory.write(did, data);
    ecu.clock?.lose();
    if (ecu.profile.secureCoding === 'complains') complain(ecu);
    ecu.car.changed();
  }
  return Uint8Array.of(0x6e, did >> 8, did & 0xff);
}

function conditions({ car }: Ecu): number | undefined {
  const { voltage, ignition, engineRpm, speedKmh } = car.environment;
  if (voltage < car.profile.writeVoltage.min) return NRC.voltageTooLow;
  if (voltage > car.profile.writeVoltage.max) return NRC.voltageTooHigh;
  if (engineRpm > 0) return NRC.engineIsRunning;
  if (speedKmh > 0) return NRC.vehicleSpeedTooHigh;
  return ignition ? undefined : NRC.conditionsNotCorrect;
}

/** Trouble code 02<address>0A, confirmed: the signature of the coding data is not valid. @see bmw-diagnostics §6 (published) */
function complain(ecu: Ecu): void {
  const code = 0x02_00_0a | (ecu.address << 8);
  if (ecu.troubleCodes.some((stored) => stored.code === code)) return;
  ecu.troubleCodes = [...ecu.troubleCodes, { code, status: 0x2f, km: 0, seconds: 0, occurrences: 1, present: false }];
}
