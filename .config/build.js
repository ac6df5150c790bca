// Builds dist: the library as one module per file with its types, then the program as a bundle in dist/cli, which starts in half the time.
// `--if-possible`, for `prepare`: an installation without the development tools is left as it is, and that is no failure.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const { version, engines } = readJson(`${root}package.json`);

const missing = ['typescript', 'esbuild'].filter((tool) => !isInstalled(tool));
if (missing.length > 0 && process.argv.includes('--if-possible')) {
  console.log(`kombi: not built, the development tools are not installed (${missing.join(', ')}). To build: npm ci && npm run build`);
} else {
  await build();
}

async function build() {
  clean();
  try {
    const manifest = require.resolve('typescript/package.json');
    execFileSync(process.execPath, [join(dirname(manifest), readJson(manifest).bin.tsc), '-p', root], { stdio: 'inherit' });
  } catch {
    fail();
  }
  // tsc checks src/cli like everything else; its output there would only lie around beside the bundle.
  rmSync(`${root}dist/cli`, { recursive: true, force: true });
  const { build: bundle } = await import('esbuild');
  const { metafile } = await bundle({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    outdir: 'dist/cli',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: `node${/\d+\.\d+/.exec(engines.node)?.[0]}`,
    // serialport finds its native part by its own path; inquirer would weigh 590 kB and is rarely needed.
    external: ['serialport', 'inquirer'],
    // commander 14 is CommonJS and asks for node's modules by require.
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
    define: { KOMBI_VERSION: JSON.stringify(version) },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  }).catch(fail);
  writeFileSync(`${root}dist/cli/LICENSES.txt`, licencesOf(Object.keys(metafile.inputs)));
}

/**
 * The licences of what went into the bundle, which they ask to go with it.
 *
 * @param {string[]} inputs
 */
function licencesOf(inputs) {
  const packages = new Set(inputs.flatMap((input) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []));
  return [...packages]
    .sort()
    .map((folder) => {
      const file = readdirSync(root + folder).find((name) => /^licen[cs]e/i.test(name));
      if (file === undefined) throw new Error(`${folder} is bundled but brings no licence file`);
      return `${folder.slice('node_modules/'.length)}\n\n${readFileSync(`${root}${folder}/${file}`, 'utf8').trim()}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function clean() {
  rmSync(`${root}dist`, { recursive: true, force: true });
}

/** tsc and esbuild have said why. Half a build is none. */
function fail() {
  clean();
  process.exit(1);
}

function isInstalled(specifier) {
  try {
    require.resolve(specifier);
    return true;
  } catch {
    return false;
  }
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
