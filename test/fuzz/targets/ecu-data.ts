import type { Did } from '../../../src/core/index.ts';
import { type EcuAddress, fromHex, printableAscii, toHex } from '../../../src/core/index.ts';
import { decodeActiveMessages, decodeStoredMessages } from '../../../src/job/index.ts';
import { startMockCar } from '../../../src/mock/index.ts';
import {
  decodeDtcRecords,
  decodeDtcs,
  decodeExtendedData,
  decodeIdentification,
  decodeInfoEntry,
  decodeInfoList,
  decodeKwpTroubleCodes,
  decodeReadDid,
  decodeRoutine,
  decodeSessionTiming,
  decodeSnapshots,
  describeNrc,
  describeService,
  encodeReadDid,
  encodeReadDtcSnapshots,
  encodeReadDtcs,
  encodeReadIdentification,
  encodeReadKwpTroubleCodes,
  encodeRoutine,
  encodeSessionControl,
  encodeWriteDid,
  IDENTIFICATION,
  judgeAnswer,
  judgePayload,
  NegativeResponseError,
  ROUTINE,
} from '../../../src/uds/index.ts';
import {
  cafdsOf,
  decodeEcuList,
  decodeILevels,
  decodeOrderHead,
  decodeSvk,
  decodeVehicleOrder,
  formatSvkEntry,
  productionDateOf,
  seriesName,
} from '../../../src/vehicle/index.ts';
import { StepClock } from '../step-clock.ts';
import { bytesTarget, demand, mayRefuse, type Target } from '../target.ts';

const TESTER_PRESENT = fromHex('3E00');
const PRINTABLE = /^[\x20-\x7e]*$/;
const KOMBI = 0x60 as EcuAddress;

/** The head of an input chooses which question it answers. */
const QUESTIONS: readonly { readonly request: Uint8Array; readonly decode: (answer: Uint8Array) => unknown }[] = [
  { request: encodeReadDid(0xf190 as Did), decode: decodeReadDid },
  { request: encodeReadDtcs(0x0c), decode: decodeDtcs },
  { request: encodeReadDtcSnapshots(0xb7f341), decode: decodeDtcRecords },
  { request: encodeSessionControl(0x03), decode: decodeSessionTiming },
  { request: encodeRoutine(ROUTINE.requestResults, 0x1001), decode: decodeRoutine },
  { request: encodeWriteDid(0x3301 as Did, fromHex('00')), decode: () => undefined },
  { request: TESTER_PRESENT, decode: () => undefined },
  { request: new Uint8Array(0), decode: () => undefined },
  { request: encodeReadKwpTroubleCodes(), decode: decodeKwpTroubleCodes },
  { request: encodeReadIdentification(IDENTIFICATION.identTable), decode: decodeIdentification },
];

function judge(input: Uint8Array): void {
  const { request, decode } = QUESTIONS[(input[0] ?? 0) % QUESTIONS.length] ?? { request: TESTER_PRESENT, decode: () => undefined };
  const source = (input[1] ?? 0) as EcuAddress;
  const payload = input.subarray(2);
  const kind = judgeAnswer(KOMBI, request, { source, payload });
  demand(kind === 'stray' || source === KOMBI, 'an answer of another ECU');
  const judged = judgePayload(request, payload);
  if (judged === 'positive') {
    demand(payload[0] === (request[0] ?? 0) + 0x40, 'positive, and of another service');
    mayRefuse(() => void decode(payload), ['uds']);
  } else if (judged === 'negative') {
    mayRefuse(() => {
      throw new NegativeResponseError(KOMBI, request, payload[2] ?? 0);
    }, ['uds']);
  }
  demand(PRINTABLE.test(describeService(input[0] ?? 0)) && describeNrc(input[2] ?? 0).name !== '', 'a name that cannot be printed');
}

/** As cars tell them, from the mock one: its data are built as recorded cars build theirs. */
function told(ecu: number, did: number, profile = 'f06-sos'): Uint8Array {
  const car = startMockCar({ profile, clock: new StepClock() });
  return car.ecus.get(ecu)?.read(did) ?? new Uint8Array(0);
}

const SVK = told(0x60, 0xf101);
const ORDER = told(0x10, 0x3f06);
const ORDER_HEAD = told(0x40, 0x3f00, 'e60');
const LEVELS = told(0x10, 0x100b);
const STORED = told(0x60, 0xd10b);
const ACTIVE = told(0x60, 0x2521);

/** What ECUs tell of themselves. None of it may throw: a car with strange data is still a car. */
export const ECU_DATA_TARGETS: readonly Target[] = [
  bytesTarget({
    name: 'uds-answers',
    errors: [],
    samples: [
      '006062F19057424136',
      '016059020CB7F3412C',
      '0260590400B7F3412C01',
      '0360500300C801F4',
      '0460710310010A',
      '05606E3301',
      '06607E00',
      '00607F2278',
      '00607F2231',
      '081258024232244222',
      '08125802423224422224',
      '09405A8000000926',
    ].map(fromHex),
    parse: judge,
  }),
  bytesTarget({
    name: 'svk',
    errors: [],
    samples: [SVK],
    parse: (input) => {
      const svk = decodeSvk(input);
      demand(svk.entries.length <= Math.max(0, input.length - 17) / 8, 'more entries than there are bytes');
      demand(/^(20\d\d-\d\d-\d\d)?$/.test(svk.date ?? ''), 'a day that is none');
      demand(
        svk.entries.every((entry) => /^[A-Z]{4}_|^[0-9A-F]{2}_/.test(formatSvkEntry(entry))),
        'an entry that cannot be written',
      );
      demand(
        cafdsOf(svk).every((id) => /^[0-9A-F]{8}$/.test(id)),
        'an id that is none',
      );
    },
  }),
  bytesTarget({
    name: 'vehicle-order',
    errors: [],
    samples: [ORDER],
    parse: (input) => {
      const order = decodeVehicleOrder(input);
      if (order === undefined) return;
      const { criterion, series, typeKey, paint, upholstery, options, eWords, hoWords } = order;
      const fields = [criterion, series, typeKey, paint, upholstery].filter((field) => field !== undefined);
      for (const field of [...fields, ...eWords, ...hoWords]) demand(/^[0-_]{4}$/.test(field), `field ${toHex(Buffer.from(field))}`);
      for (const option of options) demand(/^[0-_]{3}$/.test(option), `option ${toHex(Buffer.from(option))}`);
      demand(series !== undefined && PRINTABLE.test(seriesName(series)), 'a series that cannot be printed');
      demand(order.damage !== undefined || fields.length === 5, 'a field is missing and nothing is said of it');
      demand(/^(20\d\d-\d\d)?$/.test(productionDateOf(order) ?? ''), 'a month that is none');
    },
  }),
  bytesTarget({
    name: 'order-head',
    errors: [],
    samples: [ORDER_HEAD],
    parse: (input) => {
      const order = decodeOrderHead(input);
      demand(order === undefined || PRINTABLE.test(seriesName(order.series ?? '')), 'a series that cannot be printed');
    },
  }),
  bytesTarget({
    name: 'ecu-list',
    errors: [],
    samples: [fromHex('0003106061'), fromHex('0018')],
    parse: (input) => {
      const list = decodeEcuList(input) ?? [];
      demand(list.length <= Math.max(0, input.length - 2), 'more ECUs than there are bytes');
      demand(
        list.every((address, index) => address !== 0xdf && address > (list[index - 1] ?? -1)),
        'an ECU named twice, out of order, or that is all of them',
      );
    },
  }),
  bytesTarget({
    name: 'i-levels',
    errors: [],
    samples: [LEVELS],
    parse: (input) => {
      const levels = decodeILevels(input);
      for (const level of [levels?.current, levels?.last, levels?.shipment])
        demand(PRINTABLE.test(level ?? ''), 'a level that cannot be printed');
      demand(PRINTABLE.test(printableAscii(input)), 'text that cannot be printed');
    },
  }),
  bytesTarget({
    name: 'trouble-code-records',
    errors: [],
    samples: [
      '0104170001B570170109090D66001750AA1751011203',
      '010200000000',
      '010002010306',
      '00804058020217000000641701000000011700000065',
    ].map(fromHex),
    parse: (input) => {
      const { snapshots, rest } = decodeSnapshots(input);
      const decoded = snapshots.reduce((sum, { values }) => values.reduce((bytes, { data }) => bytes + 2 + data.length, sum + 2), 0);
      demand(decoded + rest.length === input.length, 'a byte that was lost');
      demand((decodeExtendedData(input)?.length ?? input.length / 2) === input.length / 2, 'a record that was lost');
      demand((decodeInfoList(input)?.length ?? input.length / 4) === input.length / 4, 'an event that was lost');
      const entry = decodeInfoEntry(input);
      demand(entry === undefined || entry.rest.length <= input.length - 6, 'more left than there was');
    },
  }),
  bytesTarget({
    name: 'message-memories',
    errors: [],
    samples: [STORED, ACTIVE],
    parse: (input) => {
      demand(
        decodeStoredMessages(input).every(({ id, mileageKm }) => id > 0 && id < 0xffff && mileageKm <= 0xffff * 8),
        'a record that cannot be',
      );
      demand(
        decodeActiveMessages(input).every((id) => id > 0 && id < 0xffff),
        'an id that cannot be',
      );
    },
  }),
];
