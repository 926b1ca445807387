import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take long, longest first, so that none of them runs alone at the end: a fresh clone knows no durations.
 * Ahead of them the one that starts and stops a bot, since a killed one keeps nothing of what it has compiled.
 */
export const LONG = [
  'main',
  'crash/matrix',
  'outages/table',
  'adapters/job-queue',
  'faces/worker/index',
  'adapters/s3-faults',
  'ops/backup-cli',
  'cli',
  'adapters/restore-faults',
  'adapters/dump-memory',
  'adapters/dump-faults',
  'ops/restore-server',
  'outages/running-bot',
  'ops/support-bundle',
  'ops/move-monthly',
  'ops/bulk-import',
  'faces/slack/progress',
  'ops/nightly-backup',
  'workbench/demo',
  'faces/slack/home',
  'ops/replicas',
  'faces/terminal/second-person',
  'e2e/access',
  'e2e/page',
  'ops/approvals',
  'ops/prune-calls',
  'adapters/s3-storage',
  'domain/retention-restic',
  'domain/schedule-slots',
].map((name) => `test/${name}.test.ts`);

/** Rules without a service or a process: what is over at once fills the end. */
const AT_ONCE = /^test\/(domain|config|architecture)\//;

/** Files with a process of their own, then the long ones, then the rest as vitest sorts them, those over at once last. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => this.turn(a) - this.turn(b));
  }

  private turn({ moduleId, project }: TestSpecification): number {
    if (project.config.isolate) return -1;
    const file = relative(this.ctx.config.root, moduleId);
    const place = LONG.indexOf(file);
    if (place >= 0) return place;
    return AT_ONCE.test(file) ? LONG.length + 1 : LONG.length;
  }
}
