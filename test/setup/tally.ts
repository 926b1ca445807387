import { writeFileSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

/** What vitest really did. A file or a suite that breaks outside its tests counts as one failure, so does a stray error. */
export type Tally = { passed: number; failed: number; skipped: { name: string; reason: string | undefined }[] };

/** A vitest reporter that leaves the tally in a file as JSON, for the test command to read; none without a file. */
export function tallyReporter(file: string | undefined): Reporter {
  return {
    onTestRunEnd(modules, strayErrors) {
      if (file) writeFileSync(file, JSON.stringify(count(modules, strayErrors)));
    },
  };
}

function count(modules: readonly TestModule[], strayErrors: readonly SerializedError[]): Tally {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const groups = modules.flatMap((module) => [module, ...module.children.allSuites()]);
  const ended = (state: string) => tests.filter((test) => test.result().state === state);
  // A test that never ended (the run was broken off, its worker died) did not pass.
  const failed = ended('failed').length + ended('pending').length;
  return {
    passed: ended('passed').length,
    failed: failed + groups.filter(isBroken).length + strayErrors.length,
    skipped: ended('skipped').map((test) => ({ name: nameOf(test), reason: reasonOf(test) })),
  };
}

function isBroken(group: TestModule | TestSuite): boolean {
  return group.errors().length > 0;
}

function nameOf(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}

function reasonOf(test: TestCase): string | undefined {
  const result = test.result();
  return result.state === 'skipped' ? result.note : undefined;
}
