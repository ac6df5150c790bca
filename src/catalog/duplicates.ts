/** One sentence for each key that stands twice. */
export function duplicates(what: string, keys: readonly string[]): readonly string[] {
  return keys.filter((key, index) => keys.indexOf(key) !== index).map((key) => `${what} ${key} stands twice`);
}
