import type { Recipe, RecipeVariant } from '../../catalog/index.ts';
import { type EditSyntax, editsOfVariant, messageEdit } from '../../coding/index.ts';
import { type EcuAddress, EXIT, formatEcuAddress, KombiError } from '../../core/index.ts';
import { cafdsOf, type EcuIdentity } from '../../vehicle/index.ts';
import { assertCodable } from '../assert-codable.ts';
import type { Car } from '../car.ts';
import { findMessageBlock } from '../find-message-block.ts';

/** What a recipe comes to on one car. */
export interface ChosenVariant {
  readonly recipe: Recipe;
  readonly variant: RecipeVariant;
  /** More than one where several ECUs hold the same coding data, as the two headlights do. */
  readonly ecus: readonly EcuIdentity[];
  readonly edits: readonly EditSyntax[];
}

const CLUSTER = 0x60 as EcuAddress;

/**
 * The variant that fits what this car's ECUs hold: their coding data, or of messages the block with the masks. Never the model's name.
 *
 * @throws {KombiError} exit 3: `recipe.blocked` for an ECU that recipes never change, `recipe.other-coding-data`, `recipe.unknown-variant`;
 *   `car.*` where its coding may not be changed, `coding.*` and `ecu.*` as {@link findMessageBlock}
 */
export async function chooseVariant(
  car: Car,
  recipe: Recipe,
  options: { readonly experimental?: boolean | undefined } = {},
): Promise<ChosenVariant> {
  // Said before anything is looked for; of an E-series car no block with masks is known, whatever may be written there.
  if (recipe.hides.length === 0 || car.identity.protocol === 'uds') assertCodable(car, options);
  const chosen = recipe.hides.length > 0 ? await chooseByMasks(car, recipe) : await chooseByCodingData(car, recipe);
  for (const ecu of chosen.ecus) refuseBlocked(car, recipe, ecu);
  return chosen;
}

async function chooseByMasks(car: Car, recipe: Recipe): Promise<ChosenVariant> {
  const layout = await findMessageBlock(car);
  const variant = recipe.variants.find(({ block }) => block === layout.block);
  if (variant === undefined) {
    throw new KombiError({
      code: 'recipe.unknown-variant',
      message: `This cluster keeps its masks in block ${layout.name}, for which ${recipe.id} has no variant`,
      hint: '`kombi messages hide` does the same by the id of the message.',
    });
  }
  const edits = recipe.hides.map((id) => messageEdit(id, 'hide', { layout, catalog: car.catalog }));
  return { recipe, variant, ecus: [await car.ecu(CLUSTER)], edits };
}

async function chooseByCodingData(car: Car, recipe: Recipe): Promise<ChosenVariant> {
  const misses: string[] = [];
  for (const variant of recipe.variants) {
    const holders: EcuIdentity[] = [];
    for (const ecu of await candidates(car, variant)) {
      const held = cafdsOf(ecu.svk);
      if (variant.cafds.some((id) => held.includes(id))) holders.push(ecu);
      else if (variant.ecu !== undefined) misses.push(`${ecu.name} holds ${held.join(', ') || 'coding data that it does not tell'}`);
    }
    const edits = holders.flatMap(({ address }) => editsOfVariant(variant, address, car.catalog));
    if (holders.length > 0) return { recipe, variant, ecus: holders, edits };
  }
  const wanted = [...new Set(recipe.variants.filter(({ evidence }) => evidence !== 'synthetic').flatMap(({ cafds }) => cafds))];
  throw new KombiError({
    code: 'recipe.other-coding-data',
    exit: EXIT.refused,
    message: `No unit of this car holds the coding data (CAFD) that ${recipe.id} is made for: ${wanted.join(', ')}`,
    items: [...new Set(misses)],
    hint: 'The same function may lie at other bytes under other coding data, so nothing is guessed.',
  });
}

/** The ECU that a variant names, where it is there; every ECU of a car where it names none. */
async function candidates(car: Car, { ecu }: RecipeVariant): Promise<readonly EcuIdentity[]> {
  if (ecu === undefined) return car.ecus();
  const answering = await car.ecuIfItAnswers(ecu);
  return answering === undefined ? [] : [answering];
}

function refuseBlocked(car: Car, { id }: Recipe, ecu: EcuIdentity): void {
  const risk = car.catalog.moduleRisk({ ecu: ecu.address, cafds: cafdsOf(ecu.svk) });
  if (risk?.tier !== 'blocked') return;
  throw new KombiError({
    code: 'recipe.blocked',
    exit: EXIT.refused,
    message: `${id} would change ${ecu.name} (${formatEcuAddress(ecu.address)}), which no recipe may: ${risk.why.en}`,
    hint: 'Leave such units to somebody who can test them afterwards.',
  });
}
