import type { CarPort } from '../car-port.ts';
import type { CanFrame } from './can-frame.ts';
import { IsoTpReceiver } from './iso-tp-receiver.ts';
import { IsoTpSender } from './iso-tp-sender.ts';

const FUNCTIONAL_ID = 0x7df;
const PHYSICAL_ID = 0x7e0;
const ANSWER_ID = 0x7e8;
const DME = 0x12;

/** Values of service 01 by parameter (SAE J1979), evidence synthetic: a cold engine that stands still. */
const CURRENT_DATA: Readonly<Record<number, readonly number[]>> = {
  5: [0x3c], // coolant, 20 °C
  12: [0x00, 0x00], // engine speed
  13: [0x00], // vehicle speed
  28: [0x06], // OBD standard: EOBD
};

export function isObdRequestId(id: number): boolean {
  return id === FUNCTIONAL_ID || id === PHYSICAL_ID;
}

/**
 * The engine ECU's other face: OBD-II with normal addressing, by which scan tools recognise a car.
 * It answers while the DME does and terminal 15 is on.
 */
export function createObdEngine(car: CarPort, send: (frame: CanFrame, sent: () => void) => void): (frame: CanFrame) => void {
  const transmit = (data: Uint8Array, sent: () => void = () => {}) => send({ id: ANSWER_ID, data }, sent);
  const sender = new IsoTpSender({ clock: car.clock, room: 8, singlePadding: 0x00, send: transmit, harm: () => undefined });
  const receiver = new IsoTpReceiver({
    clock: car.clock,
    room: 8,
    admit: () => ({ waits: 0 }),
    flowControl: () => ({ blockSize: 0, separationTime: 0 }),
    send: transmit,
    deliver: (payload) => {
      const answer = obdAnswer(car, payload);
      if (answer !== undefined) sender.transmit(answer);
    },
  });
  return (frame) => {
    if (!car.ignition() || !car.ecuAddresses().includes(DME)) return;
    if ((frame.data[0] ?? 0) >> 4 === 3) sender.flowControl(frame.data);
    else receiver.accept(frame.data);
  };
}

function obdAnswer(car: CarPort, request: Uint8Array): Uint8Array | undefined {
  const [service, parameter = -1] = request;
  if (service === 0x01) {
    const value = parameter === 0 ? supported(CURRENT_DATA) : CURRENT_DATA[parameter];
    return value === undefined ? undefined : Uint8Array.of(0x41, parameter, ...value);
  }
  if (service === 0x09 && parameter === 0) return Uint8Array.of(0x49, 0x00, ...supported({ 2: [] }));
  if (service === 0x09 && parameter === 2) return Uint8Array.of(0x49, 0x02, 0x01, ...Buffer.from(car.vin, 'latin1'));
  return undefined;
}

/** The bit map of parameters 01 to 20, the most significant bit first. */
function supported(values: Readonly<Record<number, unknown>>): number[] {
  const map = [0, 0, 0, 0];
  for (const key of Object.keys(values)) {
    const bit = Number(key) - 1;
    map[bit >> 3] = (map[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  }
  return map;
}
