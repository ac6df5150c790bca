/**
 * How well a fact is known (architecture: "Data is product").
 *
 * `recorded`   bytes from a car
 * `owners`     reported by owners, with a count
 * `published`  stated in a public document or program
 * `derived`    computed from facts of the kinds above
 * `hypothesis` believed by somebody, shown by nobody: never written to a real car without `--experimental`
 * `synthetic`  a fact of a mock car, valid only for its reserved CAFD and test VIN
 */
export const EVIDENCE = ['recorded', 'owners', 'published', 'derived', 'hypothesis', 'synthetic'] as const;
export type Evidence = (typeof EVIDENCE)[number];
