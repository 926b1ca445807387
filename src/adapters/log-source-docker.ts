import type Docker from 'dockerode';
import type { DockerHost } from '../config/docker.ts';
import { LogUnreadableError } from '../errors.ts';
import type { LogReading, LogSource } from '../ports.ts';
import { ONE_OFF_LABEL, PROJECT_LABEL, SERVICE_LABEL } from './container-sight.ts';
import { dockerFailure, openDocker, SILENT_MS } from './docker-engine.ts';
import { readDockerLog } from './docker-log.ts';

/** So many lines of a container are read at most, its last ones. */
const MOST_LINES = 200_000;
/** Between two pieces of a log that Docker has begun to look for, which may be long. */
const PIECE_MS = 8000;

interface Service {
  readonly name: string;
  readonly service: string;
  readonly project?: string | undefined;
}

/** What the containers of a compose service have said, those that have ended too. Docker is only asked, nothing is changed. */
export function openServiceLog(wanted: Service, host: DockerHost, mostLines = MOST_LINES): LogSource {
  return {
    name: wanted.name,
    read: async ({ since, lines = mostLines }, take) => {
      try {
        const docker = await openDocker(host);
        const readings: LogReading[] = [];
        for (const id of await containersOf(docker, wanted)) {
          readings.push(await readContainer(docker, id, { since, mostLines: Math.min(lines, mostLines), take }));
        }
        return { isPartial: readings.some(({ isPartial }) => isPartial), isSince: true };
      } catch (error) {
        throw error instanceof LogUnreadableError ? error : new LogUnreadableError(why(error), { cause: error });
      }
    },
  };
}

/** Their ids, the oldest first. */
async function containersOf(docker: Docker, { service, project }: Service): Promise<string[]> {
  const label = [`${SERVICE_LABEL}=${service}`, ...(project ? [`${PROJECT_LABEL}=${project}`] : [])];
  const abortSignal = AbortSignal.timeout(SILENT_MS);
  const listed = await docker.listContainers({ all: true, filters: { label }, abortSignal });
  const found = listed.filter(({ Labels }) => Labels[ONE_OFF_LABEL] !== 'True');
  const projects = new Set(found.map(({ Labels }) => Labels[PROJECT_LABEL] ?? ''));
  if (projects.size > 1) {
    const names = [...projects].sort().join(', ');
    throw new LogUnreadableError(`Several projects have such a service: ${names}. Name one as its project.`);
  }
  if (found.length === 0) throw new LogUnreadableError('There is no container of such a service.');
  // It lists the newest first, and tells whole seconds.
  return found
    .toReversed()
    .sort((a, b) => a.Created - b.Created)
    .map(({ Id }) => Id);
}

interface Wish {
  readonly since: Date;
  readonly mostLines: number;
  readonly take: (line: string) => void;
}

async function readContainer(docker: Docker, id: string, { since, mostLines, take }: Wish): Promise<LogReading> {
  const signal = AbortSignal.timeout(SILENT_MS);
  const { Config } = await docker.getContainer(id).inspect({ abortSignal: signal });
  const wish = { id, hasTerminal: Config.Tty, since, lines: mostLines, silentMs: PIECE_MS };
  let lines = 0;
  for await (const read of readDockerLog(docker, { ...wish, signal: new AbortController().signal })) {
    lines += read.length;
    for (const { text } of read) take(text);
  }
  return { isPartial: lines >= mostLines };
}

function why(error: unknown): string {
  const { kind, message } = dockerFailure(error);
  return kind === 'failed' ? 'Docker does not give it: its logging driver may not keep what was said.' : message;
}
