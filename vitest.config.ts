import { defineConfig } from 'vitest/config';
import { cleanEnvironment, TEST_TIME_ZONE } from './test/setup/environment.ts';
import { LongFirst } from './test/setup/long-first.ts';
import { filesByProcess } from './test/setup/processes.ts';
import { tallyReporter } from './test/setup/tally.ts';

cleanEnvironment(process.env);
const { shared, alone } = filesByProcess('test/**/*.test.{ts,tsx}');

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'alone', include: alone, isolate: true } },
      // A third of a second of CPU less a file: what it imports is there already.
      { extends: true, test: { name: 'shared', include: shared, isolate: false } },
    ],
    globalSetup: 'test/setup/servers.ts',
    reporters: ['default', tallyReporter(process.env.TALLY_FILE)],
    pool: 'forks',
    sequence: { sequencer: LongFirst },
    // Most of what tests do is to wait: for a lock, a limit, a process that starts.
    maxWorkers: 4,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    env: { TZ: TEST_TIME_ZONE },
    // A test without an assertion cannot fail.
    expect: { requireAssertions: true },
  },
});
