import { type Clock, copyBytes, type EcuAddress, KombiError, readU16 } from '../../core/index.ts';
import { FrameBuffer } from '../frame-buffer.ts';
import { type Connected, GatewayConnection } from '../gateway/index.ts';
import { Wait } from '../wait.ts';
import { activationError, headerError, messageError } from './doip-error.ts';
import {
  DOIP_ADDRESS_BYTES,
  DOIP_HEADER_BYTES,
  type DoipFrame,
  DoipType,
  encodeDoipDiagnostic,
  encodeDoipFrame,
  takeDoipFrame,
} from './doip-frame.ts';

/** The tester on DoIP, as EdiabasLib uses it (bmw-diagnostics §2, third-party code). */
export const DOIP_TESTER_ADDRESS = 0x0ef3;
/** Type 00, and four reserved and four of the maker's own behind it, all zero (bmw-diagnostics §2). */
const ACTIVATION_BYTES = 11;
const ACTIVATED = 0x10;
const ACTIVATION_CODE_OFFSET = 4;
/** Behind the addresses of an acknowledgement, in front of the bytes that it repeats. */
const ACK_CODE_BYTES = 1;

export interface DoipConnectionOptions extends Connected {
  readonly clock: Clock;
  readonly ackTimeoutMs: number;
}

/** A connection to a gateway that speaks DoIP; it carries messages once it is activated. */
export class DoipConnection extends GatewayConnection<DoipFrame> {
  #activation: Wait<void> | undefined;

  constructor(options: DoipConnectionOptions) {
    super({ ...options, buffer: new FrameBuffer(takeDoipFrame), protocol: 'doip' });
  }

  /**
   * Asks to be let through.
   *
   * @throws {KombiError} `adapter.needs-certificate` (exit 3); `link.busy` (exit 7); `link.doip-*`, `link.*`
   */
  async activate(signal: AbortSignal | undefined): Promise<void> {
    const wait = new Wait<void>({
      clock: this.clock,
      delayMs: this.ackTimeoutMs,
      atDeadline: () => wait.reject(noActivationError(this.stream.description, this.ackTimeoutMs)),
      atEnd: () => {
        this.#activation = undefined;
      },
      signal,
    });
    this.#activation = wait;
    const body = new Uint8Array(ACTIVATION_BYTES);
    body.set(addressBytes(DOIP_TESTER_ADDRESS));
    this.stream.write(encodeDoipFrame(DoipType.routingActivation, body))?.catch((error: unknown) => wait.reject(error));
    await wait.promise;
  }

  protected override encode(target: EcuAddress, payload: Uint8Array): Uint8Array {
    return encodeDoipDiagnostic(DOIP_TESTER_ADDRESS, target, payload);
  }

  protected override finish(error: Error): void {
    this.#activation?.reject(error);
    super.finish(error);
  }

  protected override take({ type, body }: DoipFrame): void {
    switch (type) {
      case DoipType.diagnostic:
        // An ECU's address is the low byte (bmw-diagnostics §2).
        if (body.length > DOIP_ADDRESS_BYTES && readU16(body, 2) === DOIP_TESTER_ADDRESS) {
          this.offer({ source: body[1] as EcuAddress, payload: copyBytes(body, DOIP_ADDRESS_BYTES) });
        }
        break;
      case DoipType.acknowledge:
        if (body.length >= DOIP_ADDRESS_BYTES + ACK_CODE_BYTES) this.acknowledge(({ frame }) => acknowledges(frame, body));
        break;
      case DoipType.negative:
        if (body[1] !== undefined && readU16(body, 2) === DOIP_TESTER_ADDRESS) {
          this.refuse(messageError(body[1], body[DOIP_ADDRESS_BYTES]), body[1]);
        }
        break;
      case DoipType.aliveCheck:
        this.stream.write(encodeDoipFrame(DoipType.aliveAnswer, addressBytes(DOIP_TESTER_ADDRESS)))?.catch(() => {});
        break;
      case DoipType.routingActivationAnswer:
        this.#takeActivation(body);
        break;
      case DoipType.headerNegative:
        this.finish(headerError(body[0]));
        break;
    }
  }

  #takeActivation(body: Uint8Array): void {
    const code = body[ACTIVATION_CODE_OFFSET];
    this.served = true;
    if (code === ACTIVATED && readU16(body, 0) === DOIP_TESTER_ADDRESS) this.#activation?.resolve();
    else this.#activation?.reject(activationError(code));
  }
}

/** Addresses swapped, a code, and as much of the request as the gateway likes to repeat. */
function acknowledges(request: Uint8Array, body: Uint8Array): boolean {
  const [target, source] = [readU16(request, DOIP_HEADER_BYTES + 2), readU16(request, DOIP_HEADER_BYTES)];
  if (readU16(body, 0) !== target || readU16(body, 2) !== source || body[DOIP_ADDRESS_BYTES] !== 0x00) return false;
  const repeated = body.subarray(DOIP_ADDRESS_BYTES + ACK_CODE_BYTES);
  const uds = request.subarray(DOIP_HEADER_BYTES + DOIP_ADDRESS_BYTES);
  return repeated.length <= uds.length && repeated.every((byte, index) => byte === uds[index]);
}

function addressBytes(address: number): Uint8Array {
  return Uint8Array.of(address >> 8, address & 0xff);
}

function noActivationError(place: string, timeoutMs: number): KombiError {
  return new KombiError({
    code: 'link.no-activation',
    message: `${place} took the connection and did not say within ${timeoutMs} ms whether it lets us through`,
    hint: 'Check that this is a gateway that speaks DoIP, that the ignition is on, and try again.',
  });
}
