import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { openSlackDirectory } from '../../src/adapters/slack-directory.ts';
import { openSlackWeb } from '../../src/adapters/slack-web.ts';
import { compose } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import { OPERATIONS } from '../../src/ops/index.ts';
import { createService, type OpsService } from '../../src/ops/service/service.ts';
import { createPlatformDatabase, type PlatformDatabase } from '../setup/database.ts';
import { type Engine, startEngine } from '../setup/docker.ts';
import { type HttpService, httpService, json } from '../setup/http-service.ts';
import { whyMissing } from '../setup/machine.ts';
import { redisUrl } from '../setup/redis.ts';
import { type TcpProxy, tcpProxy } from '../setup/tcp-proxy.ts';

/** CapOps as it is composed from its settings, over services that are real and can all fail. */
export interface OutageGround {
  readonly service: OpsService;
  readonly databases: PlatformDatabase;
  /** Between CapOps and each of them. */
  readonly before: Readonly<Record<Behind, TcpProxy>>;
  readonly slack: HttpService;
  /** Undefined where there is no Docker on this machine. */
  readonly engine: Engine | undefined;
  /** For programs that are started: the same settings. */
  readonly env: Record<string, string>;
  readonly folder: string;
  /** What was logged as an error. */
  readonly errors: unknown[];
  /** What the clock says; it goes on from there. */
  turn(ms: number): void;
  close(): Promise<void>;
}

export type Behind = 'platform' | 'ledger' | 'redis' | 'docker';

const POLICY = `
environment: staging
slack: { team_id: T0TEAM, allowed_channels: any }
roles:
  admin: { users: [U0ADA] }
  operator: { users: [U0OMAR], groups: [S0OPS] }
compose: { project: planner, services: [web, api-gateway] }
limits: { requests_per_minute: 100000 }
# A machine that is busy with other tests is no slow service.
health: { slow: 2900ms, checks: { database: { slow: 2900ms }, ledger: { slow: 2900ms }, redis: { slow: 2900ms } } }
`;

/** A service that ends when it is asked to, and is well a second after its start. */
const WEB = 'trap "exit 0" TERM; echo listening; while :; do busybox sleep 1 & wait $!; done';

const HEALTHY = ['--health-cmd', 'true', '--health-interval', '1s', '--health-start-period', '1s'];

/** Logs that the digest looks through. */
const LOGS = `logs:
  - { name: web, service: web, project: planner }
  - { name: gateway, service: api-gateway, project: planner }
`;

interface GroundOptions {
  /** Put into capops.yml besides; absent: a log of a service. */
  readonly policy?: string;
  /** Set besides, or instead; what the ground has set is given. */
  readonly env?: (env: Readonly<Record<string, string>>, folder: string) => Record<string, string>;
}

export async function openOutageGround(options: GroundOptions = {}): Promise<OutageGround> {
  const opened: (() => unknown)[] = [];
  const close = async () => {
    for (const end of opened.toReversed()) await end();
  };
  try {
    return { ...(await open(options, (end) => void opened.push(end))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** `atEnd` takes what is to be done at the end, the last first. */
async function open(
  { policy = LOGS, env: more = () => ({}) }: GroundOptions,
  atEnd: (end: () => unknown) => void,
): Promise<Omit<OutageGround, 'close'>> {
  const folder = mkdtempSync(join(tmpdir(), 'capops-outages-'));
  atEnd(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'capops.yml'), `${POLICY}${policy}`, { mode: 0o600 });
  const databases = await createPlatformDatabase({ shape: 'platform', ledger: 'migrated' });
  atEnd(databases.drop);
  const engine = whyMissing('docker') ? undefined : await startEngine();
  atEnd(() => engine?.stop());
  engine?.docker(...labelled('web'), ...HEALTHY, 'localhost/shell:1', 'sh', '-c', WEB);
  const slack = await httpService(slackAnswers);
  atEnd(slack.close);
  const before = await openProxies(engine?.socketPath ?? join(folder, 'nobody.sock'));
  atEnd(() => Promise.all(Object.values(before).map((proxy) => proxy.close())));
  const usual = {
    DATABASE_URL: before.platform.through(databases.platformUrl),
    LEDGER_DATABASE_URL: before.ledger.through(databases.ledgerUrl),
    REDIS_URL: `redis://127.0.0.1:${before.redis.port}`,
    DOCKER_HOST: `tcp://127.0.0.1:${before.docker.port}`,
    SLACK_BOT_TOKEN: 'xoxb-not-a-real-token',
    SLACK_SIGNING_SECRET: '0123456789abcdef0123456789abcdef',
    SLACK_API_URL: `${slack.url}/api/`,
    PATH: process.env.PATH ?? '',
  };
  const env = { ...usual, ...more(usual, folder) };
  return { ...(await serve(env, folder, atEnd)), databases, before, slack, engine, env, folder };
}

async function openProxies(docker: string): Promise<OutageGround['before']> {
  const portOfPostgres = Number(new URL(inject('postgresUrl')).port);
  const redis = whyMissing('redis') ? 'redis://127.0.0.1:1' : redisUrl();
  const targets = [portOfPostgres, portOfPostgres, Number(new URL(redis).port), docker] as const;
  const [platform, ledger, cache, engine] = await Promise.all(targets.map((target) => tcpProxy(target)));
  if (!platform || !ledger || !cache || !engine) throw new Error('a proxy is missing');
  return { platform, ledger, redis: cache, docker: engine };
}

/** CapOps as its settings make it, with a clock that can be turned. */
async function serve(
  env: Record<string, string>,
  folder: string,
  atEnd: (end: () => unknown) => void,
): Promise<Pick<OutageGround, 'service' | 'errors' | 'turn'>> {
  const config = loadConfig({ env, folder });
  const errors: unknown[] = [];
  const quiet = () => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: (fields: object) => void errors.push(fields) };
  let turnedMs = 0;
  const clock = { now: () => new Date(Date.now() + turnedMs) };
  const { quick } = openSlackWeb({ botToken: env.SLACK_BOT_TOKEN ?? '', apiUrl: config.slack?.apiUrl });
  const composition = await compose(config, { log, clock, directory: openSlackDirectory(quick, clock) });
  atEnd(composition.close);
  const service = createService(composition.ports, OPERATIONS);
  atEnd(service.settled);
  const turn = (ms: number) => {
    turnedMs += ms;
  };
  return { service, errors, turn };
}

function labelled(service: string): string[] {
  const labels = [`project=planner`, `service=${service}`].flatMap((label) => [
    '--label',
    `com.docker.compose.${label}`,
  ]);
  return ['run', '--detach', '--network', 'none', '--name', `planner-${service}-1`, ...labels];
}

/** A workspace in which everybody is a member. */
export const slackAnswers: Parameters<typeof httpService>[0] = (request, response) => {
  const method = request.url?.split('/').at(-1) ?? '';
  const answers: Record<string, object> = {
    'auth.test': { team_id: 'T0TEAM', team: 'Capacity' },
    'users.info': { user: { name: 'somebody', real_name: 'Somebody' } },
    'usergroups.users.list': { users: ['U0GINA'] },
  };
  json({ ok: true, ...answers[method] })(request, response);
};
