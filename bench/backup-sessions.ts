import { backUp } from './backup-contenders.ts';
import type { Made } from './backup-worker.ts';
import { judge, median } from './ground.ts';

const ROUNDS = 3;

/** A dump by several sessions beside `stream`, the milliseconds of one by a single session of the same database. */
export function judgeSessions({
  databaseUrl,
  folder,
  stream,
}: {
  readonly databaseUrl: string;
  readonly folder: string;
  readonly stream: number;
}): void {
  const made: Made[] = [];
  for (let round = 1; round <= ROUNDS; round++)
    made.push(backUp({ databaseUrl, where: { folder }, key: `sessions-${round}.dir.tar`, expectedBytes: 0 }));
  const seconds = (of: (one: Made) => number) => `${(median(made.map(of)) / 1000).toFixed(2)} s`;
  const size = `${((made[0]?.bytes ?? 0) / 1e6).toFixed(0)} MB`;
  console.log(
    `by several sessions: ${seconds(({ ms }) => ms)}, reading back ${seconds(({ checkMs }) => checkMs)}, ${size}`,
  );
  console.log(`by several sessions: ${(median(made.map(({ ms }) => ms)) / stream).toFixed(2)} times the single stream`);
  const memory = Math.max(...made.map(({ memoryMb }) => memoryMb));
  judge('backup: most MB above idle, by several sessions', memory, { atMost: 80 });
}
