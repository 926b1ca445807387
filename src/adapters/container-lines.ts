import type Docker from 'dockerode';
import type { ContainerLine, ContainerLogWish, Containers } from '../ports.ts';
import { SILENT_MS } from './docker-engine.ts';
import { readDockerLog } from './docker-log.ts';

/** What is asked for its log. */
export interface LoggedContainer {
  readonly id: string;
  readonly service: string;
  readonly hasTerminal: boolean;
}

/** A container’s lines with the moments at which Docker took them. */
export async function* containerLines(
  docker: Docker,
  { id, service, hasTerminal }: LoggedContainer,
  { since, lines, follow, signal }: Pick<ContainerLogWish, 'since' | 'lines' | 'follow' | 'signal'>,
): AsyncGenerator<readonly ContainerLine[]> {
  const wish = { id, hasTerminal, since, lines, follow, signal, timestamps: true, silentMs: SILENT_MS } as const;
  let at = since ?? new Date(0);
  for await (const raw of readDockerLog(docker, wish)) {
    yield raw.map(({ text, isError }) => {
      const end = text.indexOf(' ');
      const moment = end > 0 ? Date.parse(text.slice(0, end)) : Number.NaN;
      // What is beyond Docker’s own longest piece has its moment in the middle.
      if (Number.isNaN(moment)) return { service, at, isError, text };
      at = new Date(moment);
      return { service, at, isError, text: text.slice(end + 1) };
    });
  }
}

/** Whoever takes a line may make the next one wait. */
export type TakeLine = Parameters<Containers['readLog']>[1];

interface Reading {
  readonly source: AsyncGenerator<readonly ContainerLine[]>;
  batch: readonly ContainerLine[];
  place: number;
}

/** All their lines in the order of time, one of each source being held at least. */
export async function inOrder(
  sources: readonly AsyncGenerator<readonly ContainerLine[]>[],
  take: TakeLine,
): Promise<void> {
  const readings: Reading[] = sources.map((source) => ({ source, batch: [], place: 0 }));
  try {
    const open = new Set(readings);
    for (;;) {
      await Promise.all([...open].map(async (one) => (await refill(one)) || open.delete(one)));
      if (open.size === 0) return;
      await handOver([...open], take);
    }
  } finally {
    await Promise.allSettled(readings.map(({ source }) => source.return(undefined)));
  }
}

/** Until one of them has no more at hand. */
async function handOver(open: readonly Reading[], take: TakeLine): Promise<void> {
  while (open.every(({ batch, place }) => place < batch.length)) {
    const first = open.reduce((best, one) => (headOf(one) < headOf(best) ? one : best));
    const taken = take(first.batch[first.place++] as ContainerLine);
    if (taken instanceof Promise) await taken;
  }
}

function headOf({ batch, place }: Reading): number {
  return batch[place]?.at.getTime() ?? 0;
}

async function refill(reading: Reading): Promise<boolean> {
  if (reading.place < reading.batch.length) return true;
  const { value, done } = await reading.source.next();
  if (done) return false;
  reading.batch = value;
  reading.place = 0;
  return true;
}
