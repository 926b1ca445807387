import { inject } from 'vitest';
import { openDatabases } from '../../src/adapters/databases.ts';
import type { HealthFinding, HealthState, Service } from '../../src/domain/health.ts';
import { LABELS } from '../../src/domain/health.ts';
import { watchHealth } from '../../src/ops/health/watch-health.ts';
import type { Announcer } from '../../src/ops/service/announcer.ts';
import type { Databases, HealthSettings, Ports } from '../../src/ports.ts';
import { createPlatformDatabase } from '../setup/database.ts';
import { type TcpProxy, tcpProxy } from '../setup/tcp-proxy.ts';

/** A message in the channel, with what it says now and what is in its thread. */
interface Message {
  readonly title: () => string;
  readonly said: string[];
  readonly thread: string[];
}

/** Health watched by replicas on a real ledger, whose clock the test turns; what is found is scripted. */
export interface WatchedHealth {
  readonly databases: Databases;
  readonly proxy: TcpProxy;
  /** By service; what is not named is healthy. */
  readonly found: Partial<Record<Service, { state: HealthState; says?: string }>>;
  readonly messages: Message[];
  readonly paged: string[];
  /** Messages that somebody has deleted, by their place. */
  readonly deleted: Set<number>;
  /** Set: Slack fails right behind the next message that it takes, or before it. */
  fault: 'before' | 'behind' | undefined;
  /** How often anything was looked at. */
  looks: number;
  /** What a look waits for, once it has seen everything. */
  hold: Promise<void> | undefined;
  setClocks(at: string): Promise<void>;
  /** Both clocks, and the steady one. */
  later(minutes: number): Promise<void>;
  /** One more replica; what it returns takes a round. */
  join(): () => Promise<Date | undefined>;
  ledger(sql: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export async function openWatchedHealth(health: Partial<HealthSettings> = {}): Promise<WatchedHealth> {
  const { platformUrl, ledgerUrl, drop } = await createPlatformDatabase({ shape: 'platform', ledger: 'migrated' });
  const direct = openDatabases({ databaseUrl: platformUrl, ledgerDatabaseUrl: ledgerUrl });
  await turnable(direct.databases);
  const proxy = await tcpProxy(Number(new URL(inject('postgresUrl')).port));
  const opened = openDatabases({ databaseUrl: platformUrl, ledgerDatabaseUrl: proxy.through(ledgerUrl) });
  const clocks = { now: new Date(0), steadyMs: 0 };
  const quiet = () => undefined;
  const ports: Ports = {
    databases: opened.databases,
    ...{ cache: undefined, directory: undefined },
    clock: { now: () => clocks.now },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    settings: {
      ...{ environment: 'test', timeZone: 'Europe/London', policy: undefined },
      health: { timeoutMs: undefined, slowMs: undefined, checks: {}, ...health },
    },
    pager: {
      wake: (trouble, summary) => void ground.paged.push(`${trouble}: ${summary}`),
      over: (trouble) => void ground.paged.push(`${trouble} over`),
    },
  };
  const setBoth = async (at: Date) => {
    clocks.now = at;
    await direct.databases.ledger.raw('UPDATE clock.hands SET at = ?', [at]);
  };
  const ground: WatchedHealth = {
    databases: opened.databases,
    proxy,
    found: {},
    ...{ messages: [], paged: [], deleted: new Set(), fault: undefined, hold: undefined, looks: 0 },
    setClocks: (at) => setBoth(new Date(at)),
    later: async (minutes) => {
      clocks.steadyMs += minutes * 60_000;
      await setBoth(new Date(clocks.now.getTime() + minutes * 60_000));
    },
    join: () =>
      watchHealth({
        ...{ ports, announcer: announcerOf(ground), channel: 'C0OPS', steadyMs: () => clocks.steadyMs },
        look: async () => {
          ground.looks++;
          const findings = findingsOf(ground.found);
          await ground.hold;
          return findings;
        },
      }),
    ledger: async (sql) => (await direct.databases.ledger.raw(sql)).rows,
    close: async () => {
      await Promise.all([opened.close(), direct.close()]);
      await proxy.close();
      await drop();
    },
  };
  await ground.setClocks('2026-11-20T12:00:10Z');
  return ground;
}

/** Gives the ledger a clock that can be turned: a `now` that is found before PostgreSQL's own. */
async function turnable({ ledger }: Databases): Promise<void> {
  await ledger.raw(`
    CREATE SCHEMA clock;
    CREATE TABLE clock.hands AS SELECT pg_catalog.now() AS at;
    CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT at FROM clock.hands';
    DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = clock, public, pg_catalog', current_database()); END $$;
  `);
}

function findingsOf(found: WatchedHealth['found']): HealthFinding[] {
  const services: Service[] = ['database', 'gateway', 'frontend', 'ledger', 'backup'];
  return services.map((service) => {
    const { state = 'healthy', says = state === 'healthy' ? 'Connected (3 ms)' : 'Connection refused' } =
      found[service] ?? {};
    const latency = state === 'healthy' ? { latencyMs: 3 } : { next: 'Look at its log.' };
    return { service, label: LABELS[service], state, says, ...latency };
  });
}

/** Slack, as far as it matters. */
function announcerOf(ground: WatchedHealth): Announcer {
  const take = <T>(act: () => T): T => {
    const { fault } = ground;
    if (fault === 'before') throw new Error('Slack is down');
    const result = act();
    ground.fault = undefined;
    if (fault === 'behind') throw new Error('gone right behind it');
    return result;
  };
  const at = (ts: string) => {
    const message = ground.messages[Number(ts)];
    if (!message || ground.deleted.has(Number(ts))) throw new Error('message_not_found');
    return message;
  };
  return {
    post: async (channel, _, { title }) =>
      take(() => {
        const said = [title];
        ground.messages.push({ said, thread: [], title: () => said.at(-1) ?? '' });
        return { channel, ts: `${ground.messages.length - 1}` };
      }),
    reply: async ({ channel, ts }, _, { title }) =>
      take(() => {
        at(ts).thread.push(title);
        return { channel, ts: `${ts}.1` };
      }),
    amend: async ({ ts }, _, { title }) => take(() => void at(ts).said.push(title)),
  };
}
