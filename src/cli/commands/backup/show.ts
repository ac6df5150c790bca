import { type BackupContent, type BackupEcu, blockBytes } from '../../../archive/index.ts';
import { resolveEcu } from '../../../coding/index.ts';
import { ecuAddress, formatEcuAddress, KombiError, toHex } from '../../../core/index.ts';
import type { CommandSpec } from '../../command.ts';
import { escapeText } from '../../escape.ts';
import { savedCodeText } from '../../faults-text.ts';
import { toTheSecond } from '../../format.ts';
import { hexRows } from '../../hex-rows.ts';
import { wrap } from '../../text.ts';

export const show: CommandSpec = {
  name: 'show',
  summary: 'what a backup holds',
  arguments: [{ syntax: '<backup>', help: 'its id or the beginning of it, or its path' }],
  options: [
    { flags: '--ecu <ecu>', help: 'only this ECU, by name or address; may be given several times', repeatable: true },
    { flags: '--block <did>', help: 'only this block, four hex digits; may be given several times', repeatable: true },
  ],
  examples: ['kombi backup show a3f9', 'kombi backup show a3f9 --ecu KOMBI --block 3301'],
  run: async (context, input) => {
    const name = input.required(0);
    // Only who names an ECU needs to know their names.
    const named = input.list('ecu');
    const names = named.length > 0 ? await context.catalog() : undefined;
    const wanted = named.flatMap((text) => (names === undefined ? [] : [formatEcuAddress(resolveEcu(text, names))]));
    const backup = await (await context.archive()).loadBackup(name);
    const ecus = partOf(backup, { name, ecus: wanted, blocks: input.list('block').map((text) => text.toUpperCase()) });
    const style = await context.style();
    const blocks = ecus.flatMap((ecu) => ecu.blocks.map((block) => ({ ecu: ecu.address, did: block.did, hex: toHex(blockBytes(block)) })));
    const unreadable = ecus.flatMap((ecu) => ecu.unreadable.map(({ did, nrc }) => ({ ecu: ecu.address, did, nrc })));
    const troubleCodes = ecus.flatMap((ecu) => (ecu.troubleCodes ?? []).map((saved) => ({ ecu: ecu.address, ...saved })));
    const catalog = troubleCodes.length === 0 ? undefined : await context.catalog();
    const { vehicle, time, complete, label, importedFrom, sequence, tool, adapter } = backup;
    const lines = [
      style.heading(`${escapeText(vehicle.vin)} · ${toTheSecond(time)}${label === undefined ? '' : ` · ${escapeText(label)}`}`),
      ...(importedFrom === undefined
        ? []
        : [`Imported from ${importedFrom.format}${importedFrom.redacted ? ', redacted: nothing is restored from it' : ''}`]),
    ];
    for (const ecu of ecus) {
      lines.push('', style.heading(`${escapeText(ecu.name ?? ecu.address)} ${ecu.address}`));
      lines.push(`  ${[...ecu.cafds, ...(ecu.serial === null ? [] : [`serial ${ecu.serial}`])].map(escapeText).join(' · ')}`);
      for (const block of ecu.blocks) lines.push(`  ${block.did}`, ...hexRows(toHex(blockBytes(block)), 4, context.width));
      for (const { did, nrc } of ecu.unreadable) lines.push(`  ${did}  ${style.warning(`not readable: ${nrc}`)}`);
      for (const { code, status } of ecu.troubleCodes ?? []) {
        const meaning = catalog?.troubleCode(ecuAddress(Number.parseInt(ecu.address, 16)), code);
        lines.push(...wrap(`${style.mark(code)}  ${savedCodeText(status, meaning, context)}`, { width: context.width, indent: 2 }));
      }
    }
    return {
      result: {
        vin: vehicle.vin,
        time,
        sequence,
        complete,
        ...(label === undefined ? {} : { label }),
        ...(importedFrom === undefined ? {} : { importedFrom }),
        tool,
        adapter,
        blocks,
        unreadable,
        ...(catalog === undefined ? {} : { troubleCodes }),
      },
      lines,
    };
  },
};

interface Wanted {
  readonly name: string;
  readonly ecus: readonly string[];
  readonly blocks: readonly string[];
}

/** @throws {KombiError} `usage.ecu`, `usage.block` where the backup does not know what is asked for */
function partOf(backup: BackupContent, { name, ecus, blocks }: Wanted): readonly BackupEcu[] {
  const hint = `\`kombi backup show ${name}\` tells all that it holds.`;
  for (const address of ecus) {
    if (!backup.ecus.some((ecu) => ecu.address === address))
      throw new KombiError({ code: 'usage.ecu', message: `Backup ${name} holds no ECU ${address}`, hint });
  }
  const inEcus = backup.ecus.filter(({ address }) => ecus.length === 0 || ecus.includes(address));
  if (blocks.length === 0) return inEcus;
  const isWanted = ({ did }: { readonly did: string }) => blocks.includes(did);
  for (const did of blocks) {
    if (!inEcus.some((ecu) => [...ecu.blocks, ...ecu.unreadable].some((block) => block.did === did)))
      throw new KombiError({ code: 'usage.block', message: `Backup ${name} holds no block ${did}`, hint });
  }
  // Who asks for a block does not ask for faults.
  return inEcus
    .map(({ troubleCodes: _codes, ...ecu }) => ({
      ...ecu,
      blocks: ecu.blocks.filter(isWanted),
      unreadable: ecu.unreadable.filter(isWanted),
    }))
    .filter((ecu) => ecu.blocks.length + ecu.unreadable.length > 0);
}
