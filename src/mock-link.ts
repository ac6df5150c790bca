import { type Clock, isVin, KombiError, systemClock, VirtualClock } from './core/index.ts';
import {
  type Car,
  createFaultBoard,
  loadProfile,
  type Profile,
  parseFault,
  profileNames,
  startHsfzServer,
  startMockCar,
} from './mock/index.ts';
import { type LinkUri, refuseUnknownQuery, registerLinkScheme, type Transport } from './transport/index.ts';
import { openTcpStream } from './transport/tcp-stream.ts';

const OPTIONS = ['link', 'fault', 'state', 'adapter', 'baud', 'pace', 'vin'];
const CONNECT_TIMEOUT_MS = 5000;
const MAX_BAUD = 4_000_000;

let serialPorts = 0;

/** Makes `mock:` a link like any other. Done by whoever may know both ends; transport must not know the mock. */
export function registerMockLink(): void {
  registerLinkScheme('mock', createMockLink);
}

/**
 * Starts a mock car for one link: `mock:<profile>[?link=enet|elm327&fault=…&state=FILE&adapter=…&baud=…&pace=real&vin=…]`.
 * `enet` is real TCP over loopback in real time; `elm327` is a mock serial port with both ends on one virtual clock,
 * so that modelled time costs none, unless `pace=real`.
 *
 * @throws {KombiError} `usage.link`, `usage.profile`, `usage.fault`, `usage.state` (exit 2)
 */
export async function createMockLink(uri: LinkUri): Promise<Transport> {
  refuseUnknownQuery(uri, OPTIONS);
  const kind = choice(uri, 'link', ['enet', 'elm327']);
  const pace = choice(uri, 'pace', ['virtual', 'real']);
  if (kind === 'enet') refuseAdapterOptions(uri);
  const clock = kind === 'enet' || pace === 'real' ? systemClock : new VirtualClock();
  const car = startCar(uri, clock);
  return kind === 'enet' ? enetTo(car) : elm327To(car, uri);
}

function startCar(uri: LinkUri, clock: Clock): Car {
  const profile = uri.path;
  if (/[/\\.]/.test(profile)) {
    throw usage(uri, 'names a file; recordings cannot be talked to yet', `Mock cars: ${profileNames().join(', ')}.`);
  }
  const stateFile = uri.query.get('state');
  return startMockCar({
    profile: withVin(loadProfile(profile), uri),
    clock,
    faults: createFaultBoard(uri.query.getAll('fault').map(parseFault)),
    ...(stateFile === null ? {} : { stateFile }),
  });
}

/** The same car under another number: a profile is one car, and a batch wants many. */
function withVin(profile: Profile, uri: LinkUri): Profile {
  const vin = uri.query.get('vin')?.toUpperCase();
  if (vin === undefined) return profile;
  if (!isVin(vin)) throw usage(uri, `has "${vin}" for vin`, 'A VIN has 17 characters, letters without I, O and Q, and digits.');
  return { ...profile, vin };
}

async function enetTo(car: Car): Promise<Transport> {
  const [server, { createEnetTransport }] = await Promise.all([startHsfzServer(car), import('./transport/enet/index.ts')]);
  server.unref();
  const open = (port: number) => openTcpStream({ host: server.host, port, connectTimeoutMs: CONNECT_TIMEOUT_MS, clock: car.clock });
  const transport = createEnetTransport({
    open: open(server.port),
    control: open(server.controlPort),
    clock: car.clock,
    description: `ENET to the mock car ${car.profile.name}`,
    portName: undefined,
  });
  return disposing(transport, async () => {
    car.close();
    await server.close();
  });
}

async function elm327To(car: Car, uri: LinkUri): Promise<Transport> {
  const [{ createMockSerialPort, DEFAULT_BAUD, personalityNames, plugIn }, { createElm327Transport, openSerialStream }] = await Promise.all(
    [import('./mock/elm327/index.ts'), import('./transport/elm327/index.ts')],
  );
  const baud = baudOf(uri) ?? DEFAULT_BAUD;
  const adapter = plugIn(car, { personality: choice(uri, 'adapter', ['genuine-2.1', ...personalityNames()]), baud });
  serialPorts += 1;
  const { path, binding } = await createMockSerialPort(adapter, { path: `/dev/mock${serialPorts}` });
  const transport = createElm327Transport({
    open: openSerialStream({ path, baudRate: baud, clock: car.clock, binding }),
    clock: car.clock,
    description: `ELM327 to the mock car ${car.profile.name}`,
    portName: undefined,
  });
  return disposing(transport, async () => {
    adapter.close();
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

function refuseAdapterOptions(uri: LinkUri): void {
  for (const key of ['adapter', 'baud', 'pace']) {
    if (uri.query.has(key)) throw usage(uri, `has the option "${key}", which only a mock ELM327 takes`, 'Add link=elm327.');
  }
}

function usage(uri: LinkUri, what: string, hint: string): KombiError {
  return new KombiError({ code: 'usage.link', message: `"${uri.text}" ${what}`, hint });
}
