import { type Clock, copyBytes, type EcuAddress } from '../../core/index.ts';
import { type Connected, GatewayConnection } from '../gateway/index.ts';
import { gatewayError } from './gateway-error.ts';
import { HsfzControl } from './hsfz-control.ts';
import { encodeHsfzDiagnostic, encodeHsfzFrame, HSFZ_ADDRESS_BYTES, HSFZ_HEADER_BYTES, type HsfzFrame } from './hsfz-frame.ts';
import { HsfzReceiveBuffer } from './receive-buffer.ts';

export interface HsfzConnectionOptions extends Connected {
  readonly clock: Clock;
  readonly tester: EcuAddress;
  readonly ackTimeoutMs: number;
}

/** An acknowledgement repeats the addresses and at most five UDS bytes (bmw-diagnostics §1.1, third-party code and traces). */
const MAX_ACK_BYTES = HSFZ_ADDRESS_BYTES + 5;

/** A connection to a gateway that speaks HSFZ. */
export class HsfzConnection extends GatewayConnection<HsfzFrame> {
  readonly #tester: EcuAddress;
  readonly #aliveAnswer: Uint8Array;

  constructor({ tester, ...options }: HsfzConnectionOptions) {
    super({ ...options, buffer: new HsfzReceiveBuffer(), protocol: 'hsfz' });
    this.#tester = tester;
    this.#aliveAnswer = encodeHsfzFrame(HsfzControl.aliveCheck, Uint8Array.of(0x00, tester));
  }

  protected override encode(target: EcuAddress, payload: Uint8Array): Uint8Array {
    return encodeHsfzDiagnostic(this.#tester, target, payload);
  }

  protected override take({ control, body }: HsfzFrame): void {
    switch (control) {
      case HsfzControl.diagnostic:
        this.served = true;
        if (body.length > HSFZ_ADDRESS_BYTES && body[1] === this.#tester) {
          this.offer({ source: body[0] as EcuAddress, payload: copyBytes(body, HSFZ_ADDRESS_BYTES) });
        }
        break;
      case HsfzControl.acknowledge:
        this.served = true;
        if (body.length >= HSFZ_ADDRESS_BYTES && body.length <= MAX_ACK_BYTES) this.acknowledge(({ frame }) => startsWith(frame, body));
        break;
      case HsfzControl.aliveCheck:
        // The 32-byte form is an announcement; echoing it is said to provoke a 42 (bmw-diagnostics §1.5).
        if (body.length === 2) this.stream.write(this.#aliveAnswer)?.catch(() => {});
        break;
      default: {
        const error = gatewayError(control, body);
        // A refusal that names a target belongs to the request there; any other to everything that is under way.
        const named = control === HsfzControl.incorrectDestination || control === HsfzControl.outOfMemory;
        if (control === HsfzControl.notReady && !this.served) this.finish(this.busyError(error));
        else if (error !== undefined) this.refuse(error, named ? body[1] : undefined);
      }
    }
  }
}

function startsWith(frame: Uint8Array, body: Uint8Array): boolean {
  for (let index = 0; index < body.length; index += 1) {
    if (body[index] !== frame[HSFZ_HEADER_BYTES + index]) return false;
  }
  return true;
}
