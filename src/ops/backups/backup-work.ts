import type { Context } from '../service/operation.ts';

/** What work on backups needs around it, within a run or without one. */
export interface BackupWork extends Pick<Context, 'databases' | 'clock' | 'log' | 'settings' | 'signal' | 'progress'> {
  readonly runId: string | undefined;
}
