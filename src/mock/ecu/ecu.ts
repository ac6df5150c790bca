import type { Car } from '../car.ts';
import type { CarReply } from '../car-port.ts';
import type { EcuProfile, EcuTiming, StoredMessage, TroubleCode } from '../profile.ts';
import { ascii, encodeSvk } from '../vehicle-data.ts';
import { type Exchange, type Hold, innermostFirst, withFaults } from './answer-faults.ts';
import { COMPUTED } from './computed.ts';
import { ECU_FAULTS } from './faults.ts';
import { KWP_SERVICES } from './kwp-services.ts';
import { Memory } from './memory.ts';
import { isSilentWhenFunctional, NRC, negative } from './nrc.ts';
import { DEFAULT_SESSION } from './service.ts';
import { SERVICES } from './services.ts';
import { readInfoMemory } from './trouble-codes.ts';
import { VehicleClock } from './vehicle-clock.ts';

const FAULTS = innermostFirst(ECU_FAULTS);

/**
 * One ECU: what it holds, and what it answers to a request in the state it is in. {@link answer} decides at once and
 * touches no timer; {@link receive} puts the reset, the silence and the delays of time around it.
 */
export class Ecu {
  readonly address: number;
  readonly car: Car;
  readonly profile: EcuProfile;
  readonly timing: EcuTiming;
  readonly memory: Memory;
  readonly clock: VehicleClock | undefined;
  troubleCodes: readonly TroubleCode[];
  messages: { readonly raised: readonly number[]; readonly stored: readonly StoredMessage[] };
  /** Whether the SVK names coding data; without it coding writes are refused. */
  coded: boolean;
  energyMode = 0x00;
  received = 0;
  #session: number = DEFAULT_SESSION;
  #heardMs = 0;
  #downUntilMs = 0;
  #busy = false;
  readonly #speaksKwp: boolean;
  /** Counts resets, so that an answer held over one is dropped. */
  #life = 0;

  constructor(address: number, profile: EcuProfile, car: Car) {
    this.address = address;
    this.car = car;
    this.profile = profile;
    this.timing = { ...car.profile.timing, ...withoutUndefined(profile.timing) };
    this.#speaksKwp = car.profile.protocol === 'kwp';
    this.memory = new Memory([...identification(profile), ...profile.dids, ...profile.blocks]);
    this.clock = profile.clock === undefined ? undefined : new VehicleClock(car.clock, profile.clock);
    this.troubleCodes = profile.troubleCodes;
    this.messages = profile.messages ?? { raised: [], stored: [] };
    this.coded = this.#speaksKwp || profile.software.entries.some((entry) => entry.startsWith('CAFD_'));
  }

  get session(): number {
    // S3 is looked up, not waited for: nobody can tell, and a session costs no timer.
    if (this.#session !== DEFAULT_SESSION && !this.#busy && this.car.clock.now() - this.#heardMs >= this.timing.s3Ms) this.endSession();
    return this.#session;
  }

  startSession(session: number): void {
    if (session === DEFAULT_SESSION) this.endSession();
    else this.#session = session;
  }

  endSession(): void {
    this.#session = DEFAULT_SESSION;
  }

  isDown(): boolean {
    return this.car.clock.now() < this.#downUntilMs;
  }

  /** Takes what was written along when it was asked for; an ECU that falls over loses it. */
  reset(how: 'commanded' | 'uncommanded'): void {
    if (how === 'commanded') this.memory.commit();
    else this.memory.lose();
    this.endSession();
    this.#busy = false;
    this.#life += 1;
    this.#downUntilMs = this.car.clock.now() + this.timing.resetMs;
    const cleared = this.profile.troubleCodes.filter(
      (code) => code.present && !this.troubleCodes.some((stored) => stored.code === code.code),
    );
    this.troubleCodes = [...this.troubleCodes, ...cleared];
    this.car.changed();
  }

  /** What `22 did` gives, or undefined where this ECU does not know it. */
  read(did: number): Uint8Array | undefined {
    if (did === 0xf190) return Uint8Array.from(ascii(this.car.vin));
    // F10 ECUs answer `01 81` and `01 81 00 01`, extended `03 86 00 01` (recorded).
    if (did === 0xf186) return Uint8Array.of(this.session, this.session === DEFAULT_SESSION ? 0x81 : 0x86);
    if (did === 0xf100) return Uint8Array.of(this.session, this.session === DEFAULT_SESSION ? 0x81 : 0x86, 0x00, 0x01);
    if (did === 0x100a) return Uint8Array.of(this.energyMode);
    const computed = this.profile.computed.get(did);
    return computed === undefined ? (readInfoMemory(this, did) ?? this.memory.read(did)) : COMPUTED[computed](this);
  }

  /** The answer to one request, in this state; undefined where the ECU says nothing. */
  answer(request: Uint8Array, functional: boolean): Uint8Array | undefined {
    const sid = request[0] ?? 0;
    const service = (this.#speaksKwp ? KWP_SERVICES : SERVICES).get(sid);
    const subFunction = request[1] ?? 0;
    let outcome: Uint8Array | number;
    if (service === undefined) outcome = NRC.serviceNotSupported;
    else if (!service.inDefaultSession && this.session === DEFAULT_SESSION) outcome = NRC.serviceNotSupportedInSession;
    else if (request.length < service.minLength) outcome = NRC.incorrectMessageLength;
    else outcome = service.carryOut(this, request, subFunction & 0x7f);
    if (typeof outcome !== 'number') return service?.hasSubFunction && subFunction >= 0x80 ? undefined : outcome;
    // E-series ECUs give their refusals to a question to all too (recorded on an E61).
    return functional && !this.#speaksKwp && isSilentWhenFunctional(outcome) ? undefined : negative(sid, outcome);
  }

  /** Somebody speaks to it, so that its session goes on; one that has run out ends before it is heard again. */
  hear(): void {
    void this.session;
    this.#heardMs = this.car.clock.now();
  }

  receive(request: Uint8Array, functional: boolean, reply: CarReply): void {
    if (this.isDown()) return;
    this.received += 1;
    if (this.#busy) {
      if (!functional) reply(this.address, negative(request[0] ?? 0, NRC.busyRepeatRequest));
      return;
    }
    this.hear();
    const exchange: Exchange<Ecu> = { ecu: this, request, reply };
    const answer = withFaults(FAULTS, exchange, (changed) => this.answer(changed, functional));
    if (answer !== undefined) this.#deliver(answer, exchange.hold ?? this.#holdOf(request), reply);
  }

  /** Gives the answer now, or after the hold. The ECU refuses other work meanwhile. */
  #deliver(answer: Uint8Array, hold: Hold | undefined, reply: CarReply): void {
    if (hold === undefined) {
      reply(this.address, answer);
      return;
    }
    const life = this.#life;
    const service = (answer[0] === 0x7f ? answer[1] : (answer[0] ?? 0) - 0x40) ?? 0;
    const pending = hold.pending === 'forever' ? Number.POSITIVE_INFINITY : hold.pending;
    const stepMs = 'everyMs' in hold ? hold.everyMs : hold.ms / Math.max(1, hold.pending);
    const step = (given: number) => {
      if (life !== this.#life || this.car.isClosed()) return;
      if (given < pending) {
        reply(this.address, negative(service, NRC.responsePending));
        this.car.clock.backgroundTimer(stepMs, () => step(given + 1));
        return;
      }
      this.#busy = false;
      this.#heardMs = this.car.clock.now();
      reply(this.address, answer);
    };
    this.#busy = true;
    if (pending > 0) step(0);
    else this.car.clock.backgroundTimer(stepMs, () => step(0));
  }

  #holdOf(request: Uint8Array): Hold | undefined {
    const delay = this.profile.delays.find((candidate) => startsWith(request, candidate.request));
    if (delay !== undefined) return delay;
    return this.timing.replyMs > 0 ? { pending: 0, ms: this.timing.replyMs } : undefined;
  }
}

/** The identification every ECU has. @see bmw-diagnostics §5.2 */
function identification({ variant, supplier, built, serial, software }: EcuProfile): [number, Uint8Array][] {
  return [
    [0xf101, encodeSvk(software)],
    [0xf150, variant],
    [0xf18a, supplier],
    [0xf18b, built],
    [0xf18c, serial],
  ];
}

function startsWith(bytes: Uint8Array, beginning: Uint8Array): boolean {
  return beginning.every((byte, index) => bytes[index] === byte);
}

function withoutUndefined(timing: EcuProfile['timing']): Partial<EcuTiming> {
  return Object.fromEntries(Object.entries(timing).filter(([, value]) => value !== undefined));
}
