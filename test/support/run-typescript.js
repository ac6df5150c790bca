// Lets node run the sources as they stand: `node --import ./test/support/run-typescript.js file.ts`. What has to be
// fast or patched goes through this and not through vitest.
import { register } from 'node:module';

register('./typescript-hooks.js', import.meta.url);
