import { readFileSync } from 'node:fs';
import { transform } from 'esbuild';
import { expect, it } from 'vitest';
import { MUTANTS } from '../../fault/long/design-errors.ts';

const root = new URL('../../../', import.meta.url);

// Whether the campaign notices them takes minutes: `npm run test:mutants`.
it.each(MUTANTS)('$name can still be planted in the sources as they are', async ({ patches }) => {
  const sources = new Map<string, string>();
  for (const { file, from, to } of patches) {
    const source = sources.get(file) ?? readFileSync(new URL(file, root), 'utf8');
    expect(source.split(from), `"${from}" in ${file}`).toHaveLength(2);
    sources.set(
      file,
      source.replace(from, () => to),
    );
  }
  expect(sources.size).toBeGreaterThan(0);
  for (const planted of sources.values()) await expect(transform(planted, { loader: 'ts' })).resolves.toMatchObject({ warnings: [] });
});
