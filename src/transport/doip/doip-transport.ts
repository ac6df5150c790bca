import { type Clock, isKombiError } from '../../core/index.ts';
import type { OpenByteStream } from '../byte-stream.ts';
import { GatewayTransport } from '../gateway/index.ts';
import type { Transport } from '../transport.ts';
import { DoipConnection } from './doip-connection.ts';
import { certificateError } from './doip-error.ts';
import { DOIP_ADDRESS_BYTES, DOIP_MAX_BODY_BYTES } from './doip-frame.ts';

export interface DoipTransportOptions {
  readonly open: OpenByteStream;
  readonly clock: Clock;
  readonly description: string;
  readonly portName: string | undefined;
  /** The gateway's TLS port: tried only where the plain one refuses, to say why. */
  readonly secure?: OpenByteStream | undefined;
  readonly ackTimeoutMs?: number | undefined;
}

/** EdiabasLib gives the acknowledgement its connect timeout and 2000 ms (bmw-diagnostics §2, third-party code). */
const ACK_TIMEOUT_MS = 2000;

/** DoIP as a {@link Transport}, closed. Opening it includes the routing activation. */
export function createDoipTransport(options: DoipTransportOptions): Transport {
  const { open, secure, clock, description, portName, ackTimeoutMs = ACK_TIMEOUT_MS } = options;
  return new GatewayTransport({
    open: secure === undefined ? open : orSayWhy(open, secure),
    connect: async (connected, signal) => {
      const connection = new DoipConnection({ ...connected, clock, ackTimeoutMs });
      try {
        await connection.activate(signal);
        return connection;
      } catch (error) {
        await connection.close();
        throw error;
      }
    },
    clock,
    description,
    portName,
    kind: 'DOIP',
    maxPayloadBytes: DOIP_MAX_BODY_BYTES - DOIP_ADDRESS_BYTES,
  });
}

/** A gateway that takes connections over TLS alone refuses the plain port, as one does that is none. */
function orSayWhy(open: OpenByteStream, secure: OpenByteStream): OpenByteStream {
  return async (signal) => {
    try {
      return await open(signal);
    } catch (error) {
      if (!isKombiError(error, 'link.refused')) throw error;
      const stream = await secure(signal).catch(() => undefined);
      await stream?.close();
      throw stream === undefined ? error : certificateError(error);
    }
  };
}
