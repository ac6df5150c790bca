/**
 * catalog: what is known of BMW control units, as data files with a schema: ECUs, block layouts, coding data, Check
 * Control messages, trouble codes, models, recipes. Every fact carries its source and standing; what the program may do with
 * it depends on the standing. The loader names file and JSON path in every error, the lint checks what no schema can.
 */
export * from './catalog.ts';
export * from './check-control.ts';
export * from './diagnosis.ts';
export { sourcesOfDiagnosis } from './diagnosis-lint.ts';
export * from './facts.ts';
export * from './find-messages.ts';
export * from './layout.ts';
export * from './lint.ts';
export * from './message-texts.ts';
export * from './nearest.ts';
export { loadReadyMade } from './ready-made.ts';
export * from './recipe.ts';
export { recipeSchema } from './recipe-schema.ts';
export { weakestEvidence } from './schema.ts';
