import { type BlockLayout, type Catalog, checkControlPosition } from '../catalog/index.ts';
import { KombiError } from '../core/index.ts';
import { type AddressSyntax, formatAddress, parseAddress } from './address.ts';
import { type EditSyntax, parseEdit } from './edit.ts';

/**
 * Where the bit of a Check Control message lies, in the words of a layout: `KOMBI:3301/CC_ACTIVIERUNG_5.5.3`.
 *
 * @throws {KombiError} `usage.message` where `id` is no id, or the masks end before it; `bug.no-mask` for a layout without masks
 */
export function messageAddress(id: number, layout: BlockLayout, catalog: Catalog): AddressSyntax {
  const { group, byte, bit } = checkControlPosition(id);
  const { mask } = layout;
  if (mask === undefined) throw new KombiError({ code: 'bug.no-mask', message: `Layout ${layout.id} has no Check Control masks` });
  if (group > mask.groups) {
    throw new KombiError({
      code: 'usage.message',
      message: `Message ${id} would be in group ${group}, but block ${layout.name} has ${mask.groups} groups`,
      hint: `Ids run from 0 to ${mask.groups * mask.groupBytes * 8 - 1}.`,
    });
  }
  const parameter = `${mask.parameter}${group}`;
  return parseAddress(formatAddress({ ecu: catalog.ecuName(layout.ecu), did: layout.block, parameter, byte, bit }));
}

/**
 * The edit that hides or shows a Check Control message.
 *
 * @throws {KombiError} as {@link messageAddress}
 */
export function messageEdit(
  id: number,
  wish: 'hide' | 'show',
  options: { readonly layout: BlockLayout; readonly catalog: Catalog },
): EditSyntax {
  const { layout, catalog } = options;
  const { text } = messageAddress(id, layout, catalog);
  const shown = layout.mask?.shownWhen ?? 1;
  return parseEdit(`${text}=${wish === 'show' ? shown : 1 - shown}`);
}
