import { KombiError } from '../core/index.ts';
import type { Fault } from './car-port.ts';
import { FAULT_KINDS } from './fault-kinds.ts';

const HEX_FILTERS = { ecu: 2, service: 2, did: 4 } as const;
const COUNTS = ['after', 'times'] as const;
const FORM = '<kind>[:<value>][,ecu=60][,service=2E][,did=3301][,after=3][,times=1]';

/**
 * Reads a fault: `nrc:33,ecu=60,service=2E,times=1`.
 *
 * @throws {KombiError} `usage.fault` naming the part that is wrong
 */
export function parseFault(text: string): Fault {
  const [head = '', ...options] = text.split(',');
  const [kind = '', ...rest] = head.split(':');
  const value = rest.length === 0 ? undefined : rest.join(':');
  const known = Object.hasOwn(FAULT_KINDS, kind) ? FAULT_KINDS[kind] : undefined;
  if (known === undefined) throw wrong(text, `there is no kind "${kind}"`, `Kinds: ${Object.keys(FAULT_KINDS).sort().join(', ')}.`);
  if (value !== undefined && known.value === undefined) throw wrong(text, `"${kind}" takes no value`);
  if (known.value !== undefined && !(value === undefined ? known.value.optional : known.value.pattern.test(value))) {
    throw wrong(
      text,
      value === undefined ? `"${kind}" needs a value` : `"${value}" is no value for "${kind}"`,
      `Write ${kind}:<${known.value.form}>.`,
    );
  }
  const numbers = new Map<string, number>();
  for (const option of options) {
    const [name = '', number = ''] = option.split('=', 2);
    if (numbers.has(name)) throw wrong(text, `"${name}" stands twice`);
    numbers.set(name, numberOf(text, name, number));
  }
  const filter = (name: keyof typeof HEX_FILTERS) => (numbers.has(name) ? { [name]: numbers.get(name) } : {});
  return {
    kind,
    ...(value === undefined ? {} : { value }),
    ...filter('ecu'),
    ...filter('service'),
    ...filter('did'),
    after: numbers.get('after') ?? 0,
    times: numbers.get('times') ?? 0,
  };
}

function numberOf(text: string, name: string, number: string): number {
  if (name === 'ecu' || name === 'service' || name === 'did') {
    const digits = HEX_FILTERS[name];
    if (!/^[0-9A-Fa-f]+$/.test(number) || number.length !== digits) throw wrong(text, `"${name}=${number}" needs ${digits} hex digits`);
    return Number.parseInt(number, 16);
  }
  if (!COUNTS.some((count) => count === name)) throw wrong(text, `there is no option "${name}"`);
  if (!/^\d{1,6}$/.test(number)) throw wrong(text, `"${name}=${number}" needs a decimal number`);
  return Number(number);
}

function wrong(text: string, what: string, hint = `A fault is written ${FORM}.`): KombiError {
  return new KombiError({ code: 'usage.fault', message: `The fault "${text}" cannot be understood: ${what}`, hint });
}
