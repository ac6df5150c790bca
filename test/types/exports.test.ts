import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as kombi from '../../src/index.ts';

/** Every name in the `export { … }` lists of src/index.ts; types as `type Name`. */
function exportedNames(): readonly string[] {
  const source = readFileSync(new URL('../../src/index.ts', import.meta.url), 'utf8');
  const names: string[] = [];
  for (const [, list = ''] of source.matchAll(/^export \{([^}]*)\}/gm)) {
    for (const entry of list.split(',').map((text) => text.trim())) {
      const [, mark = '', name = ''] = /^(type )?(?:\w+ as )?(\w+)$/.exec(entry) ?? [];
      if (name !== '') names.push(mark + name);
    }
  }
  return names;
}

describe('the public library', () => {
  it('exports these names and no others: a change here is a change for its users, and belongs into the changelog', async () => {
    await expect(`${exportedNames().toSorted().join('\n')}\n`).toMatchFileSnapshot('exports.txt');
  });

  it('exports nothing but what its lists name', () => {
    expect(Object.keys(kombi).toSorted()).toEqual(
      exportedNames()
        .filter((name) => !name.startsWith('type '))
        .toSorted(),
    );
  });
});
