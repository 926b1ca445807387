import { defineConfig } from 'vitest/config';
import { cleanEnvironment, TEST_TIME_ZONE } from './test/setup/environment.ts';
import { tallyReporter } from './test/setup/tally.ts';

cleanEnvironment(process.env);

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: 'test/setup/servers.ts',
    reporters: ['default', tallyReporter(process.env.TALLY_FILE)],
    pool: 'forks',
    // Most of what tests do is to wait: for a lock, a limit, a process that starts.
    maxWorkers: 3,
    testTimeout: 30_000,
    env: { TZ: TEST_TIME_ZONE },
    // A test without an assertion cannot fail.
    expect: { requireAssertions: true },
  },
});
