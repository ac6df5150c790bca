declare const KOMBI_VERSION: string;

/** The version in package.json, put in by the build and by the test set-up: nothing is read at start-up. */
export const version = KOMBI_VERSION;
