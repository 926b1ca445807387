import { addAbortSignal, type Readable } from 'node:stream';
import type Docker from 'dockerode';
import { frameCutter } from './docker-frames.ts';
import { lineCutter } from './log-lines.ts';

export interface RawLine {
  readonly text: string;
  readonly isError: boolean;
}

export interface DockerLogWish {
  readonly id: string;
  /** Then both streams come as one. */
  readonly hasTerminal: boolean;
  readonly since?: Date | undefined;
  /** So many of its newest lines at most. */
  readonly lines: number;
  /** Begin each line with the moment at which Docker took it. */
  readonly timestamps?: true;
  readonly follow?: true | undefined;
  readonly signal: AbortSignal;
  /** So long Docker may say nothing; not while it follows. */
  readonly silentMs: number;
}

/** A container’s lines, as many at a time as come at once. Ends its connection when nobody asks for more. */
export async function* readDockerLog(docker: Docker, wish: DockerLogWish): AsyncGenerator<readonly RawLine[]> {
  const silence = new AbortController();
  const signal = AbortSignal.any([wish.signal, silence.signal]);
  const within = <T>(answer: Promise<T>) => {
    const timer = setTimeout(() => silence.abort(), wish.silentMs);
    return answer.finally(() => clearTimeout(timer));
  };
  const stream = addAbortSignal(signal, await within(askForLog(docker, wish, signal)));
  try {
    const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    const cut = cutter(wish.hasTerminal);
    for (;;) {
      const { value, done } = await (wish.follow ? pieces.next() : within(pieces.next()));
      const lines = done ? cut.end() : cut.push(value);
      if (lines.length > 0) yield lines;
      if (done) return;
    }
  } finally {
    stream.destroy();
  }
}

function cutter(hasTerminal: boolean): { push(bytes: Buffer): RawLine[]; end(): RawLine[] } {
  let lines: RawLine[] = [];
  const output = lineCutter((text) => void lines.push({ text, isError: false }));
  const errors = lineCutter((text) => void lines.push({ text, isError: true }));
  const push = hasTerminal
    ? output.push
    : frameCutter((piece, isError) => (isError ? errors.push(piece) : output.push(piece)));
  const handOver = () => {
    const taken = lines;
    lines = [];
    return taken;
  };
  return {
    push: (bytes) => {
      push(bytes);
      return handOver();
    },
    end: () => {
      output.end();
      errors.end();
      return handOver();
    },
  };
}

/** Piece by piece: the package’s own call would hold all of it. */
function askForLog(docker: Docker, wish: DockerLogWish, abortSignal: AbortSignal): Promise<Readable> {
  const query = new URLSearchParams({
    ...{ stdout: '1', stderr: '1', tail: String(wish.lines) },
    ...(wish.since ? { since: (wish.since.getTime() / 1000).toFixed(3) } : {}),
    ...(wish.timestamps ? { timestamps: '1' } : {}),
    ...(wish.follow ? { follow: '1' } : {}),
  });
  const asked = Promise.withResolvers<Readable>();
  docker.modem.dial(
    {
      // The package takes the last character away.
      path: `/containers/${wish.id}/logs?${query}&`,
      method: 'GET',
      isStream: true,
      statusCodes: { 200: true, 404: 'no such container', 500: 'server error', 501: 'not implemented' },
      options: {},
      abortSignal,
    },
    (error, stream) => (error ? asked.reject(error) : asked.resolve(stream as Readable)),
  );
  return asked.promise;
}
