// Grants through the durable inbox of two replicas, beside the same operation called directly, and beside a bare Bolt app
// that stores what it acknowledges.
import { Client } from 'pg';
import { openDatabases } from '../src/adapters/databases.ts';
import { grantModule } from '../src/ops/grant-module.ts';
import { createService } from '../src/ops/service/service.ts';
import { type Bot, startBare, startCapOps } from './bots.ts';
import { everyCode, fill, judge, openGround } from './ground.ts';
import { askInTurn, type LoadResult, offer, openSlackEdge } from './slack-edge.ts';

const requests = Number(process.argv[2] ?? 500);
const WARM = 50;
/** Requests that are not answered yet, at any time. */
const AT_ONCE = 20;
const PER_SECOND = 25;
const REPLICAS = 2;

const codes = everyCode();
const warm = (number: number) => `grant ${codes.at(-1 - number)} work`;
const timed = (number: number) => `grant ${codes[number]} work`;
const ground = await openGround();
const edge = await openSlackEdge();
type Addresses = Awaited<ReturnType<typeof ground.databases>>;

async function airports(name: string): Promise<Addresses> {
  const addresses = await ground.databases(name);
  await fill(addresses.databaseUrl, []);
  return addresses;
}

/** How long the operation takes so many times, called directly, in ms. */
async function directly(addresses: Addresses): Promise<number> {
  const { databases, close } = openDatabases(addresses);
  const quiet = () => undefined;
  const log = { debug: quiet, info: quiet, warn: console.error, error: console.error };
  const settings = { environment: 'bench', timeZone: 'UTC', policy: undefined };
  const clock = { now: () => new Date() };
  const ports = { databases, cache: undefined, directory: undefined, clock, log, settings };
  const service = createService(ports, [grantModule]);
  const actor = { id: 'cli:bench@bench', name: 'Bench', face: 'terminal', osUser: 'bench' } as const;
  const grant = async (times: number, codeAt: (number: number) => string | undefined): Promise<number> => {
    const begun = performance.now();
    let next = 0;
    const work = async () => {
      for (let number = next++; number < times; number = next++) {
        const raw = { org: codeAt(number), module: 'work' };
        const outcome = await service.execute({ operation: grantModule, actor, raw });
        if (outcome.kind !== 'done') throw new Error(`a grant is ${outcome.kind}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return performance.now() - begun;
  };
  await grant(WARM, (number) => codes.at(-1 - number));
  const ms = await grant(requests, (number) => codes[number]);
  await service.settled();
  await close();
  return ms;
}

/** Does it beside so many bots, warm. */
async function among<T>(start: () => Promise<Bot>, work: (port: number[]) => Promise<T>): Promise<T> {
  const bots = await Promise.all(Array.from({ length: REPLICAS }, start));
  const port = bots.map((bot) => bot.port);
  await askInTurn({ port, edge, text: warm, times: WARM, atOnce: AT_ONCE });
  const result = await work(port);
  await Promise.all(bots.map((bot) => bot.stop()));
  return result;
}

/** Changes of access beside those that warmed the bots. */
async function effects({ databaseUrl }: Addresses): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query('SELECT count(*)::int AS count FROM entitlement.entitlement_audits');
  await client.end();
  return rows[0].count - WARM;
}

const direct = requests / ((await directly(await airports('bench_direct'))) / 1000);
const queue = await airports('bench_inbox');
const inboxMs = await among(
  () => startCapOps(edge, queue),
  (port) => askInTurn({ port, edge, text: timed, times: requests, atOnce: AT_ONCE }),
);
const inbox = requests / (inboxMs / 1000);
console.log(`${requests} grants: ${direct.toFixed(0)}/s directly, ${inbox.toFixed(0)}/s through the inbox`);

const load = { edge, text: timed, perSecond: PER_SECOND, seconds: requests / PER_SECOND };
const peers = await airports('bench_peer');
const bare = await among(
  () => startBare(edge, peers.databaseUrl),
  (port) => offer({ ...load, port }),
);
const loaded = await airports('bench_load');
const ours = await among(
  () => startCapOps(edge, loaded),
  (port) => offer({ ...load, port }),
);
const show = ({ p50, p99 }: LoadResult) => `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
console.log(`Acknowledged at ${PER_SECOND}/s: bare Bolt with an INSERT ${show(bare)}; CapOps ${show(ours)}`);

const all = { atLeast: 1, atMost: 1 };
judge('runs: share of effects, in turn', (await effects(queue)) / requests, all);
judge('runs: share of effects, under load', (await effects(loaded)) / requests, all);
judge('runs: share of askers answered', ours.answered / ours.sent, all);
judge('runs: throughput, ratio to direct calls', inbox / direct, { atLeast: 0.5 });
judge('runs: p99 of the acknowledgement, ratio to bare Bolt with an INSERT', ours.p99 / bare.p99, { atMost: 2 });
edge.close();
await ground.stop();
