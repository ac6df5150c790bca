/**
 * coding: what a change is, as pure values. Addresses and edits are parsed, looked up in the catalog and in the block
 * just read, and become a change with old bytes, mask and new bytes; the seal names a plan by them, the effects say
 * what they mean to the driver. No car, no clock and no disk: everything here can be computed twice with one result.
 */
export * from './address.ts';
export * from './block-kind.ts';
export * from './change.ts';
export * from './compare-bytes.ts';
export * from './decode.ts';
export * from './edit.ts';
export * from './effects.ts';
export { describeEvidence, recipeEvidence } from './evidence-text.ts';
export * from './message-edit.ts';
export * from './own-recipes.ts';
export * from './recipes.ts';
export * from './seal.ts';
export { checkAddress, resolveAddress, resolveEcu, type Target } from './target.ts';
