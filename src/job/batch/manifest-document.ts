/** A manifest's text as plain data, and where each part of it stands. */
export interface ManifestDocument {
  readonly value: unknown;
  /** The line of a place, from 1: of `['cars', 3, 'link']`, else of what it lies in. */
  lineOf(path: readonly PropertyKey[]): number | undefined;
}

/** Reliability row 51. */
export const MAX_MANIFEST_DEPTH = 16;

/** Says what is wrong with a text, and on which line where that is known. */
export class UnsoundManifest extends Error {
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}

/** Where each place stands, by its path. */
export class Lines {
  readonly #lines = new Map<string, number>();

  set(path: readonly PropertyKey[], line: number): void {
    this.#lines.set(keyOf(path), line);
  }

  of(path: readonly PropertyKey[]): number | undefined {
    for (let length = path.length; length >= 0; length -= 1) {
      const line = this.#lines.get(keyOf(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return undefined;
  }
}

function keyOf(path: readonly PropertyKey[]): string {
  return JSON.stringify(path.map(String));
}
