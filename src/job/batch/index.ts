/**
 * batch: many cars at once. A manifest says which cars there are and what to do with each; the work on one is what the
 * command for one car does, over a connection that takes no write; what one car does stops no other.
 */
export { type BatchAction, type BatchCar, type BatchManifest, MAX_JOBS, parseManifest } from './manifest.ts';
export { readManifestText } from './manifest-text.ts';
export type { CarFindings, CarOutcome, CarRecord } from './outcome.ts';
export * from './report.ts';
export { type BatchEvents, type BatchResult, type CarContext, type RunBatchOptions, runBatch, type WorkOnCar } from './run-batch.ts';
export { type BatchWorkOptions, workOnCars } from './work-on-car.ts';
