/**
 * commands: one file each, data and one handler. Their names stand here, so that a run loads only the one it needs.
 */
import type { CommandSpec } from '../command.ts';

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandSpec>;
}

export const commands: readonly CommandEntry[] = [
  {
    name: 'adapters',
    summary: 'serial ports and gateways in reach; what an adapter can really do',
    load: async () => (await import('./adapters.ts')).adapters,
  },
  {
    name: 'info',
    summary: 'which car it is: VIN, I-level, voltage, every ECU that answers',
    load: async () => (await import('./info.ts')).info,
  },
  { name: 'faults', summary: 'trouble codes, with what is known of each', load: async () => (await import('./faults.ts')).faults },
  { name: 'blocks', summary: 'the coding blocks of an ECU', load: async () => (await import('./blocks.ts')).blocks },
  { name: 'read', summary: 'blocks, parameters, bytes and bits', load: async () => (await import('./read.ts')).read },
  { name: 'messages', summary: 'Check Control messages: find, show, hide', load: async () => (await import('./messages.ts')).messages },
  {
    name: 'diagnose',
    summary: 'the SOS assistant: what is wrong, how sure that is, and what to do next',
    load: async () => (await import('./diagnose.ts')).diagnose,
  },
  { name: 'code', summary: 'change coding: plan, consent, backup, write, verify', load: async () => (await import('./code.ts')).code },
  {
    name: 'recipes',
    summary: 'named codings: list, show, check against a car, import',
    load: async () => (await import('./recipes.ts')).recipes,
  },
  {
    name: 'apply',
    summary: 'carry recipes out: plan, consent, backup, write, verify',
    load: async () => (await import('./apply.ts')).apply,
  },
  { name: 'undo', summary: 'take the last job back, or one by its id', load: async () => (await import('./undo.ts')).undo },
  { name: 'restore', summary: 'put blocks of a backup back', load: async () => (await import('./restore.ts')).restore },
  {
    name: 'reapply',
    summary: 'apply past jobs again, after a dealer update took them back',
    load: async () => (await import('./reapply.ts')).reapply,
  },
  { name: 'recover', summary: 'finish or put back an interrupted job', load: async () => (await import('./recover.ts')).recover },
  {
    name: 'backup',
    summary: 'create, list, show, verify, compare, export, import and prune backups',
    load: async () => (await import('./backup.ts')).backup,
  },
  { name: 'history', summary: 'every job: when, what, bytes, result', load: async () => (await import('./history.ts')).history },
  { name: 'batch', summary: 'many cars at once, from a manifest; one report', load: async () => (await import('./batch.ts')).batch },
  {
    name: 'sim',
    summary: 'the mock car for other programs: HSFZ, DoIP, ELM327 and a K+DCAN cable',
    load: async () => (await import('./sim.ts')).sim,
  },
  { name: 'trace', summary: 'recorded sessions: show, convert and replay them', load: async () => (await import('./trace.ts')).trace },
  { name: 'demo', summary: 'the whole job on a mock car, in half a minute', load: async () => (await import('./demo.ts')).demo },
  {
    name: 'doctor',
    summary: 'this computer: ports, permissions, drivers, network, disk, Node',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'support-bundle',
    summary: 'what a maintainer needs, in one file without VIN and serial numbers',
    load: async () => (await import('./support-bundle.ts')).supportBundle,
  },
  { name: 'schema', summary: 'the JSON Schema of a result', load: async () => (await import('./schema.ts')).schema },
  {
    name: 'completion',
    summary: 'completion script for bash, zsh or fish',
    load: async () => (await import('./completion.ts')).completion,
  },
];
