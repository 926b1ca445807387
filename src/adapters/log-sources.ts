import type { DockerHost } from '../config/docker.ts';
import type { LogSettings, LogSource, LogSources } from '../ports.ts';
import { openLogFile } from './log-source-file.ts';

/** The logs that capops.yml names; nothing is opened before it is read. What speaks to Docker is loaded where it is needed. */
export async function openLogs(logs: readonly LogSettings[], docker: DockerHost): Promise<LogSources> {
  return Promise.all(logs.map((log) => ('file' in log ? openLogFile(log) : openService(log, docker))));
}

async function openService(log: Exclude<LogSettings, { file: string }>, docker: DockerHost): Promise<LogSource> {
  const { openServiceLog } = await import('./log-source-docker.ts');
  return openServiceLog(log, docker);
}
