import { type Did, type EcuAddress, formatEcuAddress, type Vin } from '../core/index.ts';
import { DATA_FOLDER, loadDataFile, type Row } from './data-file.ts';
import type { DiagnosisData } from './diagnosis.ts';
import type {
  BlockLayout,
  Cafd,
  CheckControlMessage,
  Ecu,
  EcuTiming,
  Model,
  NamedCode,
  ProtectedBlocks,
  Source,
  Synonyms,
  TroubleCode,
} from './facts.ts';
import { type ModuleRisk, moduleRiskOf, type Recipe } from './recipe.ts';
import type { DataFiles } from './schema.ts';

/** What decides whether a layout may be believed of an ECU. */
export interface CodingData {
  /** The ids of the ECU's coding data, from its SVK: `7E570601`. */
  readonly cafds: readonly string[];
  readonly vin: Vin | undefined;
}

export interface BlockOfEcu extends CodingData {
  readonly ecu: EcuAddress;
  readonly block: Did;
}

const STANDARD_TIMING: EcuTiming = { p2StarMs: 5000, s3Ms: 5000 };

/** Everything the program knows of BMW control units, each fact with its source and standing. Files are read on first use. */
export interface Catalog {
  readonly ecus: readonly Ecu[];
  ecu(address: EcuAddress): Ecu | undefined;
  /** By name, alias or two hex digits, in any case. */
  ecuByName(text: string): Ecu | undefined;
  /** `KOMBI`; two hex digits where the address is not known. */
  ecuName(address: EcuAddress): string;
  readonly layouts: readonly BlockLayout[];
  /** The best layout that may be believed of this block on this ECU, if any. */
  layout(block: BlockOfEcu): BlockLayout | undefined;
  layoutsOf(ecu: EcuAddress): readonly BlockLayout[];
  /** The layouts with Check Control masks, best first; with `data`, only those that may be believed of it. */
  checkControlLayouts(data?: CodingData): readonly BlockLayout[];
  /** Every coding block of an ECU with these coding data, ascending; undefined where not all of the data are known. */
  knownBlocks(cafds: readonly string[]): readonly Did[] | undefined;
  /** The longest times of an ECU with these coding data; those of ISO 14229-2 (P2* 5 s, S3 5 s) where nothing else is known. */
  timing(data: CodingData): EcuTiming;
  /** Why this block must not be edited, if it must not. */
  protectedBlock(block: { readonly ecu: EcuAddress; readonly block: Did; readonly cafds?: readonly string[] }): ProtectedBlocks | undefined;
  readonly messages: readonly CheckControlMessage[];
  message(id: number): CheckControlMessage | undefined;
  readonly troubleCodes: readonly TroubleCode[];
  /** Codes mean something only together with the ECU that stores them. `code` is six hex digits. */
  troubleCode(ecu: EcuAddress, code: string): TroubleCode | undefined;
  readonly namedCodes: readonly NamedCode[];
  readonly models: readonly Model[];
  /** By characters 4 to 7 of the VIN. */
  model(typeKey: string): Model | undefined;
  readonly cafds: readonly Cafd[];
  readonly protectedBlocks: readonly ProtectedBlocks[];
  readonly recipes: readonly Recipe[];
  readonly moduleRisks: readonly ModuleRisk[];
  /** How careful one has to be with an ECU, by its address or, where that is not known, by its coding data alone. */
  moduleRisk(module: { readonly ecu?: EcuAddress | undefined; readonly cafds: readonly string[] }): ModuleRisk | undefined;
  readonly sources: readonly Source[];
  /** Causes of the emergency-call message, and what to do about them. */
  readonly diagnosis: DiagnosisData;
  readonly synonyms: readonly Synonyms[];
}

/**
 * Opens a catalog. Nothing is read before it is asked for.
 *
 * @param folder where its data files lie; the program's own unless given
 * @throws {KombiError} `catalog.invalid`, on first use of a file that is not valid, naming file and JSON path
 */
export function loadCatalog(folder: URL = DATA_FOLDER): Catalog {
  return new DataCatalog(folder);
}

class DataCatalog implements Catalog {
  readonly #folder: URL;
  readonly #files = new Map<string, readonly unknown[]>();
  readonly #indices = new Map<string, ReadonlyMap<unknown, unknown>>();

  constructor(folder: URL) {
    this.#folder = folder;
  }

  get ecus(): readonly Ecu[] {
    return this.#rows('ecus');
  }
  get layouts(): readonly BlockLayout[] {
    return this.#rows('layouts');
  }
  get cafds(): readonly Cafd[] {
    return this.#rows('cafds');
  }
  get protectedBlocks(): readonly ProtectedBlocks[] {
    return this.#rows('protectedBlocks');
  }
  get messages(): readonly CheckControlMessage[] {
    return this.#rows('messages');
  }
  get troubleCodes(): readonly TroubleCode[] {
    return this.#rows('troubleCodes');
  }
  get namedCodes(): readonly NamedCode[] {
    return this.#rows('namedCodes');
  }
  get models(): readonly Model[] {
    return this.#rows('models');
  }
  get recipes(): readonly Recipe[] {
    return this.#rows('recipes');
  }
  get moduleRisks(): readonly ModuleRisk[] {
    return this.#rows('moduleRisks');
  }
  get sources(): readonly Source[] {
    return this.#rows('sources');
  }
  get diagnosis(): DiagnosisData {
    return {
      causes: this.#rows('causes'),
      signs: this.#rows('signs'),
      questions: this.#rows('questions'),
      steps: this.#rows('steps'),
      figures: this.#rows('figures'),
      advice: this.#rows('advice'),
    };
  }
  get synonyms(): readonly Synonyms[] {
    return this.#rows('synonyms');
  }

  ecu(address: EcuAddress): Ecu | undefined {
    return this.#index('ecus', ({ address }) => [address]).get(address);
  }

  ecuByName(text: string): Ecu | undefined {
    const byName = this.#index('ecus', ({ address, name, aliases }) => [formatEcuAddress(address), name, ...aliases], 'names');
    return byName.get(text.toUpperCase());
  }

  ecuName(address: EcuAddress): string {
    return this.ecu(address)?.name ?? formatEcuAddress(address);
  }

  layout({ ecu, block, ...data }: BlockOfEcu): BlockLayout | undefined {
    return this.layouts.filter((layout) => layout.ecu === ecu && layout.block === block && this.#holdsFor(layout, data)).sort(bestFirst)[0];
  }

  layoutsOf(ecu: EcuAddress): readonly BlockLayout[] {
    return this.layouts.filter((layout) => layout.ecu === ecu);
  }

  checkControlLayouts(data?: CodingData): readonly BlockLayout[] {
    return this.layouts
      .filter((layout) => layout.mask !== undefined && (data === undefined || this.#holdsFor(layout, data)))
      .sort(bestFirst);
  }

  knownBlocks(cafds: readonly string[]): readonly Did[] | undefined {
    if (cafds.length === 0) return undefined;
    const blocks = new Set<Did>();
    for (const id of cafds) {
      const cafd = this.#cafd(id);
      if (cafd === undefined) return undefined;
      for (const block of cafd.blocks) blocks.add(block);
    }
    return [...blocks].sort((left, right) => left - right);
  }

  timing({ cafds, vin }: CodingData): EcuTiming {
    const known = cafds.map((id) => (this.#believed(id, vin) ? this.#cafd(id)?.timing : undefined) ?? STANDARD_TIMING);
    if (known.length === 0) return STANDARD_TIMING;
    return { p2StarMs: Math.max(...known.map(({ p2StarMs }) => p2StarMs)), s3Ms: Math.max(...known.map(({ s3Ms }) => s3Ms)) };
  }

  protectedBlock(place: {
    readonly ecu: EcuAddress;
    readonly block: Did;
    readonly cafds?: readonly string[];
  }): ProtectedBlocks | undefined {
    return this.protectedBlocks.find(
      ({ ecu, cafds, first, last }) =>
        place.block >= first &&
        place.block <= last &&
        (ecu === undefined || ecu === place.ecu) &&
        (cafds === undefined || cafds.some((id) => place.cafds?.includes(id))),
    );
  }

  message(id: number): CheckControlMessage | undefined {
    return this.#index('messages', ({ id }) => [id]).get(id);
  }

  troubleCode(ecu: EcuAddress, code: string): TroubleCode | undefined {
    const byEcu = this.#index('troubleCodes', (entry) => [`${entry.ecu ?? 'any'}:${entry.code}`]);
    const [key, own] = [code.toUpperCase(), formatEcuAddress(ecu)];
    const ofAny = key.slice(2, 4) === own ? byEcu.get(`ANY:${key.slice(0, 2)}..${key.slice(4)}`) : undefined;
    return byEcu.get(`${ecu}:${key}`) ?? ofAny;
  }

  moduleRisk(module: { readonly ecu?: EcuAddress | undefined; readonly cafds: readonly string[] }): ModuleRisk | undefined {
    return moduleRiskOf(this.moduleRisks, module);
  }

  model(typeKey: string): Model | undefined {
    return this.#index('models', ({ typeKey }) => [typeKey]).get(typeKey.toUpperCase());
  }

  /**
   * A layout made for certain coding data holds for them only, and for synthetic data only on their test cars. One without is a
   * guess by the block's name, for ECUs of whose coding data nothing is known: where they are known, it is their layouts or none
   * (block 3001 of a recorded G31 is no mask). An ECU that names no coding data at all, as those of the E-series, is no such ECU.
   */
  #holdsFor(layout: BlockLayout, { cafds, vin }: CodingData): boolean {
    const believed = cafds.filter((id) => this.#believed(id, vin));
    return layout.cafds.length === 0 ? cafds.length > 0 && believed.length === 0 : layout.cafds.some((id) => believed.includes(id));
  }

  #believed(id: string, vin: Vin | undefined): boolean {
    const cafd = this.#cafd(id);
    return cafd !== undefined && (cafd.vins === undefined || (vin !== undefined && cafd.vins.includes(vin)));
  }

  #cafd(id: string): Cafd | undefined {
    return this.#index('cafds', ({ id }) => [id]).get(id.toUpperCase());
  }

  #rows<Key extends keyof DataFiles>(key: Key): readonly Row<Key>[] {
    let rows = this.#files.get(key);
    if (rows === undefined) {
      rows = loadDataFile(this.#folder, key);
      this.#files.set(key, rows);
    }
    return rows as readonly Row<Key>[];
  }

  #index<Key extends keyof DataFiles>(
    key: Key,
    keysOf: (row: Row<Key>) => readonly (string | number)[],
    name: string = key,
  ): ReadonlyMap<string | number, Row<Key>> {
    let index = this.#indices.get(name);
    if (index === undefined) {
      index = new Map(
        this.#rows(key).flatMap((row) =>
          keysOf(row).map((entry) => [typeof entry === 'string' ? entry.toUpperCase() : entry, row] as const),
        ),
      );
      this.#indices.set(name, index);
    }
    return index as ReadonlyMap<string | number, Row<Key>>;
  }
}

/** Layouts of known coding data before guesses by name; among guesses the one that more owners confirm. */
function bestFirst(left: BlockLayout, right: BlockLayout): number {
  return Number(right.cafds.length > 0) - Number(left.cafds.length > 0) || (right.facts.block.count ?? 0) - (left.facts.block.count ?? 0);
}
