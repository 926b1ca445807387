import type { LogSettings, LogSources } from '../ports.ts';
import { openLogFile } from './log-source-file.ts';

/** The logs that capops.yml names; nothing is opened before it is read. */
export function openLogs(logs: readonly LogSettings[]): LogSources {
  return logs.map(openLogFile);
}
