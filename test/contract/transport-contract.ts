import { describe, expect, it } from 'vitest';
import { type Did, type EcuAddress, FUNCTIONAL_ADDRESS, fromHex, isKombiError, KombiError, toHex } from '../../src/core/index.ts';
import type { Message, Transport } from '../../src/transport/index.ts';

/** A car behind a transport, and what is known of it. */
export interface ContractCar {
  /** Closed. */
  readonly transport: Transport;
  /** ECU 60 answers `22 F190` with it. */
  readonly vin: string;
  /** A DID of ECU 60 that no frame of a bus holds, and its bytes. */
  readonly long: { readonly did: Did; readonly bytes: Uint8Array };
  /** A DID whose ECU says "response pending" at least once before it answers. */
  readonly pending: { readonly ecu: EcuAddress; readonly did: Did };
  /** Who answers `22 F150` to all ECUs. 99 is not among them. */
  readonly ecus: readonly number[];
  /** Takes the other end away for good. */
  unplug(): void | Promise<void>;
  /** Ends what the factory started, apart from the transport. */
  dispose(): void | Promise<void>;
}

/** Promises that a wire cannot keep, each with the reason; they show as skipped. */
export type Lacks = Readonly<Partial<Record<'functional' | 'keepAliveDuringRequest', string>>>;

const CLUSTER = 0x60 as EcuAddress;
const ABSENT = 0x99 as EcuAddress;
const READ_VIN = fromHex('22F190');
const READ_VARIANT = fromHex('22F150');
const TESTER_PRESENT = fromHex('3E80');
/** More than any car of a test takes, in the time of its clock. */
const AMPLE_MS = 5000;
/** Long enough for whatever was under way to arrive. */
const SETTLED_MS = 500;

const readDid = (did: Did) => Uint8Array.of(0x22, did >> 8, did & 0xff);
const link = { asymmetricMatch: (error: unknown) => isKombiError(error, 'link'), toString: () => 'a link.* error' };

/** Receives until `last` says so, or nothing comes any more. */
async function receiveUntil(transport: Transport, last: (message: Message) => boolean): Promise<Message[]> {
  const messages: Message[] = [];
  for (;;) {
    const message = await transport.receive(transport.clock.now() + AMPLE_MS);
    if (message === undefined) return messages;
    messages.push(message);
    if (last(message)) return messages;
  }
}

async function receiveText(transport: Transport, withinMs = AMPLE_MS): Promise<string | undefined> {
  const message = await transport.receive(transport.clock.now() + withinMs);
  return message && `${toHex(Uint8Array.of(message.source))} ${toHex(message.payload)}`;
}

const vinAnswer = ({ vin }: ContractCar) => `60 62F190${toHex(new TextEncoder().encode(vin))}`;

/**
 * The suite that every transport passes: what `src/transport/transport.ts` promises, shown on a real wire.
 *
 * @param create makes a fresh car for each test, of which it is told the name; its transport closed
 */
export function describeTransport(name: string, create: (test: string) => Promise<ContractCar>, lacks: Lacks = {}): void {
  // Each has a car of its own, and most of them wait for it: all at once they wait once.
  const test = it.extend<{ readonly car: ContractCar }>({
    car: async ({ task }, use) => {
      const car = await create(task.name);
      try {
        await car.transport.open();
        await use(car);
      } finally {
        await car.transport.dispose();
        await car.dispose();
      }
    },
  }).concurrent;
  describe(`the transport contract: ${name}`, () => {
    test('carries a request to its ECU and the answer back', async ({ car }) => {
      await car.transport.send(CLUSTER, READ_VIN);
      expect(await receiveText(car.transport)).toBe(vinAnswer(car));
    });

    test('carries long messages whole, and hands them over for good', async ({ car }) => {
      const { transport, long } = car;
      await transport.send(CLUSTER, readDid(long.did));
      const first = await transport.receive(transport.clock.now() + AMPLE_MS);
      await transport.send(CLUSTER, readDid(long.did));
      const second = await transport.receive(transport.clock.now() + AMPLE_MS);
      second?.payload.fill(0xee);
      expect(toHex(first?.payload.subarray(3) ?? new Uint8Array(0))).toBe(toHex(long.bytes));
    });

    test('gives every answer of a request that has several, in order', async ({ car }) => {
      const { transport, pending } = car;
      await transport.send(pending.ecu, readDid(pending.did));
      const answers = await receiveUntil(transport, ({ payload }) => payload[0] !== 0x7f);
      const heads = answers.map(({ source, payload }) => `${source} ${toHex(payload.subarray(0, 3))}`);
      expect(heads[0]).toBe(`${pending.ecu} 7F2278`);
      expect(heads.at(-1)).toBe(`${pending.ecu} 62${toHex(readDid(pending.did).subarray(1))}`);
    });

    test('reaches every ECU at once', async ({ car, skip }) => {
      skip(lacks.functional !== undefined, lacks.functional);
      const { transport, ecus } = car;
      await transport.send(FUNCTIONAL_ADDRESS, READ_VARIANT);
      const answers: Message[] = [];
      await receiveUntil(transport, (message) => answers.push(message) === ecus.length);
      expect(await receiveText(transport, SETTLED_MS)).toBeUndefined();
      expect(answers.map(({ source }) => source).sort((left, right) => left - right)).toEqual(
        [...ecus].sort((left, right) => left - right),
      );
      for (const { payload } of answers) expect(toHex(payload.subarray(0, 3))).toBe('62F150');
    });

    test('gives nothing from an address that no ECU has', async ({ car }) => {
      const { transport } = car;
      const answer = (async () => {
        await transport.send(ABSENT, READ_VIN);
        return receiveText(transport, 1000);
      })();
      expect(await answer.catch((error: unknown) => (error as KombiError).code)).toSatisfy(
        (outcome) => outcome === undefined || outcome === 'ecu.absent',
      );
    });

    test('gives nothing at the deadline, and not before it', async ({ car }) => {
      const { transport } = car;
      const deadlineMs = transport.clock.now() + 200;
      expect(await transport.receive(deadlineMs)).toBeUndefined();
      // Timers of an operating system may be early by the fraction that they are rounded by.
      expect(transport.clock.now()).toBeGreaterThan(deadlineMs - 2);
      expect(await transport.receive(deadlineMs)).toBeUndefined();
    });

    test('keeps what arrives between two calls', async ({ car }) => {
      const { transport } = car;
      await transport.send(CLUSTER, READ_VIN);
      await transport.clock.sleep(SETTLED_MS);
      expect(await receiveText(transport, 0)).toBe(vinAnswer(car));
      expect(await receiveText(transport, 0)).toBeUndefined();
    });

    test('delivers nothing of the link before, once it is open anew', async ({ car }) => {
      const { transport, pending } = car;
      await transport.send(pending.ecu, readDid(pending.did));
      await transport.close();
      await transport.open();
      expect(await receiveText(transport, SETTLED_MS)).toBeUndefined();
      await transport.send(CLUSTER, READ_VIN);
      expect(await receiveText(transport)).toBe(vinAnswer(car));
    });

    test('refuses to work while it is closed', async ({ car }) => {
      const { transport } = car;
      await transport.close();
      await expect(transport.send(CLUSTER, READ_VIN)).rejects.toEqual(link);
      await expect(transport.receive(transport.clock.now() + 100)).rejects.toEqual(link);
    });

    test('closes as often as it is told to', async ({ car }) => {
      const { transport } = car;
      await expect(Promise.all([transport.close(), transport.close()])).resolves.toBeDefined();
      await expect(transport.close()).resolves.toBeUndefined();
      await expect(transport.dispose()).resolves.toBeUndefined();
      await expect(transport.dispose()).resolves.toBeUndefined();
    });

    test('ends a wait when it is closed', async ({ car }) => {
      const { transport } = car;
      const waiting = transport.receive(transport.clock.now() + 60_000);
      await Promise.all([expect(waiting).rejects.toEqual(link), transport.close()]);
    });

    test('does nothing on a signal that has come already', async ({ car }) => {
      const { transport } = car;
      const enough = AbortSignal.abort(new Error('enough'));
      await expect(transport.send(CLUSTER, READ_VIN, enough)).rejects.toThrow('enough');
      await expect(transport.receive(transport.clock.now() + AMPLE_MS, enough)).rejects.toThrow('enough');
      expect(await receiveText(transport, SETTLED_MS)).toBeUndefined();
      await transport.close();
      await expect(transport.open(enough)).rejects.toThrow('enough');
      await transport.open();
      await transport.send(CLUSTER, READ_VIN);
      expect(await receiveText(transport)).toBe(vinAnswer(car));
    });

    test('ends a wait on a signal', async ({ car }) => {
      const { transport } = car;
      const controller = new AbortController();
      const waiting = transport.receive(transport.clock.now() + 60_000, controller.signal);
      controller.abort(new Error('enough'));
      await expect(waiting).rejects.toThrow('enough');
    });

    test('tells when the other end is gone', async ({ car }) => {
      const { transport, unplug } = car;
      const waiting = transport.receive(transport.clock.now() + 60_000);
      await Promise.all([expect(waiting).rejects.toEqual(link), unplug()]);
      await expect(transport.send(CLUSTER, READ_VIN)).rejects.toEqual(link);
      await transport.close();
      await expect(transport.open()).rejects.toBeInstanceOf(KombiError);
    });

    test('refuses a message longer than it carries', async ({ car }) => {
      const { transport } = car;
      await expect(transport.send(CLUSTER, new Uint8Array(transport.capabilities.maxPayloadBytes + 1))).rejects.toEqual(link);
      await transport.send(CLUSTER, READ_VIN);
      expect(await receiveText(transport)).toBe(vinAnswer(car));
    });

    test('sends tester-present while an answer is awaited', async ({ car, skip }) => {
      skip(lacks.keepAliveDuringRequest !== undefined, lacks.keepAliveDuringRequest);
      const { transport, pending } = car;
      expect(transport.capabilities.keepAliveDuringRequest).toBe(true);
      const request = transport.send(pending.ecu, readDid(pending.did));
      await Promise.all([request, transport.send(FUNCTIONAL_ADDRESS, TESTER_PRESENT)]);
      const answers = await receiveUntil(transport, ({ payload }) => payload[0] === 0x62);
      expect(answers.at(-1)).toMatchObject({ source: pending.ecu });
    });

    test('says what it is', async ({ car }) => {
      const { transport } = car;
      expect(transport.description).not.toBe('');
      expect(transport.adapter.kind).toMatch(/^[A-Z0-9]+$/);
      expect(transport.capabilities.maxPayloadBytes).toBeGreaterThanOrEqual(4095);
      expect(['on', 'off', 'unknown']).toContain(await transport.ignition());
    });
  });
}
