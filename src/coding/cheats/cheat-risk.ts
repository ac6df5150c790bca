import type { Catalog, ModuleRisk } from '../../catalog/index.ts';
import type { EcuAddress } from '../../core/index.ts';
import type { CheatEntry } from './cheat-file.ts';

/** The risk of the unit that an entry is for, as far as it can be told without a car: by its coding data, else by its name. */
export function riskOf({ cafd, module }: Pick<CheatEntry, 'cafd' | 'module'>, catalog: Catalog): ModuleRisk | undefined {
  const cafds = cafd === undefined ? [] : [cafd.toUpperCase()];
  return catalog.moduleRisk({ cafds }) ?? catalog.moduleRisk({ ecu: ecuOf(module, catalog), cafds });
}

/** The address of a unit by what a file calls it: `ACSM_4B`, `DSC-DXC_CT01`. */
function ecuOf(module: string | undefined, catalog: Catalog): EcuAddress | undefined {
  const word = /^[A-Za-z]+/.exec(module?.trim() ?? '')?.[0];
  return word === undefined ? undefined : catalog.ecuByName(word)?.address;
}
