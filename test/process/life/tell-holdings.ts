// Preloaded into a program that is measured: it tells its parent what it holds, as often as it is asked.
import { holdings } from './leftovers.ts';

process.on('message', () => void holdings().then((held) => process.send?.(held)));
// Asking is not what keeps it alive.
process.channel?.unref();
