import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import Docker from 'dockerode';
import type { DockerHost } from '../config/docker.ts';
import { LogUnreadableError } from '../errors.ts';
import type { LogReading, LogSource } from '../ports.ts';
import { lineCutter } from './log-lines.ts';

/** So many lines of a container are read at most, its last ones. */
const MOST_LINES = 200_000;
const SILENT_MS = 8000;

interface Service {
  readonly name: string;
  readonly service: string;
  readonly project?: string | undefined;
}

/** What the containers of a compose service have said, those that have ended too. Docker is only asked, nothing is changed. */
export function openServiceLog(wanted: Service, host: DockerHost, mostLines = MOST_LINES): LogSource {
  const docker = new Docker({ ...host, timeout: SILENT_MS });
  return {
    name: wanted.name,
    read: async ({ since }, take) => {
      try {
        const readings: LogReading[] = [];
        for (const id of await containersOf(docker, wanted)) {
          readings.push(await readContainer(docker, id, { since, mostLines, take }));
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
  const label = [
    `com.docker.compose.service=${service}`,
    ...(project ? [`com.docker.compose.project=${project}`] : []),
  ];
  const found = await docker.listContainers({ all: true, filters: { label } });
  const projects = new Set(found.map(({ Labels }) => Labels['com.docker.compose.project'] ?? ''));
  if (projects.size > 1) {
    const names = [...projects].sort().join(', ');
    throw new LogUnreadableError(`Several projects have such a service: ${names}. Name one as its project.`);
  }
  if (found.length === 0) throw new LogUnreadableError('There is no container of such a service.');
  return found.sort((a, b) => a.Created - b.Created).map(({ Id }) => Id);
}

interface Wish {
  readonly since: Date;
  readonly mostLines: number;
  readonly take: (line: string) => void;
}

async function readContainer(docker: Docker, id: string, { since, mostLines, take }: Wish): Promise<LogReading> {
  const counted = { lines: 0 };
  const counting = (line: string) => {
    counted.lines += 1;
    take(line);
  };
  const { Config } = await docker.getContainer(id).inspect();
  const stream = await logStream(docker, id, { since, mostLines });
  const [output, errors] = [lineCutter(counting), lineCutter(counting)];
  // Without a terminal the two come in one stream, cut into frames.
  if (Config.Tty) stream.on('data', output.push);
  else docker.modem.demuxStream(stream, into(output.push), into(errors.push));
  await finished(stream);
  output.end();
  errors.end();
  return { isPartial: counted.lines >= mostLines };
}

function into(push: (bytes: Buffer) => void): Writable {
  return new Writable({
    write: (bytes: Buffer, _, done) => {
      push(bytes);
      done();
    },
  });
}

/** Piece by piece: the package itself would hold all of it. */
function logStream(
  docker: Docker,
  id: string,
  { since, mostLines }: Omit<Wish, 'take'>,
): Promise<NodeJS.ReadableStream> {
  const query = new URLSearchParams({
    ...{ stdout: '1', stderr: '1', tail: String(mostLines) },
    since: (since.getTime() / 1000).toFixed(3),
  });
  const asked = Promise.withResolvers<NodeJS.ReadableStream>();
  docker.modem.dial(
    {
      path: `/containers/${id}/logs?${query}`,
      method: 'GET',
      isStream: true,
      statusCodes: { 200: true, 404: 'no such container', 500: 'server error', 501: 'not implemented' },
      options: {},
    },
    (error, stream) => (error ? asked.reject(error) : asked.resolve(stream as NodeJS.ReadableStream)),
  );
  return asked.promise;
}

function why(error: unknown): string {
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  if (code === 'EACCES' || statusCode === 403) return 'CapOps may not ask Docker.';
  if (statusCode === 404) return 'Its container has just gone.';
  if (statusCode !== undefined) return 'Docker does not give it: its logging driver may not keep what was said.';
  return 'Docker does not answer.';
}
