import { blockBytes } from '../../../archive/index.ts';
import { ecuAddress, toHex } from '../../../core/index.ts';
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
  examples: ['kombi backup show a3f9'],
  run: async (context, input) => {
    const name = input.required(0);
    const backup = await (await context.archive()).loadBackup(name);
    const style = await context.style();
    const blocks = backup.ecus.flatMap((ecu) =>
      ecu.blocks.map((block) => ({ ecu: ecu.address, did: block.did, hex: toHex(blockBytes(block)) })),
    );
    const unreadable = backup.ecus.flatMap((ecu) => ecu.unreadable.map(({ did, nrc }) => ({ ecu: ecu.address, did, nrc })));
    const troubleCodes = backup.ecus.flatMap((ecu) => (ecu.troubleCodes ?? []).map((saved) => ({ ecu: ecu.address, ...saved })));
    const catalog = troubleCodes.length === 0 ? undefined : await context.catalog();
    const { vehicle, time, complete, label, sequence, tool, adapter } = backup;
    const lines = [
      style.heading(`${escapeText(vehicle.vin)} · ${toTheSecond(time)}${label === undefined ? '' : ` · ${escapeText(label)}`}`),
    ];
    for (const ecu of backup.ecus) {
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
