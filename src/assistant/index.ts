/**
 * assistant: from what a car and a person say to what is most likely wrong and what to do next. Pure: facts in, ranked
 * causes and steps out. Everything it believes stands in the catalog, with its sources; what is here only weighs it.
 */
export * from './answers.ts';
export * from './diagnose.ts';
export * from './questions.ts';
export * from './steps.ts';
