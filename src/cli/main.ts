import { version } from './version.ts';

/**
 * Runs one command line of this process: `process.argv` as it is. Only sets `process.exitCode`, because an exit with
 * output pending would cut it off where stdout is a pipe.
 */
export async function run(argv: readonly string[]): Promise<void> {
  const words = argv.slice(2);
  // Answered before anything is loaded: editors and scripts ask this often.
  if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
    process.stdout.write(`${version}\n`);
    return;
  }
  const { runProcess } = await import('./run-process.ts');
  await runProcess(words);
}
