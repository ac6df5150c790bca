import { fromHex } from '../../core/index.ts';
import { type Action, type ArbitraryMessage, type AtCommand, hex } from './at-command.ts';
import type { ChipState } from './chip-state.ts';
import type { StnIdentity } from './personality.ts';

/** Rates that the chip can make; STBR says `?` to others. */
const SLOWEST_BAUD = 38;
const FASTEST_BAUD = 10_000_000;

/**
 * The second command set of STN chips, names without ST: as far as a client of CAN needs it. Older names that still work
 * stand beside the new ones.
 *
 * @see source: OBDLink FRPM Rev E §8 (primary document)
 */
export const ST_COMMANDS: readonly AtCommand[] = [
  says('I', /^I$/, ({ firmware }) => firmware),
  says('IX', /^IX$/, ({ firmware, released }) => `${firmware} [${released}]`),
  says('DI', /^DI$/, ({ device }) => device),
  says('MFR', /^MFR$/, ({ manufacturer }) => manufacturer),
  says('SN', /^SN$/, ({ serialNumber }) => serialNumber),
  row('VR', /^VR([0-3])?$/, (state, precision = '') => state.car.voltage().toFixed(precision === '' ? 2 : Number(precision))),
  row('P', /^P(3[1-6])$/, (state, number = '') => {
    state.setProtocol(number, false);
    return 'OK';
  }),
  row('PO', /^PO$/, (state) => {
    state.openProtocol();
    return 'OK';
  }),
  row('PC', /^PC$/, (state) => {
    state.close();
    return 'OK';
  }),
  row('PR', /^PR$/, (state) => state.protocol),
  row('PTO', /^PTO(\d{1,5})$/, (state, ms) => {
    state.settings.stn.requestTimeoutMs = Number(ms) || Number.POSITIVE_INFINITY;
    return 'OK';
  }),
  row('PX', /^PX(.+)$/, (_state, parameters = '') => arbitraryMessage(parameters) ?? '?'),
  row('PPMA', /^PPMA([1-9]\d{0,4}),([0-9A-F]{3}),((?:[0-9A-F]{2}){1,8})$/, (_state, period, id = '', data = '') => ({
    kind: 'repeat',
    periodMs: Number(period),
    id: hex(id),
    data: fromHex(data),
  })),
  row('PPMC', /^PPMC$/, () => ({ kind: 'repeat-no-more', handle: undefined })),
  row('PPMD', /^PPMD([0-9A-F]{1,2})$/, (_state, handle = '') => ({ kind: 'repeat-no-more', handle: hex(handle) })),
  row('CSEGR', /^CSEGR([01])$/, (state, on) => {
    state.settings.stn.segmentReceived = on === '1';
    return 'OK';
  }),
  row('CSEGT', /^CSEGT([01])$/, (state, on) => {
    state.settings.stn.segmentSent = on === '1';
    return 'OK';
  }),
  row('CAF', /^CAF(?:0|1,([0-9A-F]{2}))$/, (state, address = '') => {
    state.settings.extendedAddress = address === '' ? undefined : hex(address);
    return 'OK';
  }),
  ...['CFCPA', 'CAFCP'].map((name) =>
    row(
      name,
      new RegExp(`^${name}([0-9A-F]{3})([0-9A-F]{2})?,([0-9A-F]{3})([0-9A-F]{2})?$`),
      (state, tx = '', to = '', rx = '', from = '') => {
        const { stn } = state.settings;
        stn.pairs = [...stn.pairs, { txId: hex(tx), txAddress: byteOf(to), rxId: hex(rx), rxAddress: byteOf(from) }];
        return 'OK';
      },
    ),
  ),
  ...['CFCPC', 'CCFCP'].map((name) =>
    row(name, new RegExp(`^${name}$`), (state) => {
      state.settings.stn.pairs = [];
      return 'OK';
    }),
  ),
  row('CTOR', /^CTOR(\d{1,5}),(\d{1,5})$/, (state, flowControl, nextFrame) => {
    state.settings.stn.flowControlTimeoutMs = Number(flowControl);
    state.settings.stn.nextFrameTimeoutMs = Number(nextFrame);
    return 'OK';
  }),
  row('CMM', /^CMM([012])$/, (state, mode) => {
    state.settings.silentMonitor = mode !== '1';
    return 'OK';
  }),
  row('FA', /^FA$/, (state) => filter(state, undefined, undefined)),
  ...['FAC', 'FPC', 'FCP'].map((name) => row(name, new RegExp(`^${name}$`), (state) => filter(state, undefined, undefined))),
  ...['FPA', 'FAP'].map((name) =>
    row(name, new RegExp(`^${name}0?([0-9A-F]{3}),0?([0-9A-F]{3})$`), (state, pattern = '', mask = '') =>
      filter(state, hex(pattern), hex(mask)),
    ),
  ),
  row('BRT', /^BRT(\d{1,5})$/, (state, ms) => {
    state.baudTimeoutMs = Number(ms);
    return 'OK';
  }),
  row('BR', /^BR(\d{1,8})$/, (state, baud) => {
    const rate = Number(baud);
    return rate < SLOWEST_BAUD || rate > FASTEST_BAUD
      ? '?'
      : { kind: 'try-baud', baud: rate, name: state.personality.stn?.firmware ?? '?' };
  }),
];

function row(name: string, form: RegExp, run: (state: ChipState, ...args: string[]) => string | Action): AtCommand {
  return { name: `ST${name}`, since: '1.0', form, run };
}

function says(name: string, form: RegExp, text: (identity: StnIdentity) => string): AtCommand {
  return row(name, form, ({ personality }) => (personality.stn === undefined ? '?' : text(personality.stn)));
}

function filter(state: ChipState, pattern: number | undefined, mask: number | undefined): string {
  state.settings.filter = pattern;
  state.settings.mask = mask;
  return 'OK';
}

function byteOf(digits: string): number | undefined {
  return digits === '' ? undefined : hex(digits);
}

/** `H:6F1,D:22F190,T:500,R:1`; L in place of D asks for the data. X and F are not modelled. */
function arbitraryMessage(text: string): Action | undefined {
  const given = new Map<string, string>();
  for (const part of text.split(',')) {
    const [, key = '', value = ''] = /^([HDLTR]):([0-9A-F]*)$/.exec(part) ?? [];
    if (key === '' || given.has(key)) return undefined;
    given.set(key, value);
  }
  const data = given.get('D');
  const length = given.get('L');
  const numbers = [given.get('T'), given.get('R'), length].every((value) => value === undefined || /^\d{1,5}$/.test(value));
  if (!numbers || (data === undefined) === (length === undefined) || (data?.length ?? 0) % 2 === 1) return undefined;
  const timeout = given.get('T');
  const wanted = given.get('R');
  const message: ArbitraryMessage = {
    id: byteOf(given.get('H') ?? ''),
    timeoutMs: timeout === undefined ? undefined : Number(timeout) || Number.POSITIVE_INFINITY,
    wanted: wanted === undefined ? undefined : Number(wanted),
    data: fromHex(data ?? ''),
  };
  return length === undefined ? { kind: 'transmit', message } : { kind: 'ask-data', message, bytes: Number(length) };
}
