import { Redis } from 'ioredis';
import { thisMachine } from '../../src/adapters/processes.ts';
import { openRedisCache } from '../../src/adapters/redis-cache.ts';
import { openRestores } from '../../src/adapters/restore-desk.ts';
import { readPrograms } from '../../src/config/programs.ts';
import { tendDrills } from '../../src/ops/restoring/tend-drills.ts';
import { tendRestores } from '../../src/ops/restoring/tend-restores.ts';
import { reconcile } from '../../src/ops/upkeep/reconcile.ts';
import type { AccessCache, Ports } from '../../src/ports.ts';
import type { Ground } from './backup-ground.ts';

const DAY_MS = 86_400_000;

/** Which of the two is live, if one of them is, whole. */
export type Live = 'old' | 'new' | 'neither';

const STATE = `
  SELECT (SELECT string_agg(code, ' ' ORDER BY code) FROM public.organizations) AS codes,
    (SELECT count(*)::int FROM entitlement.entitlements) AS access, (SELECT count(*)::int FROM public.ballast) AS ballast,
    (SELECT count(*)::int FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname IN ('public', 'entitlement', 'work', 'assets')) AS relations`;

/** Waits for sessions that are just ending to be gone. */
export async function liveOf(ground: Ground): Promise<Live> {
  const [state] = await ground.platform(STATE).catch(() => ground.platform(STATE));
  const { codes, ...rest } = state ?? {};
  if (JSON.stringify(rest) !== JSON.stringify(WHOLE.get(ground))) return 'neither';
  if (codes === 'LHR SIN') return 'old';
  return codes === 'LHR' ? 'new' : 'neither';
}

const WHOLE = new WeakMap<Ground, unknown>();

/** Remembers what there is beside the airports: the same in both. */
export async function remember(ground: Ground): Promise<void> {
  const [{ codes: _, ...rest } = {}] = await ground.platform(STATE);
  WHOLE.set(ground, rest);
}

/** What stands beside the live database, or within it, and what the ledger knows of. */
export async function left(ground: Ground): Promise<{ readonly there: string[]; readonly known: string[] }> {
  const live = new URL(ground.platformUrl).pathname.slice(1);
  const databases = await ground.platform(
    `SELECT datname AS name FROM pg_database WHERE datname ~ '^${live}_(restore|before|undone|drill)_'
     UNION ALL SELECT nspname FROM pg_namespace WHERE nspname ~ '_(before|undone)_|capops_waiting' ORDER BY 1`,
  );
  const restores = await ground.ledger('SELECT former, aside, step, undone FROM restores WHERE ended_at IS NULL');
  const known = restores.flatMap(({ former, aside, step }) =>
    aside === null
      ? [String(former)]
      : (aside as { schemas: { name: string; aside: string }[] }).schemas.map((one) =>
          step === 'undone' ? one.aside.replace('_before_', '_undone_') : one.aside,
        ),
  );
  return { there: databases.map(({ name }) => String(name)), known: known.sort() };
}

/** What the next start finds and does; `laterMs` from now. Returns what is told. */
export async function nextStart(ground: Ground, { laterMs = 0, cache }: Next = {}): Promise<string[]> {
  // What was held runs out by itself within a minute.
  await ground.ledger('DELETE FROM leases');
  const programs = readPrograms(process.env).value;
  if (!programs) throw new Error('PG_BIN is wrong');
  const quiet = () => undefined;
  const complain = (fields: object, message: string) => void ground.complaints.push({ fields, message });
  const desk = { databaseUrl: ground.platformUrl, drillDatabaseUrl: undefined, programs };
  const ports: Ports = {
    ...{ databases: ground.databases, cache, directory: undefined, processes: thisMachine() },
    clock: { now: () => new Date(ground.now.getTime() + laterMs) },
    log: { debug: quiet, info: quiet, warn: complain, error: complain },
    settings: { environment: 'test', timeZone: 'Europe/London', policy: undefined },
    openRestores: async () => openRestores({ ...desk, backups: { folder: ground.folder, offsite: undefined } }),
  };
  await reconcile(ports);
  const told: string[] = [];
  await tendRestores({ ports, tell: async ({ title }) => void told.push(title) });
  await tendDrills(ports);
  return told;
}

interface Next {
  readonly laterMs?: number;
  readonly cache?: AccessCache | undefined;
}

/** An answer of the gateway’s in its cache, which whatever replaces the database has to clear. */
export interface Planted {
  readonly cache: AccessCache;
  plant(): Promise<void>;
  isThere(): Promise<boolean>;
  close(): void;
}

export function openPlanted(url: string): Planted {
  const redis = new Redis(url);
  const quiet = () => undefined;
  const key = 'entitlement:planted:all';
  return {
    cache: openRedisCache(url, { debug: quiet, info: quiet, warn: quiet, error: quiet }),
    plant: async () => void (await redis.set(key, 'old')),
    isThere: async () => (await redis.exists(key)) > 0,
    close: () => redis.disconnect(),
  };
}

/** Removes what is kept, as its time is over. */
export const afterItsTime = (ground: Ground) => nextStart(ground, { laterMs: 2 * DAY_MS });

/** What the newest run of an operation was said to have come to. */
export async function messageOf(ground: Ground, operation: string): Promise<string> {
  const [run] = await ground.ledger(
    `SELECT concat_ws(' ', message, result::text) AS said FROM runs WHERE operation = '${operation}' AND state <> 'previewed' ORDER BY started_at DESC LIMIT 1`,
  );
  return String(run?.said ?? '');
}
