/** A piece of the campaign that one process runs in one go. */
export interface Slice {
  readonly target: string;
  readonly seed: number;
  readonly from: number;
  readonly count: number;
}

/** What came of it. */
export interface SliceDone {
  readonly accepted: number;
  readonly refused: number;
  readonly seconds: number;
  /** Of the process, after it, all garbage collected. */
  readonly heapBytes: number;
  /** The first input that was not taken as it should be: the rest of the slice was not tried. */
  readonly failure?: { readonly told: string; readonly input?: { readonly text: string } | { readonly hex: string } };
}
