// Backups beside PostgreSQL's own tools and the platform's way: `node bench/backup.ts [megabytes]`.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { backUp, PEERS, timePeer } from './backup-contenders.ts';
import { judgeObjectStore } from './backup-offsite.ts';
import { judgeSessions } from './backup-sessions.ts';
import type { Made } from './backup-worker.ts';
import { judge, median, openGround } from './ground.ts';
import { fillWithMix } from './mix.ts';

const ROUNDS = 5;
const SMALL_MB = 100;
const LARGE_MB = Number(process.argv[2] ?? 300);
const [FLOOR, GZIP, PLATFORM] = Object.keys(PEERS) as (keyof typeof PEERS)[] as [
  keyof typeof PEERS,
  keyof typeof PEERS,
  keyof typeof PEERS,
];

const folder = mkdtempSync(join(tmpdir(), 'capops-bench-'));
const ground = await openGround();
try {
  const small = await filled(SMALL_MB);
  const databaseUrl = await filled(LARGE_MB);
  console.log(`${LARGE_MB} MB, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}`);
  const { ours, floor } = await race(databaseUrl);
  const gzip = await timePeer(PEERS[GZIP], databaseUrl);
  const platform = await timePeer(PEERS[PLATFORM], databaseUrl);
  const ms = median(ours.map((made) => made.ms));
  const seconds = (time: number) => `${(time / 1000).toFixed(2)} s`;
  console.log(`CapOps ${seconds(ms)}, ${FLOOR} ${seconds(floor)} (medians of ${ROUNDS})`);
  console.log(`${GZIP} ${seconds(gzip)}, ${PLATFORM} ${seconds(platform)}`);
  judge(`backup: time, ratio to ${FLOOR}`, ms / floor, { atMost: 1.1 });
  judge(`backup: times faster than ${GZIP}`, gzip / ms, { atLeast: 2 });
  judge(`backup: times faster than ${PLATFORM}`, platform / ms, { atLeast: 2 });
  judge('backup: reading back, ratio to the dump', median(ours.map((made) => made.checkMs / made.ms)), { atMost: 0.6 });
  judgeSessions({ databaseUrl, folder, stream: median(ours.map((made) => made.ms)) });
  const little = [1, 2, 3].map((round) => local(small, `small-${round}`).memoryMb);
  judge(`backup: most MB above idle at ${SMALL_MB} MB`, Math.max(...little), { atMost: 80 });
  judge(`backup: most MB above idle at ${LARGE_MB} MB`, Math.max(...ours.map((made) => made.memoryMb)), { atMost: 80 });
  await judgeObjectStore({
    databaseUrl,
    expectedBytes: ours[0]?.bytes ?? 0,
    local: () => local(databaseUrl, 'beside'),
  });
} finally {
  await ground.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function filled(megabytes: number): Promise<string> {
  const { databaseUrl } = await ground.databases(`mix_${megabytes}_${process.pid}`);
  await fillWithMix(databaseUrl, megabytes);
  return databaseUrl;
}

function local(databaseUrl: string, key: string): Made {
  return backUp({ databaseUrl, where: { folder }, key: `${key}.dump.zst`, expectedBytes: 0 });
}

/** In turns, after one round that counts for nobody: it has the database read from the disk. */
async function race(databaseUrl: string): Promise<{ ours: Made[]; floor: number }> {
  local(databaseUrl, 'warm');
  const ours: Made[] = [];
  const floor: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    floor.push(await timePeer(PEERS[FLOOR], databaseUrl));
    ours.push(local(databaseUrl, `round-${round}`));
  }
  return { ours, floor: median(floor) };
}
