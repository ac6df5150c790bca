/** One thing looked at. `advice`: it works, and would work better; `problem`: something kombi is asked to do will fail. */
export interface Check {
  /** Stable, dotted: `<what>.<aspect>`. */
  readonly id: string;
  readonly state: 'ok' | 'advice' | 'problem';
  readonly text: string;
  /** What mends it, where possible a command to be copied. */
  readonly mend?: string;
  /** What `--fix` may write into a file of the system, where the person running it is allowed to. */
  readonly fix?: { readonly path: string; readonly text: string };
}
