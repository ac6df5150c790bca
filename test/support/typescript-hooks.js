import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

/**
 * Deliberate errors, from the environment: each text stands once in its file and gives way to another.
 *
 * @type {readonly { readonly file: string, readonly from: string, readonly to: string }[]}
 */
const patches = JSON.parse(process.env['KOMBI_PATCHES'] ?? '[]');

/**
 * Node's hook for loading a module: TypeScript is stripped to JavaScript, line by line as it stands.
 *
 * @type {import('node:module').LoadHook}
 */
export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
  const path = fileURLToPath(url);
  const { code } = await transform(patched(path, await readFile(path, 'utf8')), {
    loader: 'ts',
    format: 'esm',
    target: 'node20',
    sourcefile: path,
    sourcemap: 'inline',
    define: { KOMBI_VERSION: '"test"' },
  });
  return { format: 'module', source: code, shortCircuit: true };
}

/** @param {string} path @param {string} source */
function patched(path, source) {
  let text = source;
  for (const { file, from, to } of patches) {
    if (!path.endsWith(`/${file}`)) continue;
    if (text.split(from).length !== 2) throw new Error(`"${from}" does not stand once in ${file}: the patch is out of date`);
    text = text.replace(from, () => to);
  }
  return text;
}
