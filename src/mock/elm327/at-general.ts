import { type AtCommand, hex } from './at-command.ts';
import type { ProgrammableParameter } from './chip-state.ts';
import { DEFAULT_TIMEOUT_UNITS } from './settings.ts';

const DESCRIPTION = 'OBDII to RS232 Interpreter';
const HIGHEST_PARAMETER = 0x2f;
const BASE_BAUD = 4_000_000;

/** The parameters of the factory that something here depends on; the others read FF. @see elm327.md §1, §2.1 (primary document) */
const FACTORY_PARAMETERS: ReadonlyMap<number, number> = new Map([
  [0x03, DEFAULT_TIMEOUT_UNITS],
  [0x06, 0xf1],
  [0x0c, 0x68],
  [0x26, 0x00],
  [0x2a, 0x3c],
  [0x2c, 0xe0],
  [0x2d, 0x04],
  [0x2e, 0xe0],
  [0x2f, 0x0a],
]);

/** Identity, line discipline, power and programmable parameters. @see source: elm327.md §2.1 (primary document) */
export const GENERAL_COMMANDS: readonly AtCommand[] = [
  { name: 'Z', since: '1.0', form: /^Z$/, run: () => ({ kind: 'reset', warm: false }) },
  { name: 'WS', since: '1.0', form: /^WS$/, run: () => ({ kind: 'reset', warm: true }) },
  {
    name: 'D',
    since: '1.0',
    form: /^D$/,
    run: (state) => {
      state.restoreDefaults();
      return 'OK';
    },
  },
  { name: 'I', since: '1.0', form: /^I$/, run: (state) => state.personality.banner },
  { name: '@1', since: '1.0', form: /^@1$/, run: () => DESCRIPTION },
  { name: '@2', since: '1.3', form: /^@2$/, run: (state) => state.eeprom.identifier ?? '?' },
  {
    name: '@3',
    since: '1.3',
    form: /^@3(.{12})$/,
    run: (state, identifier = '') => {
      if (state.eeprom.identifier !== undefined) return '?';
      state.eeprom.identifier = identifier;
      return 'OK';
    },
  },
  toggle('E', '1.0', 'echo'),
  toggle('L', '1.0', 'linefeeds'),
  toggle('M', '1.0', 'memory'),
  toggle('H', '1.0', 'headers'),
  toggle('D', '1.3', 'dlc'),
  toggle('S', '1.3', 'spaces'),
  toggle('R', '1.0', 'responses'),
  { name: 'RV', since: '1.0', form: /^RV$/, run: (state) => `${state.car.voltage().toFixed(1)}V` },
  { name: 'CV', since: '1.0', form: /^CV(?!0000)\d{4}$/, run: () => 'OK' },
  { name: 'CV0000', since: '1.4', form: /^CV0000$/, run: () => 'OK' },
  { name: 'IGN', since: '1.4', form: /^IGN$/, run: (state) => (state.car.ignition() ? 'ON' : 'OFF') },
  { name: 'LP', since: '1.4', form: /^LP$/, run: () => ({ kind: 'sleep' }) },
  { name: 'FE', since: '1.3a', form: /^FE$/, run: () => 'OK' },
  {
    name: 'BRD',
    since: '1.2',
    form: /^BRD([0-9A-F]{2})$/,
    run: ({ personality }, divisor = '00') =>
      hex(divisor) === 0 ? '?' : { kind: 'try-baud', baud: BASE_BAUD / hex(divisor), name: personality.banner },
  },
  {
    name: 'BRT',
    since: '1.2',
    form: /^BRT([0-9A-F]{2})$/,
    run: (state, units = '00') => {
      state.baudTimeoutMs = (hex(units) || 0x100) * 5;
      return 'OK';
    },
  },
  {
    name: 'PPS',
    since: '1.1',
    form: /^PPS$/,
    run: (state) => {
      let text = '';
      for (let number = 0; number <= HIGHEST_PARAMETER; number += 1) {
        const { value, on } = parameterOf(state.eeprom.parameters, number);
        text += `${byteText(number)}:${byteText(value)} ${on ? 'N' : 'F'}`;
        if (number < HIGHEST_PARAMETER) text += number % 4 === 3 ? state.eol : '  ';
      }
      return text;
    },
  },
  {
    name: 'PP',
    since: '1.1',
    form: /^PP([0-9A-F]{2})SV([0-9A-F]{2})$/,
    run: (state, number = '', value = '') => {
      if (hex(number) > HIGHEST_PARAMETER) return '?';
      const { on } = parameterOf(state.eeprom.parameters, hex(number));
      state.eeprom.parameters.set(hex(number), { value: hex(value), on });
      return 'OK';
    },
  },
  {
    name: 'PP',
    since: '1.1',
    form: /^PP([0-9A-F]{2})(ON|OFF)$/,
    run: (state, number = '', word = '') => {
      const all = number === 'FF';
      if (!all && hex(number) > HIGHEST_PARAMETER) return '?';
      for (let each = all ? 0 : hex(number); each <= (all ? HIGHEST_PARAMETER : hex(number)); each += 1) {
        const { value } = parameterOf(state.eeprom.parameters, each);
        state.eeprom.parameters.set(each, { value, on: word === 'ON' });
      }
      return 'OK';
    },
  },
];

type Flag = 'echo' | 'linefeeds' | 'memory' | 'headers' | 'dlc' | 'spaces' | 'responses';

function toggle(name: string, since: AtCommand['since'], flag: Flag): AtCommand {
  return {
    name,
    since,
    form: new RegExp(`^${name}([01])$`),
    run: (state, value) => {
      state.settings[flag] = value === '1';
      return 'OK';
    },
  };
}

function parameterOf(stored: ReadonlyMap<number, ProgrammableParameter>, number: number): ProgrammableParameter {
  return stored.get(number) ?? { value: FACTORY_PARAMETERS.get(number) ?? 0xff, on: false };
}

function byteText(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}
