/** What a shell reads as these words: `kombi read 'KOMBI:3301 '`. */
export function commandLine(words: readonly string[]): string {
  const quoted = words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  return ['kombi', ...quoted].join(' ');
}
