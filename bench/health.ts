// What one look at everything costs: beside its slowest check, beside the limit of one that hangs, and in connections left.
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { Client } from 'pg';
import { openDatabases } from '../src/adapters/databases.ts';
import { openProbes } from '../src/adapters/probes.ts';
import type { HealthFinding } from '../src/domain/health.ts';
import { lookAtHealth } from '../src/ops/health/look-at-health.ts';
import type { Ports, Probes } from '../src/ports.ts';
import { judge, median, openGround } from './ground.ts';

const ANSWER_MS = 50;
const LIMIT_MS = 1000;
const ROUNDS = 15;
const LOOKS = 100;

const ground = await openGround();
const databases = await ground.databases('bench_health');
const open: { close(): unknown }[] = [];

/** A web service that answers after a while, or never. */
async function service(body: string | undefined): Promise<string> {
  const serve: RequestListener = (_, response) => {
    if (body !== undefined) setTimeout(() => response.end(body), ANSWER_MS);
  };
  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

/** PostgreSQL at some distance: the first answer of each connection comes after a while. */
async function distant(url: string): Promise<string> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const server = createTcpServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    far.once('data', (first) => {
      far.pause();
      setTimeout(() => {
        near.write(first);
        far.pipe(near);
      }, ANSWER_MS);
    });
    near.pipe(far);
    near.on('close', () => far.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  const { port } = server.address() as { port: number };
  return Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href;
}

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const addresses = {
  databaseUrl: await distant(databases.databaseUrl),
  ledgerDatabaseUrl: await distant(databases.ledgerDatabaseUrl),
};
const pools = openDatabases(addresses);
open.push(pools);

/** The ports of a process whose gateway is there; each look's time is noted by its service. */
async function portsWith(gatewayUrl: string, times: Map<string, number>): Promise<Ports> {
  const slack = { botToken: 'xoxb-none', apiUrl: `${await service('{"ok":true}')}/api/` } as Parameters<
    typeof openProbes
  >[0]['slack'];
  const probes = await openProbes(
    {
      ...addresses,
      ledgerIsDerived: true,
      redisUrl: undefined,
      slack,
      services: { gatewayUrl, frontendUrl: await service('<!doctype html><title>Capacity</title>') },
      backups: { folder: tmpdir(), offsite: undefined },
    },
    { log: quiet },
  );
  return {
    databases: pools.databases,
    cache: undefined,
    directory: undefined,
    clock: { now: () => new Date() },
    log: quiet,
    settings: { environment: 'bench', timeZone: 'UTC', policy: undefined, health: LIMITS },
    openProbes: async () => timed(probes, times),
  };
}

const LIMITS = {
  timeoutMs: LIMIT_MS,
  slowMs: LIMIT_MS,
  checks: {},
  maintenance: [],
  quietHours: undefined,
  channel: undefined,
};

function timed(probes: Probes, times: Map<string, number>): Probes {
  const entries = Object.entries(probes).map(([name, look]) => {
    const measured = async (asked: Parameters<typeof look>[0]) => {
      const begun = performance.now();
      const seen = await look(asked);
      times.set(name, performance.now() - begun);
      return seen;
    };
    return [name, measured];
  });
  return Object.fromEntries(entries) as unknown as Probes;
}

async function look(ports: Ports): Promise<{ ms: number; findings: HealthFinding[] }> {
  const begun = performance.now();
  const findings = await lookAtHealth(ports, { isVerbose: false });
  return { ms: performance.now() - begun, findings };
}

const times = new Map<string, number>();
const sound = await portsWith(await service('{"status":"ok"}'), times);
for (let warm = 0; warm < 3; warm++) await look(sound);
const rounds: { ms: number; slowestMs: number }[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const { ms, findings } = await look(sound);
  const ill = findings.filter(({ state }) => state === 'unhealthy');
  if (ill.length > 0) throw new Error(ill.map(({ label, says }) => `${label}: ${says}`).join('; '));
  rounds.push({ ms, slowestMs: Math.max(...times.values()) });
}
console.log(
  `everything ${median(rounds.map(({ ms }) => ms)).toFixed(0)} ms, its slowest check ${median(rounds.map(({ slowestMs }) => slowestMs)).toFixed(0)} ms, median of ${ROUNDS}`,
);
judge('health: all of it, ratio to its slowest check', median(rounds.map(({ ms, slowestMs }) => ms / slowestMs)), {
  atMost: 1.3,
});

const hanging = await portsWith(await service(undefined), new Map());
const waits: number[] = [];
for (let round = 0; round < 5; round++) waits.push((await look(hanging)).ms - LIMIT_MS);
judge('health: one that hangs, ms beyond its limit', Math.max(...waits), { atMost: 200 });

/** Sockets of this process, and our connections as PostgreSQL counts them. */
async function held(): Promise<{ sockets: number; connections: number }> {
  const client = new Client({ connectionString: databases.databaseUrl, application_name: 'bench' });
  await client.connect();
  const { rows } = await client.query(
    "SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name LIKE 'capops%'",
  );
  await client.end();
  const sockets = process.getActiveResourcesInfo().filter((name) => /TCP|TLS/.test(name)).length;
  return { sockets, connections: rows[0].count };
}

await look(sound);
const rest = () => new Promise((resolve) => setTimeout(resolve, 12_000));
await rest();
const before = await held();
for (let count = 0; count < LOOKS; count++) await look(count % 10 === 0 ? hanging : sound);
await rest();
const after = await held();
console.log(
  `sockets ${before.sockets} and ${after.sockets}, connections ${before.connections} and ${after.connections}`,
);
judge(`health: sockets left by ${LOOKS} looks`, after.sockets - before.sockets, { atMost: 0 });
judge(`health: connections left by ${LOOKS} looks`, after.connections - before.connections, { atMost: 0 });

for (const one of open.toReversed()) await one.close();
await ground.stop();
