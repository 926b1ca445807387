import { openDatabases } from '../../src/adapters/databases.ts';
import { migrateAll } from '../../src/adapters/migrations.ts';
import { OPERATIONS } from '../../src/ops/index.ts';
import { createService, type OpsService, type Outcome, type Request } from '../../src/ops/service/service.ts';
import { readWords, splitWords } from '../../src/ops/service/words.ts';
import type {
  AccessCache,
  Actor,
  BackupDesk,
  Containers,
  Databases,
  Directory,
  Policy,
  Probes,
  RestoreDesk,
  Settings,
} from '../../src/ports.ts';
import { createPlatformDatabase } from '../setup/database.ts';

export const ADA: Actor = slackActor('U0ADA', 'Ada');
export const OMAR: Actor = slackActor('U0OMAR', 'Omar');
export const VERA: Actor = slackActor('U0VERA', 'Vera');
export const NILS: Actor = slackActor('U0NILS', 'Nils');
export const TERMINAL: Actor = { id: 'cli:root@desk', name: 'root', face: 'terminal', osUser: 'root' };

export const POLICY: Policy = {
  roles: {
    viewer: { users: ['U0VERA'], groups: [] },
    operator: { users: ['U0OMAR'], groups: ['S0OPS'] },
    admin: { users: ['U0ADA'], groups: [] },
  },
  trustUserGroups: false,
  teamId: 'T0TEAM',
  allowedChannels: ['C0OPS'],
  osUsers: undefined,
  schedule: [],
};

/** The service over databases of a test's own, with a clock that the test turns. */
export interface Desk {
  readonly service: OpsService;
  readonly databases: Databases;
  readonly platformUrl: string;
  readonly ledgerUrl: string;
  /** What the clock says; change it as you like. */
  now: Date;
  /** What was logged as an error or a warning. */
  readonly complaints: { readonly fields: object; readonly message: string }[];
  /** Types a command as one of the people: `desk.types(OMAR, 'grant LHR work')`. */
  types(actor: Actor, text: string, more?: Partial<Request>): Promise<Outcome>;
  /** Rows of a query on the platform's database. */
  platform(sql: string): Promise<Record<string, unknown>[]>;
  ledger(sql: string): Promise<Record<string, unknown>[]>;
  /** Adds organisations by code, each called `<code> Airport`. */
  airports(...codes: string[]): Promise<void>;
  close(): Promise<void>;
}

interface DeskOptions {
  readonly shape?: 'platform' | 'empty';
  readonly settings?: Partial<Settings>;
  readonly cache?: AccessCache;
  readonly directory?: Directory;
  /** What backups are made with; absent: nothing. */
  readonly backups?: () => Promise<BackupDesk>;
  /** What restores are made with; absent: nothing. */
  readonly restores?: () => Promise<RestoreDesk>;
  /** What health is looked at with; absent: nothing. */
  readonly probes?: () => Promise<Probes>;
  /** What Docker is asked with; absent: nothing. */
  readonly containers?: () => Promise<Containers>;
  /** Rewrites the addresses, to put a proxy between. */
  readonly through?: (url: string, database: 'platform' | 'ledger') => string;
}

export async function openDesk({
  shape = 'platform',
  settings,
  cache,
  directory,
  backups,
  restores,
  probes,
  containers,
  through,
}: DeskOptions = {}): Promise<Desk> {
  const { platformUrl, ledgerUrl, drop } = await createPlatformDatabase({ shape, ledger: 'migrated' });
  const config = { databaseUrl: platformUrl, ledgerDatabaseUrl: ledgerUrl, ledgerIsDerived: true };
  if (shape === 'empty') await migrateAll(config, () => undefined);
  const direct = openDatabases(config);
  const proxied =
    through &&
    openDatabases({ databaseUrl: through(platformUrl, 'platform'), ledgerDatabaseUrl: through(ledgerUrl, 'ledger') });
  const { databases } = proxied ?? direct;
  const complaints: Desk['complaints'] = [];
  const complain = (fields: object, message: string) => void complaints.push({ fields, message });
  const quiet = () => undefined;
  const desk: Desk = {
    now: new Date('2026-11-22T12:00:00.000Z'),
    databases,
    platformUrl,
    ledgerUrl,
    complaints,
    service: createService(
      {
        databases,
        cache,
        directory,
        clock: { now: () => desk.now },
        log: { debug: quiet, info: quiet, warn: complain, error: complain },
        settings: { environment: 'test', timeZone: 'UTC', policy: POLICY, ...settings },
        openBackups: backups,
        openRestores: restores,
        openProbes: probes,
        openContainers: containers,
      },
      OPERATIONS,
    ),
    types: async (actor, text, more = {}) => {
      const [verb = '', ...words] = splitWords(text);
      const operation = desk.service.find(verb);
      if (!operation) throw new Error(`no operation ${verb}`);
      return desk.service.execute({ operation, actor, raw: readWords(operation, words), ...more });
    },
    platform: async (sql) => (await direct.databases.platform.raw(sql)).rows,
    ledger: async (sql) => {
      await desk.service.settled();
      return (await direct.databases.ledger.raw(sql)).rows;
    },
    airports: async (...codes) => {
      const rows = codes.map((code) => ({
        id: `id-${code}`,
        code,
        name: `${code} Airport`,
        createdAt: desk.now,
        updatedAt: desk.now,
      }));
      await direct.databases.platform('public.organizations').insert(rows);
    },
    close: async () => {
      await desk.service.settled();
      await Promise.all([proxied?.close(), direct.close()]);
      await drop();
    },
  };
  return desk;
}

export function slackActor(userId: string, name: string): Actor {
  return { id: `slack:${userId}`, name, face: 'slack', slack: { userId, teamId: 'T0TEAM', channelId: 'C0OPS' } };
}

/** The outcome's words as one text, to look for sentences in. */
export function said(outcome: Outcome): string {
  if (outcome.kind === 'failed' || outcome.kind === 'ended') return outcome.message;
  if (outcome.kind === 'refused' || outcome.kind === 'denied') return outcome.error.message;
  return JSON.stringify(outcome.report);
}
