import type { BlockLayout } from '../../catalog/index.ts';
import { type Did, formatDid, toHex } from '../../core/index.ts';
import { type BlockRow, hexOffset, rowsOfBlock } from '../block-rows.ts';

/** One block as it is in the car, and as somebody wants it. */
export class BlockSheet {
  readonly ecu: string;
  readonly did: Did;
  readonly layout: BlockLayout | undefined;
  readonly rows: readonly BlockRow[];
  readonly old: Uint8Array;
  readonly new: Uint8Array;

  constructor(block: { ecu: string; did: Did; bytes: Uint8Array; layout: BlockLayout | undefined }) {
    this.ecu = block.ecu;
    this.did = block.did;
    this.layout = block.layout;
    this.rows = rowsOfBlock(block.layout, block.bytes.length);
    this.old = block.bytes;
    this.new = block.bytes.slice();
  }

  /** @param offset inside the block */
  set(offset: number, value: number): void {
    this.new[offset] = value;
  }

  /** One edit a changed byte, with the value that it must have before: `KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7`. */
  edits(): readonly string[] {
    return this.rows.flatMap((row) => {
      const edits: string[] = [];
      for (let at = row.offset; at < row.offset + row.length; at += 1) {
        const [before, after] = [toHex(this.old.subarray(at, at + 1)), toHex(this.new.subarray(at, at + 1))];
        if (before !== after) edits.push(`${this.addressOf(row, at)}=${before}:${after}`);
      }
      return edits;
    });
  }

  addressOf(row: BlockRow, offset: number): string {
    const block = `${this.ecu}:${formatDid(this.did)}`;
    return row.named ? `${block}/${row.label}.${offset - row.offset}` : `${block}.@${hexOffset(offset)}`;
  }
}
