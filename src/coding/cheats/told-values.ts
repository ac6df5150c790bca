import { fromHex, isKombiError, KombiError } from '../../core/index.ts';
import { flawOf } from './cheat-value.ts';
import type { UnknownName } from './import-cheats.ts';

/**
 * What a person says that a name stands for.
 *
 * @throws {KombiError} `usage.hex`, `usage.value` where it does not fit the place
 */
export function parseToldValue(text: string, { key, place }: Pick<UnknownName, 'key' | 'place'>): Uint8Array {
  const bytes = fromHex(text.replace(/[\s,]+/g, ''));
  const flaw = flawOf(bytes, place);
  if (flaw === undefined) return bytes;
  throw new KombiError({ code: 'usage.value', message: `${key}: ${flaw.message}`, hint: 'Write hex, two digits a byte, such as 02.' });
}

/**
 * Reads answers: one a line, `<place> <name>=<hex>`, `#` begins a comment. Lines without a value are left out, names that no entry has too.
 *
 * @param names those that wait for a number
 * @throws {KombiError} as {@link parseToldValue}, naming the line
 */
export function parseToldValues(text: string, names: readonly UnknownName[]): ReadonlyMap<string, Uint8Array> {
  const byKey = new Map(names.map((name) => [name.key, name]));
  const told = new Map<string, Uint8Array>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, key = '', value = ''] = /^([^#]*)=([^=#]*)(?:#.*)?$/.exec(line.trim()) ?? [];
    const name = byKey.get(key.trim());
    if (name === undefined || value.trim() === '') continue;
    try {
      told.set(name.key, parseToldValue(value, name));
    } catch (error) {
      if (!isKombiError(error)) throw error;
      throw new KombiError({ code: error.code, message: `Line ${index + 1}: ${error.message}`, hint: error.hint ?? '', cause: error });
    }
  }
  return told;
}

/** The names that wait for a number, for {@link parseToldValues} once they are filled in. */
export function formatUnknownNames(names: readonly UnknownName[]): string {
  return names
    .map(({ key, module, description, numbers }) => {
      const others = numbers.length === 0 ? '' : `; others give ${numbers.join(', ')}`;
      return `# ${oneLine(`${module ?? 'unit'}: ${description ?? ''}${others}`)}\n${oneLine(key)}=\n`;
    })
    .join('');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
