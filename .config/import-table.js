// The import table of the project, checked: which room may import which, and which modules of Node or npm it may touch.
// Usage: node .config/import-table.js [folder of sources]
import { readdirSync, readFileSync } from 'node:fs';
import { posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const rooms = ['core', 'catalog', 'recording', 'transport', 'uds', 'vehicle', 'coding', 'archive', 'job', 'assistant', 'mock'];

// The longest path that fits a file decides. `types`: rooms of which only marks may be imported, by `import type`.
const table = {
  core: { rooms: [] },
  catalog: { rooms: ['core'], modules: ['node:fs'] },
  recording: { rooms: ['core'] },
  transport: { rooms: ['core'] },
  'transport/tcp-stream.ts': { rooms: ['core'], modules: ['node:net'] },
  'transport/gateway': { rooms: ['core'], modules: ['node:dgram', 'node:os'] },
  // Where there is no udev, the ports are looked up in sysfs; a hang-up shows only in the descriptor itself.
  'transport/serial': { rooms: ['core'], modules: ['serialport', 'node:fs'] },
  'transport/trace': { rooms: ['core', 'recording'], modules: ['node:fs'] },
  uds: { rooms: ['core'], types: ['transport'] },
  vehicle: { rooms: ['core', 'uds', 'catalog'] },
  coding: { rooms: ['core', 'catalog'] },
  // Cheat files are XML.
  'coding/cheats/read-cheat-file.ts': { rooms: ['core', 'catalog'], modules: ['saxes'] },
  archive: { rooms: ['core'], modules: ['node:fs', 'node:os'] },
  // A lock that the kernel gives back is a socket without a network.
  'archive/lock-socket.ts': { rooms: ['core'], modules: ['node:net'] },
  job: { rooms: ['core', 'uds', 'vehicle', 'coding', 'archive', 'catalog'], types: ['transport'] },
  // Manifests may be YAML.
  'job/batch/yaml-manifest.ts': {
    rooms: ['core', 'uds', 'vehicle', 'coding', 'archive', 'catalog'],
    types: ['transport'],
    modules: ['yaml'],
  },
  assistant: { rooms: ['core', 'catalog', 'coding'], types: ['vehicle'] },
  mock: { rooms: ['core', 'catalog', 'recording'], modules: ['node:net', 'node:dgram', 'node:fs', 'serialport'] },
  'mock/serial/pty.ts': { rooms: ['core', 'catalog', 'recording'], modules: ['node:child_process', 'node:fs', 'node:net', 'node:os'] },
  'mock-link.ts': { rooms: ['core', 'transport', 'mock'] },
  'index.ts': { rooms: [...rooms, 'mock-link.ts'] },
  cli: { rooms: [...rooms, 'mock-link.ts'], modules: ['commander', 'chalk', 'inquirer', 'node:'] },
};

// Without I/O and without state, so open to every room; zod is for files and answers of people.
const anywhere = ['zod', 'node:buffer', 'node:crypto', 'node:events', 'node:path', 'node:url', 'node:util', 'node:v8'];

// Comments and strings are matched to be skipped, so that what they say is not taken for code.
const scanner =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|(?<type>\btypeof\s+)?\bimport\s*\(\s*(?<dynamic>['"`][^'"`\n]*['"`]|[^)\s]*)|^[ \t]*(?:import|export)\s+(?<mark>type\s)?(?<names>[\w\s{},*$]*?\bfrom\s*)?['"](?<from>[^'"\n]+)['"]|`(?:\\[\s\S]|[^\\`])*`|'(?:\\.|[^\\'\n])*'|"(?:\\.|[^\\"\n])*"/gm;

/** Every import of a source: where from, on which line, and whether only types cross. */
function importsOf(source) {
  const found = [];
  for (const match of source.matchAll(scanner)) {
    const { type, dynamic, mark, from } = match.groups;
    const specifier = from ?? dynamic?.replace(/^(['"`])(.*)\1$/, '$2');
    if (specifier === undefined) continue;
    // `import { type A }` is no mark: with verbatimModuleSyntax the import itself stays.
    const line = source.slice(0, match.index).split('\n').length;
    found.push({ specifier, line, typesOnly: Boolean(mark ?? type), literal: from !== undefined || /^['"`]/.test(dynamic) });
  }
  return found;
}

/** Says which rule an import breaks; nothing when it breaks none. */
function broken(file, { specifier, typesOnly, literal }) {
  const name = rowOf(file);
  if (name === undefined) return `${file} belongs to no room of the import table`;
  const row = table[name];
  if (!literal) return `import(${specifier}) is not a plain string, so it cannot be checked`;
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file), specifier);
    if (target.startsWith('..')) return `${specifier} lies outside the sources`;
    const room = target.split('/')[0];
    if (room === name.split('/')[0] || row.rooms.includes(room)) return undefined;
    if (row.types?.includes(room)) return typesOnly ? undefined : `${name} may import only types from ${room}: write \`import type\``;
    return `${name} may not import ${room}, only ${[...row.rooms, ...(row.types ?? [])].join(', ') || 'nothing'}`;
  }
  const allowed = [...(row.modules ?? []), ...anywhere];
  if (allowed.some((module) => specifier === module || specifier.startsWith(module.endsWith(':') ? module : `${module}/`)))
    return undefined;
  return `${name} may not touch ${specifier}, only ${allowed.join(', ')}`;
}

function rowOf(file) {
  const fits = Object.keys(table).filter((path) => file === path || file.startsWith(`${path}/`));
  return fits.sort((a, b) => b.length - a.length)[0];
}

const folder = process.argv[2] ?? fileURLToPath(new URL('../src', import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.[cm]?[jt]s$/.test(file));
const offences = [];
for (const file of files.map((file) => file.split(sep).join('/')).sort()) {
  for (const entry of importsOf(readFileSync(`${folder}/${file}`, 'utf8'))) {
    const rule = broken(file, entry);
    if (rule !== undefined) offences.push(`${posix.join(relative('', folder).split(sep).join('/'), file)}:${entry.line} ${rule}`);
  }
}
console.log(offences.length > 0 ? offences.join('\n') : `import table: ${files.length} files keep to it`);
process.exitCode = offences.length > 0 ? 1 : 0;
