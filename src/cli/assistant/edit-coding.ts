import { type Did, formatDid } from '../../core/index.ts';
import { type Car, type ListedBlock, listBlocks, openSavedBlockLists } from '../../job/index.ts';
import { readTwice } from '../../job/read-twice.ts';
import { cafdsOf, type EcuIdentity } from '../../vehicle/index.ts';
import { type BlockRow, rowText } from '../block-rows.ts';
import type { Context } from '../context.ts';
import { escapeText } from '../escape.ts';
import { ecuTitle, plural } from '../format.ts';
import { openTheCar } from '../open-car.ts';
import type { Choice } from '../prompter.ts';
import { displayWidth } from '../text.ts';
import type { AssistedCar } from './assisted-car.ts';
import { BlockSheet } from './block-sheet.ts';
import { bitsOf, byteText, messageOfBit, parseByte } from './byte-text.ts';

const CLUSTER = 0x60;
const BACK = 'back';
const DONE = 'done';
const DROP = 'drop';

/** Coding as owners know it: control unit, block, parameter, byte, bit. What is changed on the sheets becomes one `kombi code`. */
export async function editCoding(assisted: AssistedCar): Promise<void> {
  const edits = await fillSheets(assisted);
  if (edits.length > 0) await assisted.run(['code', ...edits]);
}

/** The edits that somebody made; the connection ends with it. */
async function fillSheets(assisted: AssistedCar): Promise<readonly string[]> {
  await using look = assisted.look();
  const car = await openTheCar(look);
  return await new Editor(look, car).run();
}

class Editor {
  readonly #look: Context;
  readonly #car: Car;
  readonly #sheets = new Map<string, BlockSheet>();

  constructor(look: Context, car: Car) {
    this.#look = look;
    this.#car = car;
  }

  async run(): Promise<readonly string[]> {
    for (;;) {
      const ecu = await this.#chooseEcu();
      if (ecu === DROP) return [];
      if (ecu === DONE) return this.#edits();
      await this.#editEcu(ecu);
    }
  }

  #edits(): readonly string[] {
    return [...this.#sheets.values()].flatMap((sheet) => sheet.edits());
  }

  /** What has been changed so far can be looked at from here, written, or dropped. */
  async #chooseEcu(): Promise<EcuIdentity | typeof DONE | typeof DROP> {
    const ecus = await this.#car.ecus((await this.#look.progress()).tell);
    const changes = this.#edits().length;
    const choices: Choice[] = [
      ...(changes === 0
        ? []
        : [{ value: DONE, label: `Go on with ${plural(changes, 'changed byte')}: you see the plan before anything is written` }]),
      ...ecus.map((ecu) => ({ value: ecuTitle(ecu), label: ecuTitle(ecu), hint: this.#car.catalog.ecu(ecu.address)?.title })),
      { value: DROP, label: changes === 0 ? 'Back' : 'Back, and drop the changes' },
    ];
    const cluster = ecus.find(({ address }) => address === CLUSTER);
    const standard = changes > 0 ? DONE : cluster && ecuTitle(cluster);
    const chosen = await this.#choose('Which control unit?', choices, standard);
    if (chosen === DONE || chosen === DROP) return chosen;
    return ecus.find((ecu) => ecuTitle(ecu) === chosen) ?? DROP;
  }

  async #editEcu(ecu: EcuIdentity): Promise<void> {
    const saved = openSavedBlockLists(await this.#look.archive(), this.#car.identity.vin);
    const { blocks } = await listBlocks(this.#car, ecu.address, { saved, givesUp: true, onProgress: (await this.#look.progress()).tell });
    const standard = this.#car.catalog
      .checkControlLayouts({ cafds: cafdsOf(ecu.svk), vin: this.#car.identity.vin })
      .find(({ ecu: of, block }) => of === ecu.address && blocks.some(({ did }) => did === block))?.block;
    for (;;) {
      const choices = [
        ...blocks.filter(mayBeEdited).map((block) => ({ value: formatDid(block.did), label: blockTitle(block) })),
        { value: BACK, label: 'Back' },
      ];
      const chosen = await this.#choose(`${ecuTitle(ecu)}: which block?`, choices, standard && formatDid(standard));
      const block = blocks.find(({ did }) => formatDid(did) === chosen);
      if (block === undefined) return;
      await this.#editBlock(await this.#sheet(ecu, block.did));
    }
  }

  /** Read twice and equal: what is shown is what the car holds. */
  async #sheet(ecu: EcuIdentity, did: Did): Promise<BlockSheet> {
    const key = `${ecu.name}:${did}`;
    const known = this.#sheets.get(key);
    if (known !== undefined) return known;
    const bytes = await readTwice(this.#car.client, { ecu: ecu.address, did }, this.#car.signal);
    const layout = this.#car.catalog.layout({ ecu: ecu.address, block: did, cafds: cafdsOf(ecu.svk), vin: this.#car.identity.vin });
    const sheet = new BlockSheet({ ecu: ecu.name, did, bytes, layout });
    this.#sheets.set(key, sheet);
    return sheet;
  }

  async #editBlock(sheet: BlockSheet): Promise<void> {
    const style = await this.#look.talkStyle();
    const width = Math.max(...sheet.rows.map(({ label }) => displayWidth(label)));
    let standard: string | undefined;
    for (;;) {
      const choices = [
        ...sheet.rows.map((row) => ({ value: row.label, label: `${escapeText(row.label).padEnd(width)}  ${rowText(sheet, row, style)}` })),
        { value: BACK, label: 'Back' },
      ];
      standard = await this.#choose(`${sheet.ecu}:${formatDid(sheet.did)}: which bytes?`, choices, standard);
      const row = sheet.rows.find(({ label }) => label === standard);
      if (row === undefined) return;
      await this.#editRow(sheet, row);
    }
  }

  async #editRow(sheet: BlockSheet, row: BlockRow): Promise<void> {
    let standard: string | undefined;
    for (;;) {
      const choices = Array.from({ length: row.length }, (_, index) => ({
        value: String(index),
        label: `${row.named ? `byte ${index}` : sheet.addressOf(row, row.offset + index)}  ${this.#beforeAndAfter(sheet, row.offset + index)}`,
      }));
      standard = await this.#choose(`${row.label}: which byte?`, [...choices, { value: BACK, label: 'Back' }], standard);
      if (standard === BACK) return;
      await this.#editByte(sheet, { address: sheet.addressOf(row, row.offset + Number(standard)), offset: row.offset + Number(standard) });
    }
  }

  async #editByte(sheet: BlockSheet, { address, offset }: { address: string; offset: number }): Promise<void> {
    let standard: string | undefined;
    for (;;) {
      const now = sheet.new[offset] ?? 0;
      const choices = [
        ...bitsOf(now).map(({ bit, value }) => {
          const message = messageOfBit(sheet.layout, { offset, bit }, { catalog: this.#car.catalog, language: this.#look.language });
          return { value: String(bit), label: `bit ${bit}: ${value}, make it ${1 - value}${message === undefined ? '' : `  ${message}`}` };
        }),
        { value: 'hex', label: 'Type the whole byte in hex' },
        { value: BACK, label: 'Back' },
      ];
      standard = await this.#choose(`${address}  ${this.#beforeAndAfter(sheet, offset)}`, choices, standard ?? BACK);
      if (standard === BACK) return;
      if (standard === 'hex') sheet.set(offset, (await this.#askByte(address)) ?? now);
      else sheet.set(offset, now ^ (1 << Number(standard)));
      standard = BACK;
    }
  }

  async #askByte(address: string): Promise<number | undefined> {
    const typed = await (await this.#look.prompter()).ask(`${address} in hex, such as F7 (empty: as it is):`, this.#look.io.signal);
    const value = parseByte(typed);
    if (value === undefined && typed.trim() !== '') await this.#look.say(`"${escapeText(typed)}" is no byte in hex: it stays as it is.`);
    return value;
  }

  #beforeAndAfter(sheet: BlockSheet, offset: number): string {
    const [before, after] = [sheet.old[offset] ?? 0, sheet.new[offset] ?? 0];
    return before === after ? byteText(before) : `${byteText(before)}  →  ${byteText(after)}`;
  }

  async #choose(question: string, choices: readonly Choice[], standard?: string): Promise<string> {
    const prompter = await this.#look.prompter();
    return prompter.choose(question, choices, { standard, signal: this.#look.io.signal });
  }
}

/** What is no coding data is never written, and what the ECU does not show cannot be looked at. */
function mayBeEdited({ kind, length }: ListedBlock): boolean {
  return kind === 'data' && length !== undefined;
}

function blockTitle({ did, length, name }: ListedBlock): string {
  return `${formatDid(did)}  ${plural(length ?? 0, 'byte')}${name === undefined ? '' : `  ${escapeText(name)}`}`;
}
