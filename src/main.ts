import { hostname } from 'node:os';
import { systemClock } from './adapters/clock.ts';
import { openLog } from './adapters/log.ts';
import { assertMigrated } from './adapters/migrations.ts';
import { compose, composeSlack } from './compose.ts';
import { type Config, loadConfig, type SlackConfig } from './config.ts';
import { StartError, UnavailableError } from './errors.ts';
import { createSlackFace } from './faces/slack/index.ts';
import { Start } from './models/start.ts';
import { OPERATIONS } from './ops/index.ts';
import { createService } from './ops/service.ts';
import { startUpkeep } from './ops/upkeep.ts';
import type { Log } from './ports.ts';
import { version } from './version.ts';

/** How long a stop waits for what is under way before it gives up. */
const DRAIN_MS = 10_000;

/** The bot: configuration, adapters, the ops service, its faces; SIGTERM drains and closes in reverse. */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = openLog({ level: config.logLevel });
  const slack = slackOf(config);
  await assertMigrated(config);
  const { web, directory } = await composeSlack(slack, systemClock);
  const { ports: composed, close: closePorts } = await compose(config, { log, clock: systemClock, directory });
  const startId = await Start.record(composed.databases.ledger, startRow(config));
  const ports = { ...composed, startId };
  const service = createService(ports, OPERATIONS);
  const face = createSlackFace({ service, ports, web, config: slack, announcements: config.announcements });
  const { port } = await face.start();
  const upkeep = startUpkeep(ports, startId, face.tell);
  const close = async () => {
    await face.stop();
    await service.settled();
    await upkeep.stop();
    await closePorts();
  };
  stopOnSignal(log, close);
  log.info({ port, environment: config.settings.environment, version, policy: config.policyFile?.sha256 }, 'ready');
}

function slackOf({ slack }: Config): SlackConfig {
  if (slack) return slack;
  throw new StartError(
    'SLACK_BOT_TOKEN is not set, so there is no Slack to serve. README.md says how to install CapOps in a workspace; the terminal (pnpm ops help) works without it.',
  );
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
