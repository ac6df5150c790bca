import { loadCatalog, parseMessageTexts } from '../../../src/catalog/index.ts';
import {
  type AddressSyntax,
  checkAddress,
  type EditSyntax,
  formatAddress,
  parseAddress,
  parseEdit,
  parseEditFile,
} from '../../../src/coding/index.ts';
import { equalBytes, fromHex } from '../../../src/core/index.ts';
import { parseManifest } from '../../../src/job/batch/index.ts';
import { createFaultBoard, DiagnosticConnection, FAULT_KINDS, loadProfile, parseFault, startMockCar } from '../../../src/mock/index.ts';
import { createElm327Link } from '../../../src/transport/elm327/index.ts';
import { createEnetLink, encodeHsfzDiagnostic } from '../../../src/transport/enet/index.ts';
import { parseLinkUri } from '../../../src/transport/index.ts';
import type { Random } from '../random.ts';
import { StepClock } from '../step-clock.ts';
import { bytesTarget, demand, type Target, textTarget } from '../target.ts';

const CATALOG = loadCatalog();
const PROFILE = loadProfile('f06-short');

const ADDRESSES = [
  'KOMBI:3301/CC_ACTIVIERUNG_5.5.3',
  '60:3301.@25.3',
  '60:3301',
  'kombi:3301.37',
  'KOMBI:3301/CC_AKTIVIERUNG_6',
  'KOMBY:3301',
  '60:3301.@FFFF',
  '60:FFFF.99999.9',
];
const EDITS = [
  'KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7',
  '60:3301.@25.3=0',
  '60:3301.@25.3=1:0',
  '60:3301=00 01 02',
  'KOMBI:3301/CC_ACTIVIERUNG_5=FFFFFFFFFFFFFFFF:0000000000000000',
];
const LINKS = [
  'enet:',
  'enet://169.254.12.34',
  'enet://[fe80::1]:6801?control=6811&tester=F5',
  'elm327:///dev/ttyUSB0?baud=115200',
  'elm327:COM3',
  'elm327://192.168.0.10:35000',
  'mock:f06-sos?link=elm327&fault=nrc:33,service=2E',
  'mock:./x.trace',
  'replay:%2e%2e',
];

function checkParsedAddress(address: AddressSyntax): void {
  const again = parseAddress(formatAddress(address));
  demand(
    again.did === address.did && again.byte === address.byte && again.bit === address.bit && again.parameter === address.parameter,
    'written and read again, it is another',
  );
  demand(address.did <= 0xffff && (address.bit ?? 0) <= 7, 'out of range');
  checkAddress(address, CATALOG);
}

function checkParsedEdit(edit: EditSyntax): void {
  demand(edit.new.length > 0 && edit.old?.length !== 0, 'an edit without a value');
  const again = parseEdit(edit.text);
  demand(equalBytes(again.new, edit.new), 'read again, it is another');
}

const REQUESTS = ['1003', '22F190', '2E330100', '3E00', '1101'].map((hex) => encodeHsfzDiagnostic(0xf4, 0x60, fromHex(hex)));

/** A fault that can be named can also strike. */
function strikeFault(text: string): void {
  const fault = parseFault(text);
  const clock = new StepClock();
  const car = startMockCar({ profile: PROFILE, clock, faults: createFaultBoard([fault]) });
  const wire = { write: () => undefined, end: () => undefined, reset: () => undefined };
  const gateway = new DiagnosticConnection(car, wire, { absent: '0043', aliveMs: 0, idleMs: 60_000 });
  for (const request of REQUESTS) {
    gateway.feed(request);
    clock.advance(60);
  }
  gateway.close();
  car.close();
}

const VALUES = ['', ':33', ':5000', ':forever', ':FFFFFFFF', ':old', ':12.5', ':sent', ':WBA6C92010D000009', ':'];
const FILTERS = [
  '',
  '',
  '',
  ',ecu=60',
  ',service=2E',
  ',did=3301',
  ',after=3',
  ',times=1',
  ',after=999999',
  ',ecu=6',
  ',times=',
  ',x=1',
  ',ecu=60,ecu=60',
];

/** Mostly with a value that its kind takes. */
function hostileFault(random: Random): string {
  const kind = random.pick(Object.keys(FAULT_KINDS));
  const wanted = FAULT_KINDS[kind]?.value;
  const fitting = VALUES.filter((value) => (value === '' ? wanted === undefined || wanted.optional : wanted?.pattern.test(value.slice(1))));
  const value = random.pick(random.oneIn(4) || fitting.length === 0 ? VALUES : fitting);
  return kind + value + random.pick(FILTERS) + random.pick(FILTERS);
}

async function openLink(text: string): Promise<void> {
  const uri = parseLinkUri(text);
  demand(uri.port === undefined || (uri.port > 0 && uri.port < 65_536), `port ${uri.port}`);
  // Without a host the one looks for cars and the other for ports.
  if (uri.host === '') return;
  if (uri.scheme === 'enet') await createEnetLink(uri);
  if (uri.scheme === 'elm327') await createElm327Link(uri);
}

/** Of JSON more, because YAML takes its reader a millisecond. */
const MANIFESTS = [
  'jobs: 4\ndo: [info, backup]\ncars:\n  - label: "bay 1"\n    link: enet://192.168.1.11\n  - {label: &a b, link: *a}\n',
  '{"jobs": 2, "deadlineMs": 5000, "cars": [{"label": "a", "link": "enet:", "do": ["faults", "verify"]}]}',
  '{"archive": "./cars", "do": "info", "cars": [{"label": "a", "link": "x", "vin": "WBATESTV1N0000002"}, {"label": "b", "link": "y"}]}',
  '{"cars": [{"label": "a", "link": "x", "do": "plan", "edits": ["60:3301.@25=F7", "60:3301.@26=F7"]}]}',
  '{"timeoutMs": 1e3, "cars": [{"label": "\\u00e4 \\"", "link": "mock:f06-sos", "deadlineMs": 86400000}]}',
].map((text) => new TextEncoder().encode(text));

async function checkManifest(bytes: Uint8Array): Promise<void> {
  const { cars } = await parseManifest(bytes, 'stdin');
  demand(cars.length > 0, 'no cars');
  demand(new Set(cars.map(({ label }) => label)).size === cars.length, 'a label twice');
  demand(
    cars.every(({ actions, edits }) => actions.length > 0 && actions.includes('plan') === edits.length > 0),
    'a plan without edits',
  );
}

/** What a person types, or a file says in their place. */
export const WORD_TARGETS: readonly Target[] = [
  textTarget({ name: 'address', errors: ['usage'], samples: ADDRESSES, parse: (input) => checkParsedAddress(parseAddress(input)) }),
  textTarget({ name: 'edit', errors: ['usage'], samples: EDITS, parse: (input) => checkParsedEdit(parseEdit(input)) }),
  textTarget({
    name: 'edit-file',
    errors: ['usage'],
    samples: [`# the emergency call\n${EDITS.join('\n')}\n`, `\ufeff${EDITS[0]}\r\n\r\n${EDITS[1]} # off`],
    parse: (input) => {
      for (const edit of parseEditFile(input)) checkParsedEdit(edit);
    },
  }),
  textTarget({
    name: 'message-texts',
    errors: ['usage'],
    samples: ['id,en,de\n299,"one ""two""",eins\n475,x,\n', '\ufeffcc_id;warn_light;title_de\r\n299;V95;"a\r\nb"\r\n', '1\tx\ty'],
    parse: (input) => {
      for (const [id, { en, de }] of parseMessageTexts(input, 'x.csv')) {
        demand(id >= 0 && id <= 99_999 && Boolean(en ?? de), 'a text of nothing');
      }
    },
  }),
  bytesTarget({ name: 'manifest', waits: true, errors: ['usage'], samples: MANIFESTS, parse: checkManifest }),
  textTarget({ name: 'link', waits: true, errors: ['usage'], samples: LINKS, parse: openLink }),
  textTarget({
    name: 'fault',
    errors: ['usage'],
    samples: ['nrc:33,ecu=60,service=2E,times=1', 'length:FFFFFFFF', 'mute,after=2'],
    make: hostileFault,
    parse: strikeFault,
  }),
];
