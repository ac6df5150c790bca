import { fromHex } from '../../core/index.ts';
import { type AtCommand, hex } from './at-command.ts';
import type { ChipState } from './chip-state.ts';
import { protocolName } from './protocol.ts';
import { isAtLeast } from './request.ts';
import { DEFAULT_TIMEOUT_UNITS, type FlowControlSettings } from './settings.ts';

/** Writing the stored protocol takes about this long (elm327.md §2.1, primary document). */
const EEPROM_WRITE_MS = 30;
const ACTIVITY_UNIT_MS = 655;

/** Protocols, addresses, filters, formatting and timing. @see source: elm327.md §2.1 (primary document) */
export const CAN_COMMANDS: readonly AtCommand[] = [
  { name: 'SP', since: '1.0', form: /^SP(A?)([0-9A-C])$/, run: (state, auto, number) => setProtocol(state, auto, number, true) },
  { name: 'SP00', since: '1.3', form: /^SP00$/, run: (state) => setProtocol(state, 'A', '0', true, true) },
  { name: 'TP', since: '1.0', form: /^TP(A?)([0-9A-C])$/, run: (state, auto, number) => setProtocol(state, auto, number, false) },
  {
    name: 'DP',
    since: '1.0',
    form: /^DP$/,
    run: (state) => {
      const name = protocolName(state.protocol, state.user);
      return state.automatic && state.protocol !== '0' ? `AUTO, ${name}` : name;
    },
  },
  { name: 'DPN', since: '1.0', form: /^DPN$/, run: (state) => (state.automatic ? 'A' : '') + state.protocol },
  setting('PC', '1.0', /^PC$/, (state) => state.close()),
  setting('BI', '1.0', /^BI$/, (state) => state.openProtocol()),
  setting('PB', '1.4', /^PB([0-9A-F]{2})([0-9A-F]{2})$/, (state, options = '', divisor = '') => {
    state.user.B = { options: hex(options), divisor: hex(divisor) || 1 };
  }),
  setting('SH', '1.0', /^SH([0-9A-F]{3}|[0-9A-F]{6})$/, (state, id = '') => {
    state.settings.header = hex(id);
  }),
  setting('SH8', '2.0', /^SH([0-9A-F]{8})$/, (state, id = '') => {
    state.settings.header = hex(id);
  }),
  setting('CP', '1.0', /^CP([0-9A-F]{2})$/, (state, bits = '') => {
    state.settings.priority = hex(bits) & 0x1f;
  }),
  ...filterCommands('CF', 'filter'),
  ...filterCommands('CM', 'mask'),
  setting('CRA hhh', '1.3', /^CRA([0-9A-F]{3}|[0-9A-F]{8})$/, (state, id = '') => {
    state.settings.filter = hex(id);
    state.settings.mask = id.length === 3 ? 0x7ff : 0x1fffffff;
  }),
  setting('CRA X', '2.0', /^CRA([0-9A-FX]{3}|[0-9A-FX]{8})$/, (state, id = '') => {
    state.settings.filter = hex(id.replaceAll('X', '0'));
    state.settings.mask = hex(id.replace(/[^X]/g, 'F').replaceAll('X', '0'));
  }),
  setting('CRA', '1.4b', /^CRA$/, resetFilters),
  setting('AR', '1.2', /^AR$/, resetFilters),
  setting('CEA', '1.4', /^CEA([0-9A-F]{2})?$/, (state, address = '') => {
    state.settings.extendedAddress = address === '' ? undefined : hex(address);
  }),
  setting('TA', '1.4', /^TA([0-9A-F]{2})$/, (state, address = '') => {
    state.settings.testerAddress = hex(address);
  }),
  flag('CAF', '1.0', 'autoFormat'),
  flag('CFC', '1.0', 'autoFlowControl'),
  flag('V', '1.3', 'variableDlc'),
  flag('CSM', '1.4b', 'silentMonitor'),
  setting('AL', '1.0', /^AL$/, (state) => {
    state.settings.longMessages = true;
  }),
  setting('NL', '1.0', /^NL$/, (state) => {
    state.settings.longMessages = false;
  }),
  setting('FCSH', '1.1', /^FCSH([0-9A-F]{3}|[0-9A-F]{8})$/, (state, id = '') => {
    state.settings.flowControl = { ...state.settings.flowControl, id: hex(id) };
  }),
  setting('FCSD', '1.1', /^FCSD((?:[0-9A-F]{2}){1,5})$/, (state, data = '') => {
    state.settings.flowControl = { ...state.settings.flowControl, data: fromHex(data) };
  }),
  { name: 'FCSM', since: '1.1', form: /^FCSM([012])$/, run: (state, mode = '0') => setFlowControlMode(state, Number(mode)) },
  setting('ST', '1.0', /^ST([0-9A-F]{2})$/, (state, units = '') => {
    state.settings.timeoutUnits = hex(units) || DEFAULT_TIMEOUT_UNITS;
  }),
  setting('AT', '1.2', /^AT([012])$/, (state, mode) => {
    state.settings.adaptive = mode === '0' ? 0 : mode === '1' ? 1 : 2;
  }),
  setting('CTM', '2.1', /^CTM([15])$/, (state, multiplier) => {
    state.settings.timeoutMultiplier = multiplier === '5' ? 5 : 1;
  }),
  { name: 'MA', since: '1.0', form: /^MA$/, run: () => ({ kind: 'monitor' }) },
  { name: 'RTR', since: '1.3', form: /^RTR$/, run: () => ({ kind: 'remote-frame' }) },
  { name: 'CS', since: '1.0', form: /^CS$/, run: () => 'T:00 R:00' },
  {
    name: 'AMC',
    since: '2.0',
    form: /^AMC$/,
    run: (state) =>
      Math.min(0xff, Math.floor(state.quietMs() / ACTIVITY_UNIT_MS))
        .toString(16)
        .toUpperCase()
        .padStart(2, '0'),
  },
  accepted('AMT', '2.0', /^AMT[0-9A-F]{2}$/),
  accepted('JE', '1.3', /^JE$/),
  accepted('JS', '1.3', /^JS$/),
  accepted('JHF', '1.4b', /^JHF[01]$/),
  accepted('JTM', '1.4b', /^JTM[15]$/),
  accepted('KW', '1.2', /^KW[01]$/),
  accepted('IB', '1.0', /^IB(10|48|96)$/),
  accepted('IB', '2.3', /^IB1[25]$/),
  accepted('SR', '1.2', /^SR[0-9A-F]{2}$/),
  accepted('RA', '1.3', /^RA[0-9A-F]{2}$/),
  accepted('SS', '1.4', /^SS$/),
  accepted('SW', '1.0', /^SW[0-9A-F]{2}$/),
  accepted('WM', '1.0', /^WM([0-9A-F]{2}){1,6}$/),
  accepted('FT', '2.3', /^FT([0-9A-F]{3})?$/),
  accepted('CER', '2.3', /^CER([0-9A-F]{2})?$/),
  accepted('C', '2.3', /^C[01]$/),
];

function setting(name: string, since: AtCommand['since'], form: RegExp, apply: (state: ChipState, ...args: string[]) => void): AtCommand {
  return {
    name,
    since,
    form,
    run: (state, ...args) => {
      apply(state, ...args);
      return 'OK';
    },
  };
}

/** Of no effect on a CAN car, or on anything that this mock models. */
function accepted(name: string, since: AtCommand['since'], form: RegExp): AtCommand {
  return setting(name, since, form, () => {});
}

function flag(name: string, since: AtCommand['since'], key: 'autoFormat' | 'autoFlowControl' | 'variableDlc' | 'silentMonitor'): AtCommand {
  return setting(name, since, new RegExp(`^${name}([01])$`), (state, value) => {
    state.settings[key] = value === '1';
  });
}

function filterCommands(name: 'CF' | 'CM', key: 'filter' | 'mask'): AtCommand[] {
  const apply = (state: ChipState, id = '') => {
    state.settings[key] = hex(id);
  };
  return [
    setting(name, '1.0', new RegExp(`^${name}([0-9A-F]{3})$`), apply),
    setting(`${name}8`, '1.0', new RegExp(`^${name}([0-9A-F]{8})$`), apply),
  ];
}

function resetFilters(state: ChipState): void {
  state.settings.filter = undefined;
  state.settings.mask = undefined;
}

function setProtocol(state: ChipState, auto = '', number = '0', store = false, storeAuto = false): ReturnType<AtCommand['run']> {
  const searching = number === '0';
  state.setProtocol(number, searching || auto === 'A');
  // Since 1.3 SP 0 spares the EEPROM; SP 00 is the way to write it.
  if (!store || (searching && !storeAuto && isAtLeast(state.personality.firmware, '1.3'))) return 'OK';
  state.storeProtocol();
  return { kind: 'after', delayMs: EEPROM_WRITE_MS, text: 'OK' };
}

function setFlowControlMode(state: ChipState, mode: number): string {
  const { id, data }: FlowControlSettings = state.settings.flowControl;
  const ready = mode === 0 || (data !== undefined && (mode === 2 || id !== undefined));
  if (!ready) return '?';
  state.settings.flowControl = { ...state.settings.flowControl, mode: mode === 1 ? 1 : mode === 2 ? 2 : 0 };
  return 'OK';
}
