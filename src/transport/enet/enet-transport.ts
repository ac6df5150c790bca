import { type Clock, type EcuAddress, ENET_TESTER_ADDRESS } from '../../core/index.ts';
import type { OpenByteStream } from '../byte-stream.ts';
import { GatewayTransport } from '../gateway/index.ts';
import type { Transport } from '../transport.ts';
import { HsfzConnection } from './hsfz-connection.ts';
import { HSFZ_ADDRESS_BYTES, HSFZ_MAX_BODY_BYTES } from './hsfz-frame.ts';
import { readTerminal15 } from './terminal-15.ts';

export interface EnetTransportOptions {
  readonly open: OpenByteStream;
  readonly clock: Clock;
  readonly description: string;
  readonly portName: string | undefined;
  /** The gateway's control port, for terminal 15. Without it the ignition is "unknown". */
  readonly control?: OpenByteStream | undefined;
  readonly tester?: EcuAddress | undefined;
  readonly ackTimeoutMs?: number | undefined;
}

/** gallia gives the acknowledgement 1000 ms, EdiabasLib 10 000 (bmw-diagnostics §1.2, third-party code). */
const ACK_TIMEOUT_MS = 2000;

/**
 * HSFZ as a {@link Transport}, closed.
 *
 * It sends nothing of its own but answers to alive checks. One source has gateways end a connection after about five
 * silent seconds, EdiabasLib sends nothing when idle and works (bmw-diagnostics §1.2): so an idle connection may be
 * lost, which the next call tells.
 */
export function createEnetTransport(options: EnetTransportOptions): Transport {
  const { open, clock, description, portName, control } = options;
  const { tester = ENET_TESTER_ADDRESS, ackTimeoutMs = ACK_TIMEOUT_MS } = options;
  return new GatewayTransport({
    open,
    connect: async (connected) => new HsfzConnection({ ...connected, clock, tester, ackTimeoutMs }),
    clock,
    description,
    portName,
    kind: 'ENET',
    maxPayloadBytes: HSFZ_MAX_BODY_BYTES - HSFZ_ADDRESS_BYTES,
    ignition: control && ((signal) => readTerminal15(control, clock, signal)),
  });
}
