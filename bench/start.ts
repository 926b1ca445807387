// From the process's start to ready, and memory at rest, beside a bare Bolt app.
import { type Bot, startBare, startCapOps } from './bots.ts';
import { judge, median, openGround } from './ground.ts';
import { openSlackEdge } from './slack-edge.ts';

const ROUNDS = 5;
const REST_MS = 3000;

const ground = await openGround();
const edge = await openSlackEdge();
const databases = await ground.databases('bench_start');

async function measure(start: () => Promise<Bot>): Promise<{ readyMs: number; residentMiB: number }> {
  const bot = await start();
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  const measured = { readyMs: bot.readyMs, residentMiB: bot.residentMiB() };
  await bot.stop();
  return measured;
}

const bare: Awaited<ReturnType<typeof measure>>[] = [];
const ours: typeof bare = [];
for (let round = 0; round < ROUNDS; round++) {
  bare.push(await measure(() => startBare(edge)));
  ours.push(await measure(() => startCapOps(edge, databases)));
}
const of = (results: typeof bare, what: 'readyMs' | 'residentMiB') => median(results.map((result) => result[what]));

console.log(
  `bare Bolt: ready in ${of(bare, 'readyMs').toFixed(0)} ms, ${of(bare, 'residentMiB').toFixed(0)} MiB at rest`,
);
console.log(
  `CapOps:    ready in ${of(ours, 'readyMs').toFixed(0)} ms, ${of(ours, 'residentMiB').toFixed(0)} MiB at rest`,
);
judge('start: time to ready, ratio', of(ours, 'readyMs') / of(bare, 'readyMs'), { atMost: 6 });
judge('start: memory at rest, ratio', of(ours, 'residentMiB') / of(bare, 'residentMiB'), { atMost: 1.6 });
edge.close();
await ground.stop();
