import { hostname } from 'node:os';
import { systemClock } from './adapters/clock.ts';
import { openLog } from './adapters/log.ts';
import { assertMigrated } from './adapters/migrations.ts';
import { thisMachine } from './adapters/processes.ts';
import { compose, composeHeartbeat, composeMeter, composeSlack } from './compose.ts';
import { type Config, loadConfig, type SlackConfig } from './config.ts';
import { StartError, UnavailableError } from './errors.ts';
import type { Watch, WatchOptions } from './faces/http/index.ts';
import type { Scheduler } from './faces/scheduler/index.ts';
import { createSlackFace } from './faces/slack/index.ts';
import { Start } from './models/start.ts';
import { checkApprovals } from './ops/check-approvals.ts';
import { checkSchedule } from './ops/check-schedule.ts';
import { OPERATIONS } from './ops/index.ts';
import type { ScheduleDesk } from './ops/schedule-work.ts';
import { createService } from './ops/service.ts';
import { startUpkeep } from './ops/upkeep.ts';
import type { Log } from './ports.ts';
import { version } from './version.ts';

/** How long a stop waits for what is under way before it gives up. */
const DRAIN_MS = 10_000;
/** How often a start that waits for Slack says so. */
const LATE_MS = 5_000;

/** The bot: configuration, adapters, the ops service, its faces; SIGTERM drains and closes in reverse. */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = openLog({ level: config.logLevel });
  const slack = slackOf(config);
  checkApprovals(config.settings, OPERATIONS);
  checkSchedule({ settings: config.settings, clock: systemClock }, OPERATIONS);
  await assertMigrated(config);
  const meter = await composeMeter(config);
  const { web, directory } = await composeSlack(slack, { clock: systemClock, meter });
  const { ports: composed, close: closePorts } = await compose(config, { log, clock: systemClock, directory, meter });
  const processes = thisMachine();
  const startId = await Start.record(composed.databases.ledger, {
    ...startRow(config),
    machine: processes.machine ?? null,
  });
  const ports = { ...composed, startId, processes };
  const service = createService(ports, OPERATIONS);
  const face = createSlackFace({ service, ports, web, config: slack, announcements: config.announcements });
  const upkeep = startUpkeep(
    { ports, service, startId, announcer: face.announcer, channel: config.announcements },
    face.tell,
  );
  const running: { watch?: Watch | undefined; scheduler?: Scheduler | undefined } = {};
  stopOnSignal(log, async () => {
    await Promise.all([face.stop(), running.scheduler?.stop()]);
    await service.settled();
    await upkeep.stop();
    await running.watch?.stop();
    await closePorts();
  });
  const health = config.watching.health && meter && { ...config.watching.health, metrics: meter.page };
  running.watch = await watchOver(config, { ports, slack: web.quick, isConnected: face.isConnected, health });
  const { port } = await patiently(log, face.start());
  running.scheduler = await startScheduler({ ports, service, announcer: face.announcer });
  log.info(
    {
      port,
      healthPort: running.watch?.port,
      environment: config.settings.environment,
      version,
      policy: config.policyFile?.sha256,
    },
    'ready',
  );
}

function slackOf({ slack }: Config): SlackConfig {
  if (slack) return slack;
  throw new StartError(
    'SLACK_BOT_TOKEN is not set, so there is no Slack to serve. README.md says how to install CapOps in a workspace; the terminal (pnpm ops help) works without it.',
  );
}

/** Slack may take long, or be down: whoever reads the log hears of it. */
async function patiently<T>(log: Log, start: Promise<T>): Promise<T> {
  const late = setInterval(() => log.warn({}, 'Slack does not answer yet; CapOps goes on trying'), LATE_MS);
  return start.finally(() => clearInterval(late));
}

/** Loaded only where something is scheduled. */
async function startScheduler(desk: ScheduleDesk): Promise<Scheduler | undefined> {
  if ((desk.ports.settings.policy?.schedule ?? []).length === 0) return undefined;
  const { createScheduler } = await import('./faces/scheduler/index.ts');
  const scheduler = createScheduler(desk);
  scheduler.start();
  return scheduler;
}

/** Starts before Slack is there: whoever looks sees CapOps wait for it. Loaded only where somebody looks or is told. */
async function watchOver(config: Config, options: Omit<WatchOptions, 'heartbeat'>): Promise<Watch | undefined> {
  const { health, heartbeatUrl, pagingUrl } = config.watching;
  if (!health && heartbeatUrl === undefined && pagingUrl === undefined) return undefined;
  const { startWatch } = await import('./faces/http/index.ts');
  return startWatch({ ...options, heartbeat: await composeHeartbeat(config, options.ports.log) });
}

function startRow({ settings, policyFile }: Config) {
  return {
    startedAt: systemClock.now(),
    host: hostname(),
    pid: process.pid,
    version,
    environment: settings.environment,
    policySha256: policyFile?.sha256 ?? null,
  };
}

function stopOnSignal(log: Log, close: () => Promise<void>): void {
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), DRAIN_MS).unref();
    await close();
    log.info({}, 'stopped');
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}

main().catch((error: unknown) => {
  const known = error instanceof StartError || error instanceof UnavailableError;
  const why = known || !(error instanceof Error) ? String((error as Error).message ?? error) : error.stack;
  process.stderr.write(`CapOps does not start.\n${why}\n`);
  process.exit(1);
});
