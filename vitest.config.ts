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
    maxWorkers: 2,
    testTimeout: 30_000,
    env: { TZ: TEST_TIME_ZONE },
    // A test without an assertion cannot fail.
    expect: { requireAssertions: true },
  },
});
