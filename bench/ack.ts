// `/capops org LHR`, signed, over HTTP, in an open loop: how fast CapOps acknowledges beside a bare Bolt app.
import { startBare, startCapOps } from './bots.ts';
import { fill, judge, openGround } from './ground.ts';
import { type LoadResult, offer, openSlackEdge } from './slack-edge.ts';

const seconds = Number(process.argv[2] ?? 30);
const BAR = { atMost: 3 };

const ground = await openGround();
const edge = await openSlackEdge();
const databases = await ground.databases('bench_ack');
await fill(databases.databaseUrl, ['assets', 'work', 'planning']);

/** Each bot alone, one after the other: warm for 3 s, then the load. */
async function compare(perSecond: number, forSeconds: number): Promise<{ bare: LoadResult; ours: LoadResult }> {
  const results: LoadResult[] = [];
  for (const start of [() => startBare(edge), () => startCapOps(edge, databases)]) {
    const bot = await start();
    const load = { port: bot.port, edge, text: 'org LHR' };
    await offer({ ...load, perSecond: 100, seconds: 3 });
    results.push(await offer({ ...load, perSecond, seconds: forSeconds }));
    await bot.stop();
  }
  const [bare, ours] = results as [LoadResult, LoadResult];
  console.log(
    `${perSecond}/s for ${forSeconds} s: bare p50 ${show(bare.p50)}, p99 ${show(bare.p99)}; CapOps p50 ${show(ours.p50)}, p99 ${show(ours.p99)}; answered ${ours.answered} of ${ours.sent}`,
  );
  return { bare, ours };
}

const show = (ms: number) => `${ms.toFixed(1)} ms`;
const holds = ({ bare, ours }: Awaited<ReturnType<typeof compare>>) =>
  ours.p99 <= BAR.atMost * bare.p99 && ours.answered === ours.sent;

const promised = await compare(200, seconds);
judge('ack: p99, ratio to bare Bolt at 200/s', promised.ours.p99 / promised.bare.p99, BAR);
judge('ack: share of askers answered', promised.ours.answered / promised.ours.sent, { atLeast: 1 });

let highest = 200;
for (const perSecond of [300, 400, 500, 600, 800, 1000]) {
  if (!holds(await compare(perSecond, 10))) break;
  highest = perSecond;
}
console.log(`The highest rate tried at which this still holds: ${highest}/s`);

edge.close();
await ground.stop();
