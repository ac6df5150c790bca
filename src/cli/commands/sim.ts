import { KombiError, systemClock } from '../../core/index.ts';
import {
  type Car,
  createFaultBoard,
  loadProfile,
  type NetworkedCar,
  parseFault,
  RecordedCar,
  startDoipServer,
  startHsfzServer,
  startMockCar,
} from '../../mock/index.ts';
import type { CommandSpec } from '../command.ts';
import type { Context } from '../context.ts';
import { escapeText } from '../escape.ts';
import type { Input } from '../input.ts';

const MAX_PORT = 65_535;
/** Below what a timer of Node can wait (2^31 ms). */
const MAX_SECONDS = 2_000_000;
/** Clients that look for a car on 6801 ask the ports beside it (bmw-diagnostics §1.4). */
const CAR_PORT = 6801;
const CAR_CONTROL_PORT = 6811;

export const sim: CommandSpec = {
  name: 'sim',
  summary: 'the mock car for other programs: HSFZ, DoIP, ELM327 and a K+DCAN cable',
  description:
    'Prints one line when it is ready and stays until Ctrl-C, SIGTERM or --for. Listens on loopback unless told otherwise; port 0 takes a free one. ' +
    'Without any of --enet, --doip, --elm327 and --dcan: HSFZ on a free port.',
  arguments: [{ syntax: '[profile]', help: 'a mock car by name, f06-sos unless given, or the path of a profile' }],
  options: [
    { flags: '--enet <port>', help: 'HSFZ over TCP; 6801 in cars' },
    { flags: '--control-port <port>', help: 'terminal 15 over TCP; 6811 beside 6801, else a free one' },
    { flags: '--discovery-port <port>', help: 'discovery over UDP; 6811 beside 6801, else a free one' },
    { flags: '--doip <port>', help: 'DoIP over TCP, with discovery over UDP on the same port; 13400 in cars' },
    { flags: '--elm327 <port>', help: 'an ELM327 on TCP, or "pty" for a serial port (needs socat)' },
    { flags: '--dcan <end>', help: 'a K+DCAN cable: "pty" for a serial port (needs socat)' },
    { flags: '--from <file>', help: 'a recorded car in place of a profile: what --trace records, or EdiabasLib .txt or .sim' },
    { flags: '--adapter <name>', help: 'which ELM327 it is, such as genuine-2.1 or clone-1.5' },
    { flags: '--baud <rate>', help: 'its modelled line rate' },
    { flags: '--host <address>', help: 'where to listen; 127.0.0.1 unless given. Nobody is asked who they are' },
    { flags: '--fault <fault>', help: 'a fault to inject, such as nrc:33,service=2E; may be given several times', repeatable: true },
    { flags: '--state <file>', help: 'keep the car in this file' },
    { flags: '--for <seconds>', help: 'end by itself after so long' },
  ],
  examples: [
    'kombi sim f06-sos --enet 6801',
    'kombi sim --doip 13400',
    'kombi sim --elm327 pty',
    'kombi sim e92 --dcan pty',
    'kombi sim f06-sos --enet 0 --elm327 35000 --json',
    'kombi sim --fault nrc:33,service=2E',
    'kombi sim --from car.txt --enet 6801',
  ],
  run: async (context, input) => {
    await simulate(context, input, 'sim');
    return undefined;
  },
};

/** Starts a car and stays; `command` is whose result it tells. */
export async function simulate(context: Context, input: Input, command: string): Promise<void> {
  const seconds = input.integer('for', 0, MAX_SECONDS);
  const car = startCar(input);
  if (context.globals.verbose && car instanceof RecordedCar) await sayAll(context, car, car.remarks);
  const ends = await startEnds(context, car, input);
  const vin = car instanceof RecordedCar ? (car.recordedVin ?? null) : car.vin;
  await ready(context, command, { profile: car.name, vin, ...ends, pid: process.pid });
  await stay(context, seconds);
  car.close();
  if (car instanceof RecordedCar) await sayAll(context, car, [car.unknownRequests.report()]);
}

async function sayAll(context: Context, { name }: RecordedCar, texts: readonly (string | undefined)[]): Promise<void> {
  for (const text of texts) if (text !== undefined) await context.say(escapeText(`${name}: ${text}`));
}

function startCar(input: Input): Car | RecordedCar {
  const state = input.text('state');
  const options = {
    clock: systemClock,
    faults: createFaultBoard(input.list('fault').map(parseFault)),
    ...(state === undefined ? {} : { stateFile: state }),
  };
  const file = input.text('from');
  if (file === undefined) return startMockCar({ profile: loadProfile(input.argument(0) ?? 'f06-sos'), ...options });
  if (input.argument(0) === undefined) return new RecordedCar({ file, ...options });
  throw new KombiError({
    code: 'usage.option',
    message: `A car is either a profile, "${input.argument(0)}", or recorded, --from ${file}`,
    hint: 'Leave one of them out.',
  });
}

interface Ends {
  readonly enet?: { host: string; port: number; discoveryPort: number; controlPort: number };
  readonly doip?: { host: string; port: number };
  readonly elm327?: { host: string; port: number } | { path: string };
  readonly dcan?: { path: string };
}

async function startEnds(context: Context, car: NetworkedCar, input: Input): Promise<Ends> {
  const wantsElm = input.text('elm327') !== undefined;
  const doipPort = input.integer('doip', 0, MAX_PORT);
  const wantsDcan = input.text('dcan') !== undefined;
  const port = input.integer('enet', 0, MAX_PORT) ?? (wantsElm || wantsDcan || doipPort !== undefined ? undefined : 0);
  return {
    ...(port === undefined ? {} : { enet: await startEnet(context, car, { input, port }) }),
    ...(doipPort === undefined ? {} : { doip: await startDoip(context, car, { input, port: doipPort }) }),
    ...(wantsElm ? { elm327: await startElm327(context, car, input) } : {}),
    ...(wantsDcan ? { dcan: await startDcan(context, car, input) } : {}),
  };
}

async function startEnet(context: Context, car: NetworkedCar, { input, port }: { input: Input; port: number }) {
  const beside = port === CAR_PORT ? CAR_CONTROL_PORT : 0;
  const server = await startHsfzServer(car, {
    host: input.text('host') ?? '127.0.0.1',
    port,
    controlPort: input.integer('controlPort', 0, MAX_PORT) ?? beside,
    discoveryPort: input.integer('discoveryPort', 0, MAX_PORT) ?? beside,
  });
  context.defer(() => server.close());
  const { host, discoveryPort, controlPort } = server;
  return { host, port: server.port, discoveryPort, controlPort };
}

async function startDoip(context: Context, car: NetworkedCar, { input, port }: { input: Input; port: number }) {
  const server = await startDoipServer(car, { host: input.text('host') ?? '127.0.0.1', port });
  context.defer(() => server.close());
  return { host: server.host, port: server.port };
}

async function startElm327(context: Context, car: NetworkedCar, input: Input) {
  const { personalityNames, startElm327Pty, startElm327TcpServer } = await import('../../mock/elm327/index.ts');
  const name = input.text('adapter') ?? 'genuine-2.1';
  const personality = personalityNames().find((known) => known === name);
  if (personality === undefined) {
    throw new KombiError({
      code: 'usage.option',
      message: `There is no adapter "${name}"`,
      hint: `Adapters: ${personalityNames().join(', ')}.`,
    });
  }
  const baud = input.integer('baud', 1, 4_000_000);
  const adapter = { personality, ...(baud === undefined ? {} : { baud }) };
  if (input.text('elm327') === 'pty') {
    const pty = await startElm327Pty(car, adapter);
    context.defer(() => pty.close());
    return { path: pty.path };
  }
  const port = input.integer('elm327', 0, MAX_PORT) ?? 0;
  const server = await startElm327TcpServer(car, { ...adapter, port, host: input.text('host') ?? '127.0.0.1' });
  context.defer(() => server.close());
  return { host: server.host, port: server.port };
}

async function startDcan(context: Context, car: NetworkedCar, input: Input) {
  const end = input.text('dcan');
  if (end !== 'pty') {
    throw new KombiError({ code: 'usage.option', message: `A K+DCAN cable has no end "${end}"`, hint: 'Write --dcan pty.' });
  }
  const [{ DcanCable }, { startPty }] = await Promise.all([import('../../mock/dcan/index.ts'), import('../../mock/serial/index.ts')]);
  const pty = await startPty(new DcanCable(car), 'dcan');
  context.defer(() => pty.close());
  return { path: pty.path };
}

type Readiness = Ends & { readonly profile: string; readonly vin: string | null; readonly pid: number };

async function ready(context: Context, command: string, result: Readiness): Promise<void> {
  const { enet, doip, elm327, dcan } = result;
  const places = [
    enet && `enet://${enet.host}:${enet.port}?control=${enet.controlPort} (discovery: UDP ${enet.discoveryPort})`,
    doip && `doip://${doip.host}:${doip.port}`,
    elm327 && ('path' in elm327 ? `elm327://${elm327.path}` : `elm327://${elm327.host}:${elm327.port}`),
    dcan && `dcan://${dcan.path}`,
  ].filter((place) => place !== undefined);
  await context.finish(command, {
    result,
    lines: [escapeText(`${result.profile} ${result.vin ?? 'without a VIN'} on ${places.join(' and ')}`)],
  });
}

/** Until a signal or the time is over; both are a good end. */
async function stay({ io: { signal } }: Context, seconds: number | undefined): Promise<void> {
  try {
    do {
      await systemClock.sleep((seconds ?? MAX_SECONDS) * 1000, signal);
    } while (seconds === undefined);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
