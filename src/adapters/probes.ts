import { resolve } from 'node:path';
import type { Config } from '../config.ts';
import type { Log, Look, Meter, Probes, Sight } from '../ports.ts';
import { diskSpace } from './disk-space.ts';
import { pendingMigrations } from './migrations.ts';
import { lookAtPage } from './probe-http.ts';
import { lookAtOffsite } from './probe-offsite.ts';
import { lookAtPostgres } from './probe-postgres.ts';
import { lookAtRedis } from './probe-redis.ts';
import { sightOf } from './probe-sight.ts';
import { lookAtSlack } from './probe-slack.ts';
import { openSlackGate } from './slack-fetch.ts';

type Given = Pick<
  Config,
  'databaseUrl' | 'ledgerDatabaseUrl' | 'ledgerIsDerived' | 'redisUrl' | 'slack' | 'services' | 'backups'
>;

interface Around {
  readonly log: Log;
  readonly meter?: Meter | undefined;
}

/** Longer than any look: the look's own signal ends it. */
const SLACK_MS = 60_000;

/** Looks at what is configured; nothing is connected before. The large packages are loaded here, so that no look is slow for it. */
export async function openProbes(config: Given, { log, meter }: Around): Promise<Probes> {
  const { slack, services, redisUrl: url, backups } = config;
  await Promise.all([url && import('ioredis'), backups.offsite && import('@aws-sdk/client-s3')]);
  const gate = slack && openSlackGate(slack.apiUrl, SLACK_MS, meter);
  const see = <T extends object>(service: string, look: Look, work: () => Promise<T>): Promise<Sight<T>> =>
    sightOf({ service, log }, look, work);
  const [gateway, frontend] = [under(services.gatewayUrl, 'health'), under(services.frontendUrl, '')];
  return {
    database: (look) => see('database', look, () => lookAtPostgres(config.databaseUrl, look)),
    ledger: (look) => see('ledger', look, () => lookAtPostgres(config.ledgerDatabaseUrl, look)),
    gateway: async (look) => gateway && see('gateway', look, () => lookAtPage(gateway, look)),
    frontend: async (look) => frontend && see('frontend', look, () => lookAtPage(frontend, look)),
    redis: async (look) => (url === undefined ? undefined : see('redis', look, () => lookAtRedis({ url, log }, look))),
    slack: async (look) => slack && gate && see('slack', look, () => lookAtSlack({ gate, ...slack }, look)),
    offsite: async (look) => {
      const { offsite } = backups;
      return offsite && see('offsite', look, () => lookAtOffsite(offsite, look));
    },
    disk: (look) => see('disk', look, () => diskSpace(resolve(backups.folder))),
    migrations: (look) => see('migrations', look, () => pendingMigrations(config)),
  };
}

/** The address of a page under another's; undefined where there is none. */
function under(base: string | undefined, path: string): URL | undefined {
  return base === undefined ? undefined : new URL(path, base.endsWith('/') ? base : `${base}/`);
}
