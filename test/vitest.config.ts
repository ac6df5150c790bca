import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    env: { NO_COLOR: '1', FORCE_COLOR: '0', LC_ALL: 'C' },
    // serialport's native reads never complete inside worker threads.
    pool: 'forks',
    restoreMocks: true,
  },
});
