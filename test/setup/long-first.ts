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
].map((name) => `test/${name}.test.ts`);

/** Files with a process of their own, then the long ones, then the rest as vitest sorts them. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => this.turn(a) - this.turn(b));
  }

  private turn({ moduleId, project }: TestSpecification): number {
    if (project.config.isolate) return -1;
    const place = LONG.indexOf(relative(this.ctx.config.root, moduleId));
    return place < 0 ? LONG.length : place;
  }
}
