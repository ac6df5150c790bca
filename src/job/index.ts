/**
 * job: everything that changes a car. `kernel/` is the write kernel: without a token of its own making nothing but
 * reads leaves. Around it: plans (what would be written), backups, the carried-out job, undo, restore and recovery.
 */
export { assertCodable } from './assert-codable.ts';
export * from './backup-car.ts';
export * from './car.ts';
export * from './carry-out.ts';
export * from './clear-faults.ts';
export * from './compare-car.ts';
export * from './compare-faults.ts';
export * from './conditions.ts';
export * from './did-ranges.ts';
export * from './discover-blocks.ts';
export * from './find-message-block.ts';
export * from './gather-sos-facts.ts';
export * from './list-blocks.ts';
export * from './lock-car.ts';
export * from './message-report.ts';
export * from './plan.ts';
export * from './plan-coding.ts';
export { planReapply } from './plan-reapply.ts';
export * from './plan-restore.ts';
export * from './read-addresses.ts';
export * from './read-faults.ts';
export { readMessageMask } from './read-message-mask.ts';
export * from './recipes/index.ts';
export * from './recover.ts';
export { reportVariant } from './report-variant.ts';
export { openSavedBlockLists, type SavedBlockList, type SavedBlockLists } from './saved-block-lists.ts';
export * from './saved-faults.ts';
export * from './survey-ecus.ts';
