import { type Clock, isVin, KombiError, systemClock, VirtualClock } from './core/index.ts';
import type { PersonalityName } from './mock/elm327/index.ts';
import {
  createFaultBoard,
  type FaultBoard,
  loadProfile,
  type NetworkedCar,
  type Profile,
  parseFault,
  RecordedCar,
  startDoipServer,
  startHsfzServer,
  startMockCar,
} from './mock/index.ts';
import { type LinkUri, type OpenByteStream, refuseUnknownQuery, registerLinkScheme, type Transport } from './transport/index.ts';
import { openTcpStream } from './transport/tcp-stream.ts';

const OPTIONS = ['link', 'fault', 'state', 'adapter', 'baud', 'pace', 'vin'];
const CONNECT_TIMEOUT_MS = 5000;
const MAX_BAUD = 4_000_000;

let serialPorts = 0;

/** Makes `mock:` a link like any other. Done by whoever may know both ends; transport must not know the mock. */
export function registerMockLink(): void {
  registerLinkScheme('mock', (uri) => createMockLink(uri));
}

/** What a recorded car has to say besides its answers; nobody need listen. */
export interface MockLinkTalk {
  /** At the end: how often it was asked what its recording does not hold. */
  readonly report?: (text: string) => Promise<void>;
  /** At the beginning: what was passed over in the file. */
  readonly remark?: (text: string) => Promise<void>;
}

interface MockCar extends NetworkedCar {
  readonly name: string;
  close(): void;
}

/**
 * Starts a mock car for one link: `mock:<profile>[?link=enet|doip|elm327|dcan&fault=…&state=FILE&adapter=…&baud=…&pace=real&vin=…]`.
 * `enet` and `doip` are real TCP over loopback in real time; `elm327` and `dcan` are a mock serial port with both ends on one virtual clock,
 * so that modelled time costs none, unless `pace=real`. Where the path has a slash, a backslash or an extension it is that
 * of a recording.
 *
 * @throws {KombiError} `usage.link`, `usage.profile`, `usage.fault`, `usage.state`, `usage.recording`, `recording.invalid` (exit 2)
 */
export async function createMockLink(uri: LinkUri, talk: MockLinkTalk = {}): Promise<Transport> {
  refuseUnknownQuery(uri, OPTIONS);
  const wire = wireOf(uri);
  const isSerial = wire === 'elm327' || wire === 'dcan';
  const pace = choice(uri, 'pace', ['virtual', 'real']);
  if (wire !== 'elm327') refuseOptions(uri, isSerial ? ['adapter', 'baud'] : ['adapter', 'baud', 'pace']);
  const clock = isSerial && pace === 'virtual' ? new VirtualClock() : systemClock;
  if (/[/\\.]/.test(uri.path)) return toRecordedCar(startRecordedCar(uri, clock), { uri, talk });
  const car = startCar(uri, clock);
  return linkTo(car, uri);
}

const TAKERS = { adapter: 'a mock ELM327', baud: 'a mock ELM327', pace: 'a mock serial port' } as const;

const WIRES = { enet: enetTo, doip: doipTo, elm327: elm327To, dcan: dcanTo };

function wireOf(uri: LinkUri): keyof typeof WIRES {
  return choice(uri, 'link', ['enet', 'doip', 'elm327', 'dcan']);
}

function linkTo(car: MockCar, uri: LinkUri): Promise<Transport> {
  return WIRES[wireOf(uri)](car, uri);
}

async function toRecordedCar(car: RecordedCar, { uri, talk }: { uri: LinkUri; talk: MockLinkTalk }): Promise<Transport> {
  for (const remark of car.remarks) await talk.remark?.(`${car.name}: ${remark}`);
  return disposing(await linkTo(car, uri), async () => {
    const report = car.unknownRequests.report();
    if (report !== undefined) await talk.report?.(`${car.name}: ${report}`);
    if (car.recordedVin === undefined && !uri.query.has('vin')) {
      await talk.report?.(`${car.name}: the recording tells no VIN; give it one with vin=, such as ?vin=WBATESTV1N0000001`);
    }
  });
}

function startRecordedCar(uri: LinkUri, clock: Clock): RecordedCar {
  const vin = vinOf(uri);
  return new RecordedCar({ file: uri.path, clock, ...carOptions(uri), ...(vin === undefined ? {} : { vin }) });
}

function startCar(uri: LinkUri, clock: Clock): MockCar {
  return startMockCar({ profile: withVin(loadProfile(uri.path), uri), clock, ...carOptions(uri) });
}

function carOptions(uri: LinkUri): { faults: FaultBoard; stateFile?: string } {
  const stateFile = uri.query.get('state');
  return { faults: createFaultBoard(uri.query.getAll('fault').map(parseFault)), ...(stateFile === null ? {} : { stateFile }) };
}

/** The same car under another number: a profile is one car, and a batch wants many. */
function withVin(profile: Profile, uri: LinkUri): Profile {
  const vin = vinOf(uri);
  return vin === undefined ? profile : { ...profile, vin };
}

function vinOf(uri: LinkUri): string | undefined {
  const vin = uri.query.get('vin')?.toUpperCase();
  if (vin !== undefined && !isVin(vin)) {
    throw usage(uri, `has "${vin}" for vin`, 'A VIN has 17 characters, letters without I, O and Q, and digits.');
  }
  return vin;
}

async function enetTo(car: MockCar): Promise<Transport> {
  const [server, { createEnetTransport }] = await Promise.all([startHsfzServer(car), import('./transport/enet/index.ts')]);
  server.unref();
  const transport = createEnetTransport({
    open: openMock(car, server.host, server.port),
    control: openMock(car, server.host, server.controlPort),
    clock: car.clock,
    description: `ENET to the mock car ${car.name}`,
    portName: undefined,
  });
  return stopping(transport, car, server);
}

async function doipTo(car: MockCar): Promise<Transport> {
  const [server, { createDoipTransport }] = await Promise.all([startDoipServer(car), import('./transport/doip/index.ts')]);
  server.unref();
  const transport = createDoipTransport({
    open: openMock(car, server.host, server.port),
    clock: car.clock,
    description: `DoIP to the mock car ${car.name}`,
    portName: undefined,
  });
  return stopping(transport, car, server);
}

/** Its ports are others on every run, so errors name the car. */
function openMock({ clock, name }: MockCar, host: string, port: number): OpenByteStream {
  return openTcpStream({ host, port, connectTimeoutMs: CONNECT_TIMEOUT_MS, clock, name: `Mock car ${name}` });
}

function stopping(transport: Transport, car: MockCar, server: { close(): Promise<void> }): Transport {
  return disposing(transport, async () => {
    car.close();
    await server.close();
  });
}

async function elm327To(car: MockCar, uri: LinkUri): Promise<Transport> {
  const [{ lineOf, personalityNames, plugIn }, { createMockSerialPort }, { createElm327Transport }, { openSerialStream }] =
    await Promise.all([
      import('./mock/elm327/index.ts'),
      import('./mock/serial/index.ts'),
      import('./transport/elm327/index.ts'),
      import('./transport/serial/index.ts'),
    ]);
  const baudRate = baudOf(uri);
  const personality = choice<PersonalityName>(uri, 'adapter', ['genuine-2.1', ...personalityNames()]);
  const adapter = plugIn(car, { personality, ...(baudRate === undefined ? {} : { baud: baudRate }) });
  serialPorts += 1;
  const { path, binding } = await createMockSerialPort(adapter, { path: `/dev/mock${serialPorts}` });
  const transport = createElm327Transport({
    open: openSerialStream({ path, baudRate: adapter.baud, clock: car.clock, wired: lineOf(personality).wired ?? true, binding }),
    clock: car.clock,
    description: `ELM327 to the mock car ${car.name}`,
    portName: undefined,
  });
  return disposing(transport, async () => {
    adapter.close();
    car.close();
  });
}

async function dcanTo(car: MockCar): Promise<Transport> {
  const [{ DcanCable }, { createMockSerialPort }, { createDcanTransport }, { openSerialStream }] = await Promise.all([
    import('./mock/dcan/index.ts'),
    import('./mock/serial/index.ts'),
    import('./transport/dcan/index.ts'),
    import('./transport/serial/index.ts'),
  ]);
  const cable = new DcanCable(car);
  serialPorts += 1;
  const { path, binding } = await createMockSerialPort(cable, { path: `/dev/mock${serialPorts}` });
  const transport = createDcanTransport({
    open: openSerialStream({ path, baudRate: cable.baud, clock: car.clock, binding }),
    clock: car.clock,
    description: `K+DCAN cable to the mock car ${car.name}`,
    portName: undefined,
  });
  return disposing(transport, async () => {
    cable.close();
    car.close();
  });
}

/** The transport, with the mock car stopped behind it. */
function disposing(transport: Transport, stop: () => Promise<void>): Transport {
  const dispose = transport.dispose.bind(transport);
  return Object.assign(transport, {
    dispose: async () => {
      await dispose();
      await stop();
    },
  });
}

/** The value of an option, or the first choice where it is not given. */
function choice<Name extends string>(uri: LinkUri, key: string, choices: readonly [Name, ...Name[]]): Name {
  const text = uri.query.get(key);
  if (text === null) return choices[0];
  const found = choices.find((name) => name === text);
  if (found === undefined) throw usage(uri, `has "${text}" for ${key}`, `It may be ${[...new Set(choices)].join(', ')}.`);
  return found;
}

function baudOf(uri: LinkUri): number | undefined {
  const text = uri.query.get('baud');
  if (text === null) return undefined;
  const baud = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (baud < 1 || baud > MAX_BAUD) throw usage(uri, `has the baud rate "${text}"`, 'Such as baud=115200.');
  return baud;
}

function refuseOptions(uri: LinkUri, keys: readonly (keyof typeof TAKERS)[]): void {
  for (const key of keys) {
    if (uri.query.has(key)) throw usage(uri, `has the option "${key}", which only ${TAKERS[key]} takes`, 'Add link=elm327.');
  }
}

function usage(uri: LinkUri, what: string, hint: string): KombiError {
  return new KombiError({ code: 'usage.link', message: `"${uri.text}" ${what}`, hint });
}
