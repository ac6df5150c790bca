import type { CommandSpec } from '../command.ts';
import { check } from './recipes/check.ts';
import { importRecipes } from './recipes/import.ts';
import { lint } from './recipes/lint.ts';
import { list } from './recipes/list.ts';
import { show } from './recipes/show.ts';

export const recipes: CommandSpec = {
  name: 'recipes',
  summary: 'named codings: list, show, check against a car, import',
  description:
    'A recipe has a variant for each layout that it is known of, and says who stands behind it. `kombi apply` carries recipes out.',
  examples: ['kombi recipes list', 'kombi recipes check sos-call-failure --link enet:', 'kombi recipes import Botho.xml --save'],
  commands: [list, show, check, importRecipes, lint],
};
