// Builds dist: the library as one module per file with its types, then the program as a bundle in dist/cli, which starts in half the time.
// Built aside and swapped in when whole: a build that fails, or two at once, leave a program that runs.
// `--if-possible`, for `prepare`: an installation without the development tools is left as it is, and that is no failure.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { serialize } from 'node:v8';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const { version, engines } = readJson(`${root}package.json`);
const aside = `${root}dist-${process.pid}`;

const missing = ['typescript', 'esbuild'].filter((tool) => !isInstalled(tool));
if (missing.length > 0 && process.argv.includes('--if-possible')) {
  console.log(`kombi: not built, the development tools are not installed (${missing.join(', ')}). To build: npm ci && npm run build`);
} else {
  await build();
}

async function build() {
  process.on('exit', () => remove(aside));
  try {
    const manifest = require.resolve('typescript/package.json');
    execFileSync(process.execPath, [join(dirname(manifest), readJson(manifest).bin.tsc), '-p', root, '--outDir', aside], {
      stdio: 'inherit',
    });
  } catch {
    fail();
  }
  // tsc checks src/cli like everything else; its output there would only lie around beside the bundle.
  remove(`${aside}/cli`);
  await putDataAside();
  const { build: bundle } = await import('esbuild');
  const { metafile } = await bundle({
    absWorkingDir: root,
    // Two files: one that answers --version, and one with all the rest, whose modules still wait until they are imported.
    // Split into chunks, the program would spend a third of a short command's time on loading forty of them.
    entryPoints: ['src/cli/main.ts', 'src/cli/run-process.ts'],
    outdir: `${aside}/cli`,
    bundle: true,
    plugins: [{ name: 'kombi', setup: twoLazyFiles }],
    format: 'esm',
    platform: 'node',
    target: `node${/\d+\.\d+/.exec(engines.node)?.[0]}`,
    // serialport finds its native part by its own path; inquirer would weigh 590 kB and saxes 60, and they are rarely needed.
    external: ['serialport', 'inquirer', 'saxes'],
    banner: { js: "import{createRequire}from'node:module';const nodeRequire=createRequire(import.meta.url);" },
    define: { KOMBI_VERSION: JSON.stringify(version) },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  }).catch(fail);
  writeFileSync(`${aside}/cli/LICENSES.txt`, licencesOf(Object.keys(metafile.inputs)));
  writeManPage();
  swap();
}

/** The manual page, as the program itself tells it; in a process of its own, because the program ends one with its exit status. */
function writeManPage() {
  const program = `import { run } from ${JSON.stringify(pathToFileURL(`${aside}/cli/main.js`).href)}; await run(['', '', '__man']);`;
  mkdirSync(`${aside}/man`);
  writeFileSync(`${aside}/man/kombi.1`, execFileSync(process.execPath, ['--input-type=module', '--eval', program]));
}

/** Our own data, checked once here and not at every start: one file for each list of the catalog, and each mock car by name. */
async function putDataAside() {
  const { loadAllDataFiles } = await import(`${aside}/catalog/data-file.js`);
  const { loadProfile, profileNames } = await import(`${aside}/mock/load-profile.js`);
  mkdirSync(`${aside}/catalog/data`);
  for (const [key, rows] of Object.entries(loadAllDataFiles())) writeFileSync(`${aside}/catalog/data/${key}.bin`, serialize(rows));
  const cars = profileNames().map((name) => [name, serialize(loadProfile(name))]);
  writeFileSync(`${aside}/mock/profiles.bin`, serialize(new Map(cars)));
}

/**
 * Node's own modules, and the reader of YAML, are asked for where a module of ours first needs them; an import would load all of
 * them at the start.
 *
 * @param {import('esbuild').PluginBuild} build
 */
function twoLazyFiles(build) {
  build.onResolve({ filter: /^\.\/run-process\.ts$/ }, () => ({ path: './run-process.js', external: true }));
  build.onResolve({ filter: /^(?:node:|yaml$)/ }, ({ path }) => ({ path, namespace: 'node' }));
  build.onLoad({ filter: /.*/, namespace: 'node' }, ({ path }) => ({ contents: `module.exports = nodeRequire('${path}')` }));
}

/** Between the two renames there is no program, for less than a millisecond; another build may use that moment too. */
function swap() {
  const old = `${aside}-old`;
  for (let tries = 5; ; tries -= 1) {
    try {
      if (existsSync(`${root}dist`)) renameSync(`${root}dist`, old);
      renameSync(aside, `${root}dist`);
      break;
    } catch (error) {
      if (tries === 0) throw error;
    } finally {
      remove(old);
    }
  }
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

/** tsc and esbuild have said why. */
function fail() {
  process.exit(1);
}

function remove(folder) {
  rmSync(folder, { recursive: true, force: true });
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
