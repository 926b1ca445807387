import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { openProbes } from '../../src/adapters/probes.ts';
import { SERVICES } from '../../src/domain/health.ts';
import type { Settings } from '../../src/ports.ts';
import { type HttpService, httpService, json, page } from '../setup/http-service.ts';
import { whyMissing } from '../setup/machine.ts';
import { redisUrl } from '../setup/redis.ts';
import { type TcpProxy, tcpProxy } from '../setup/tcp-proxy.ts';
import { type Desk, openDesk } from './desk.ts';

/** A desk whose services can fail: real databases and a real Redis behind proxies, web services of the test's own. */
export interface HealthGround extends Desk {
  readonly gateway: HttpService;
  readonly frontend: HttpService;
  readonly slack: HttpService;
  /** Before the platform's database, the ledger and Redis. */
  readonly before: Readonly<Record<'platform' | 'ledger' | 'redis', TcpProxy>>;
}

interface GroundOptions {
  readonly settings?: Partial<Settings>;
  /** Left out: as they are usually. */
  readonly without?: readonly ('gateway' | 'frontend' | 'redis' | 'slack')[];
}

/** So that nothing is slow on a machine that is busy with other tests. */
export const PATIENT = { timeoutMs: 20_000, slowMs: 15_000 };
const PATIENT_CHECKS = Object.fromEntries(SERVICES.map((service) => [service, PATIENT]));

export const GATEWAY_OK = json({ status: 'ok', environment: 'test', version: '2.1.0', database: 'connected' });

/** Opened for one test, and closed with it. */
export async function openHealthGround({ settings = {}, without = [] }: GroundOptions = {}): Promise<HealthGround> {
  const folder = mkdtempSync(join(tmpdir(), 'capops-health-'));
  const gateway = await httpService(GATEWAY_OK);
  const frontend = await httpService(page('<!doctype html><title>CapaCity Planner</title>'));
  const slack = await httpService(json({ ok: true, team: 'Capacity' }));
  const proxies: Partial<Record<'platform' | 'ledger' | 'redis', TcpProxy>> = {};
  const addresses: Record<string, string> = {};
  const redis = whyMissing('redis') ? undefined : redisUrl();
  for (const name of ['platform', 'ledger'] as const) proxies[name] = await tcpProxy(portOfPostgres());
  proxies.redis = await tcpProxy(Number(redis ? new URL(redis).port : 1));
  const before = proxies as HealthGround['before'];
  const desk = await openDesk({
    settings: { health: { ...PATIENT, checks: PATIENT_CHECKS }, ...settings },
    through: (url, database) => {
      addresses[database] = before[database].through(url);
      return addresses[database];
    },
    probes: () =>
      openProbes(
        {
          databaseUrl: addresses.platform ?? '',
          ledgerDatabaseUrl: addresses.ledger ?? '',
          ledgerIsDerived: true,
          redisUrl: redis && !without.includes('redis') ? before.redis.through(redis) : undefined,
          slack: without.includes('slack') ? undefined : slackAt(slack.url),
          services: {
            gatewayUrl: without.includes('gateway') ? undefined : gateway.url,
            frontendUrl: without.includes('frontend') ? undefined : frontend.url,
          },
          backups: { folder: join(folder, 'backups'), offsite: undefined },
        },
        { log: quiet },
      ),
  });
  onTestFinished(async () => {
    for (const proxy of Object.values(before)) await proxy.close();
    await desk.close();
    for (const service of [gateway, frontend, slack]) await service.close();
    rmSync(folder, { recursive: true });
  });
  return Object.defineProperties(desk, {
    gateway: { value: gateway },
    frontend: { value: frontend },
    slack: { value: slack },
    before: { value: before },
  }) as HealthGround;
}

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function portOfPostgres(): number {
  return Number(new URL(inject('postgresUrl')).port);
}

function slackAt(url: string) {
  return { botToken: 'xoxb-not-a-real-token', apiUrl: `${url}/api/` } as Parameters<typeof openProbes>[0]['slack'];
}
