import type { Did, EcuAddress } from '../core/index.ts';
import type { Label, Statement } from './facts.ts';

/** How a recipe's edits read on one family of ECUs. Whether it is the right one, the ECU says: by its coding data, or by the block that it holds. */
export interface RecipeVariant extends Statement {
  /** `A`, `fem`: unique in the recipe. */
  readonly id: string;
  /** Absent: the ECU that holds one of {@link cafds}, whichever it is. */
  readonly ecu?: EcuAddress | undefined;
  /** The coding data (CAFD ids) that the edits were made for; none of messages, whose block the cluster's layout tells. */
  readonly cafds: readonly string[];
  /** The series that the source names, `F20`; the car's coding data decide all the same. */
  readonly series: readonly string[];
  /** Of messages: the block with their masks. */
  readonly block?: Did | undefined;
  /** Edits without their ECU: `3020.@01.0=1`; none of messages. */
  readonly edits: readonly string[];
}

/** What one owner told of a recipe. */
export interface OwnerReport {
  readonly who: string;
  /** The car in the owner's words: `2015 640d Gran Coupé`. */
  readonly car: string;
  /** What that may be, where it can be told: `F06`, and what its model's name begins with. */
  readonly series: readonly string[];
  readonly model?: string | undefined;
  /** `absent`: looked for its block and found none; `unanswered`: asked whether it works, and nobody knew. */
  readonly outcome: 'worked' | 'absent' | 'unanswered';
}

/** What comes after a recipe. */
export interface FollowUp {
  readonly text: Label;
  /** Another recipe that helps with it. */
  readonly recipe?: string | undefined;
}

/** Named edits with a variant for each layout that they are known of. */
export interface Recipe {
  /** `start-stop-off`; `botho.start-stop-off` of one that came from a file. */
  readonly id: string;
  readonly title: Label;
  /** What the car does differently afterwards. */
  readonly does: Label;
  /** `caution`: there is something to know before it is applied, and {@link caution} says what. */
  readonly risk: 'comfort' | 'caution';
  readonly caution?: Label | undefined;
  /** Who should do it: anybody, or somebody who knows coding. */
  readonly skill: 'owner' | 'experienced';
  /** Ids of the Check Control messages that it hides; its variants then have no edits of their own. */
  readonly hides: readonly number[];
  readonly variants: readonly RecipeVariant[];
  readonly reports: readonly OwnerReport[];
  /** Recipes that cannot be meant together with it. */
  readonly conflicts: readonly string[];
  readonly followUp: readonly FollowUp[];
}

/** How careful one has to be with a kind of ECU: recipes never change what is `blocked`. The project's own grading. */
export interface ModuleRisk extends Statement {
  readonly ecu: EcuAddress;
  /** Coding data that such ECUs are known by where there is no car to ask. */
  readonly cafds: readonly string[];
  /** Whether it holds for ECUs at this address with other coding data too. */
  readonly others: boolean;
  readonly tier: 'blocked' | 'caution';
  readonly why: Label;
}

/** The risk of an ECU by its address and coding data, or, where only the data are known, by them. */
export function moduleRiskOf(
  risks: readonly ModuleRisk[],
  module: { readonly ecu?: EcuAddress | undefined; readonly cafds: readonly string[] },
): ModuleRisk | undefined {
  const here = risks.filter(({ ecu }) => module.ecu === undefined || ecu === module.ecu);
  const named = here.find(({ cafds }) => cafds.some((id) => module.cafds.includes(id)));
  return named ?? (module.ecu === undefined ? undefined : here.find(({ others }) => others));
}
