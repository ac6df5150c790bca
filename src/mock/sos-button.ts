import type { Car } from './car.ts';

/** So long the button is held before the car dials (sos-failure S1: published). */
const DIALS_AFTER_S = 5;

/** What the driver does at the SOS button of a mock car: held long enough, it dials, and the car's state keeps that it did. */
export function holdSosButton(car: Car, seconds: number): void {
  if (seconds < DIALS_AFTER_S) return;
  car.events.push('ecall_dialled');
  car.changed();
}
