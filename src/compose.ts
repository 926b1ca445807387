import { openDatabases } from './adapters/databases.ts';
import type { Heartbeat } from './adapters/heartbeat.ts';
import { openJobQueue } from './adapters/job-queue.ts';
import { openJournal } from './adapters/journal.ts';
import type { ShownMeter } from './adapters/metrics.ts';
import type { WebhookPager } from './adapters/paging.ts';
import type { SlackWeb } from './adapters/slack-web.ts';
import type { Config, SlackConfig } from './config.ts';
import type {
  AccessCache,
  BackupDesk,
  Clock,
  Containers,
  Directory,
  Examiner,
  JobQueue,
  Log,
  LogSources,
  Meter,
  Ports,
  Probes,
  RestoreDesk,
  SupportDesk,
} from './ports.ts';
import { version } from './version.ts';

/** CapOps' adapters, built from the configuration. */
export interface Composition {
  readonly ports: Ports;
  /** Where long runs wait for a worker. */
  readonly queue: JobQueue;
  /** Closes everything that was opened, in reverse. */
  close(): Promise<void>;
}

interface Given {
  readonly log: Log;
  readonly clock: Clock;
  /** Who is who in Slack; the terminal does without. */
  readonly directory?: Directory | undefined;
  readonly meter?: Meter | undefined;
}

/** Builds the adapters that every face needs; nothing is connected before it is used. */
export async function compose(config: Config, { log, clock, directory, meter }: Given): Promise<Composition> {
  const opened = openDatabases(config, log);
  const [cache, pager] = await Promise.all([openCache(config.redisUrl, log), composePager(config, { log, clock })]);
  const journal = openJournal({ folder: config.stateFolder, clock });
  const queue = openJobQueue(opened.databases.ledger, log);
  const { databases } = opened;
  const { settings } = config;
  return {
    ports: {
      ...{ databases, jobs: queue, cache, directory, clock, log, settings, pager, meter, journal },
      openBackups: composeBackups(config),
      openRestores: composeRestores(config),
      openProbes: composeProbes(config, { log, meter }),
      openLogs: composeLogs(config),
      openContainers: composeContainers(config),
      openExaminer: composeExaminer(config, log),
      openSupport: composeSupport(config),
    },
    queue,
    close: async () => {
      await queue.close();
      await pager?.close();
      await cache?.close();
      await opened.close();
    },
  };
}

/** The store's package is large. */
function composeBackups(config: Config): () => Promise<BackupDesk> {
  return whenAsked(async () => (await import('./adapters/backup-desk.ts')).openBackups({ ...config, version }));
}

/** The same. */
function composeRestores(config: Config): () => Promise<RestoreDesk> {
  return whenAsked(async () => (await import('./adapters/restore-desk.ts')).openRestores(config));
}

function composeProbes(config: Config, given: Pick<Given, 'log' | 'meter'>): () => Promise<Probes> {
  return whenAsked(async () => (await import('./adapters/probes.ts')).openProbes(config, given));
}

function composeLogs({ settings: { logs = [] }, docker }: Config): () => Promise<LogSources> {
  return whenAsked(async () => (await import('./adapters/log-sources.ts')).openLogs(logs, docker));
}

function composeContainers({ settings: { compose }, docker }: Config): (() => Promise<Containers>) | undefined {
  if (!compose) return undefined;
  return whenAsked(async () => (await import('./adapters/containers.ts')).openContainers(compose, docker));
}

function composeExaminer(config: Config, log: Log): () => Promise<Examiner> {
  return whenAsked(async () => (await import('./adapters/examine-database.ts')).openExaminer(config, log));
}

function composeSupport(config: Config): () => Promise<SupportDesk> {
  return whenAsked(async () => (await import('./adapters/support-desk.ts')).openSupport(config, version));
}

/** Opened when it is first asked for, and then the same one. */
function whenAsked<T>(open: () => Promise<T>): () => Promise<T> {
  let opening: Promise<T> | undefined;
  return () => {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
}

/** What the bot needs of Slack besides. Loaded only there: the terminal starts faster without. */
export async function composeSlack(
  { botToken, apiUrl }: SlackConfig,
  { clock, meter }: Pick<Given, 'clock' | 'meter'>,
): Promise<{ web: SlackWeb; directory: Directory }> {
  const [{ openSlackWeb }, { openSlackDirectory }] = await Promise.all([
    import('./adapters/slack-web.ts'),
    import('./adapters/slack-directory.ts'),
  ]);
  const web = openSlackWeb({ botToken, apiUrl, meter });
  return { web, directory: openSlackDirectory(web.quick, clock) };
}

/** What counts for /metrics; loaded only where that is served. */
export async function composeMeter({ watching }: Config): Promise<ShownMeter | undefined> {
  if (!watching.health) return undefined;
  const { openMeter } = await import('./adapters/metrics.ts');
  return openMeter();
}

export async function composeHeartbeat({ watching }: Config, log: Log): Promise<Heartbeat | undefined> {
  if (watching.heartbeatUrl === undefined) return undefined;
  const { openHeartbeat } = await import('./adapters/heartbeat.ts');
  return openHeartbeat(watching.heartbeatUrl, log);
}

async function composePager(
  { watching, settings }: Config,
  { log, clock }: Pick<Given, 'log' | 'clock'>,
): Promise<WebhookPager | undefined> {
  if (watching.pagingUrl === undefined) return undefined;
  const { openPager } = await import('./adapters/paging.ts');
  return openPager({ url: watching.pagingUrl, source: `CapOps (${settings.environment})`, clock, log });
}

async function openCache(redisUrl: string | undefined, log: Log): Promise<AccessCache | undefined> {
  if (redisUrl === undefined) return undefined;
  const { openRedisCache } = await import('./adapters/redis-cache.ts');
  return openRedisCache(redisUrl, log);
}
