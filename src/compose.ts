import { openDatabases } from './adapters/databases.ts';
import type { SlackWeb } from './adapters/slack-web.ts';
import type { Config, SlackConfig } from './config.ts';
import type { AccessCache, Clock, Directory, Log, Ports } from './ports.ts';

/** CapOps' adapters, built from the configuration. */
export interface Composition {
  readonly ports: Ports;
  /** Closes everything that was opened, in reverse. */
  close(): Promise<void>;
}

interface Given {
  readonly log: Log;
  readonly clock: Clock;
  /** Who is who in Slack; the terminal does without. */
  readonly directory?: Directory | undefined;
}

/** Builds the adapters that every face needs; nothing is connected before it is used. */
export async function compose(config: Config, { log, clock, directory }: Given): Promise<Composition> {
  const opened = openDatabases(config, log);
  const cache = await openCache(config.redisUrl, log);
  return {
    ports: { databases: opened.databases, cache, directory, clock, log, settings: config.settings },
    close: async () => {
      await cache?.close();
      await opened.close();
    },
  };
}

/** What the bot needs of Slack besides. Loaded only there: the terminal starts faster without. */
export async function composeSlack(
  { botToken, apiUrl }: SlackConfig,
  clock: Clock,
): Promise<{ web: SlackWeb; directory: Directory }> {
  const [{ openSlackWeb }, { openSlackDirectory }] = await Promise.all([
    import('./adapters/slack-web.ts'),
    import('./adapters/slack-directory.ts'),
  ]);
  const web = openSlackWeb({ botToken, apiUrl });
  return { web, directory: openSlackDirectory(web.quick, clock) };
}

async function openCache(redisUrl: string | undefined, log: Log): Promise<AccessCache | undefined> {
  if (redisUrl === undefined) return undefined;
  const { openRedisCache } = await import('./adapters/redis-cache.ts');
  return openRedisCache(redisUrl, log);
}
