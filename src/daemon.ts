import { systemClock } from './adapters/clock.ts';
import { openLog } from './adapters/log.ts';
import { assertMigrated } from './adapters/migrations.ts';
import { thisMachine } from './adapters/processes.ts';
import type { SlackWeb } from './adapters/slack-web.ts';
import { type Composition, compose, composeHeartbeat, composeMeter, composeSlack } from './compose.ts';
import { type Config, loadConfig, type SlackConfig } from './config.ts';
import { StartError, UnavailableError } from './errors.ts';
import type { Watch, WatchOptions } from './faces/http/index.ts';
import { freshestCopies } from './models/backup-freshness.ts';
import { checkApprovals } from './ops/approving/check-approvals.ts';
import { OPERATIONS } from './ops/index.ts';
import { createService, type OpsService } from './ops/service/service.ts';
import type { Log, NewestBackup, Ports } from './ports.ts';
import { recordStart } from './record-start.ts';
import { version } from './version.ts';

// What the bot and the worker have in common: processes that stay, and say in the ledger that they are there.

/** Everything such a process stands on. */
export interface Daemon extends Pick<Composition, 'queue' | 'close'> {
  readonly config: Config;
  readonly slack: SlackConfig;
  readonly web: SlackWeb;
  readonly ports: Ports & { readonly startId: string };
  readonly service: OpsService;
  /** Looks at CapOps where somebody asks or is told; loaded only there. */
  watchOver(isConnected: () => boolean): Promise<Watch | undefined>;
}

/** Reads and checks the configuration, builds the adapters, and writes the start to the ledger. */
export async function openDaemon(check: (config: Config) => void = () => undefined): Promise<Daemon> {
  const config = loadConfig();
  const log = openLog({ level: config.logLevel });
  const slack = slackOf(config);
  checkApprovals(config.settings, OPERATIONS);
  check(config);
  await assertMigrated(config);
  const meter = await composeMeter(config);
  const { web, directory } = await composeSlack(slack, { clock: systemClock, meter });
  const composition = await compose(config, { log, clock: systemClock, directory, meter });
  const processes = thisMachine();
  const startId = await recordStart(config, composition.ports.databases, processes);
  const ports = { ...composition.ports, startId, processes };
  meter?.watchQueue(composition.queue.depth);
  meter?.watchBackups(() => newestBackups(composition.ports));
  const health = config.watching.health && meter && { ...config.watching.health, metrics: meter.page };
  return {
    ...composition,
    config,
    slack,
    web,
    ports,
    service: createService(ports, OPERATIONS),
    watchOver: (isConnected) => watchOver(config, { ports, slack: web.quick, isConnected, health }),
  };
}

/** As /metrics shows them. */
async function newestBackups({ databases, clock }: Ports): Promise<NewestBackup[]> {
  const now = clock.now();
  return (await freshestCopies(databases.ledger, now)).map(({ role, storage, takenAt, bytes }) => {
    return { database: role, storage, bytes, ageSeconds: (now.getTime() - takenAt.getTime()) / 1000 };
  });
}

function slackOf({ slack }: Config): SlackConfig {
  if (slack) return slack;
  throw new StartError(
    'SLACK_BOT_TOKEN is not set, so there is no Slack to serve. README.md says how to install CapOps in a workspace; the terminal (pnpm ops help) works without it.',
  );
}

async function watchOver(config: Config, options: Omit<WatchOptions, 'heartbeat'>): Promise<Watch | undefined> {
  const { health, heartbeatUrl, pagingUrl } = config.watching;
  if (!health && heartbeatUrl === undefined && pagingUrl === undefined) return undefined;
  const { startWatch } = await import('./faces/http/index.ts');
  return startWatch({ ...options, heartbeat: await composeHeartbeat(config, options.ports.log) });
}

/** What is written to the log once it serves. */
export function readyFields({ settings, policyFile }: Config, watch: Watch | undefined) {
  return {
    healthPort: watch?.port,
    environment: settings.environment,
    version,
    policy: policyFile?.sha256,
  };
}

/** SIGTERM closes; what is not closed by then is cut off. */
export function stopOnSignal(log: Log, drainMs: number, close: () => Promise<void>): void {
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), drainMs).unref();
    await close().catch((error: unknown) => log.error({ err: error }, 'not everything could be closed'));
    log.info({}, 'stopped');
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}

/** Ends the process with the reason why it does not start. */
export function refuseToStart(error: unknown): never {
  const known = error instanceof StartError || error instanceof UnavailableError;
  const why = known || !(error instanceof Error) ? String((error as Error).message ?? error) : error.stack;
  process.stderr.write(`CapOps does not start.\n${why}\n`);
  process.exit(1);
}
