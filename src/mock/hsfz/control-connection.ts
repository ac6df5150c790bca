import type { NetworkedCar } from '../car-port.ts';
import type { Wire } from '../network/index.ts';
import { CONTROL, encodeFrame, FrameReader } from './frame.ts';
import { identification } from './identification.ts';

/** Ignition on and off as one client reads and one simulator writes it; the other bits are unknown (bmw-diagnostics §1.5). */
const TERMINAL_15 = { on: 0x05, off: 0x00 } as const;

/** A connection to the control port, 6811 in cars: terminal 15 and the vehicle's identification. */
export class ControlConnection {
  readonly #reader: FrameReader;

  constructor(car: NetworkedCar, wire: Wire) {
    this.#reader = new FrameReader({
      frame: (control) => {
        if (control === CONTROL.terminal15) wire.write(encodeFrame(control, [car.ignition() ? TERMINAL_15.on : TERMINAL_15.off]));
        else if (control === CONTROL.vehicleIdentification) wire.write(encodeFrame(control, identification(car.mac, car.vin)));
        else if (control !== CONTROL.aliveCheck && control !== CONTROL.aliveAnswer)
          wire.write(encodeFrame(CONTROL.incorrectControlWord, []));
        return true;
      },
      hopeless: (why) => {
        wire.write(encodeFrame(why === 'length' ? CONTROL.messageTooLarge : CONTROL.incorrectFormat, []));
        wire.end();
      },
    });
  }

  feed(chunk: Uint8Array): void {
    this.#reader.feed(chunk);
  }
}
