#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Config } from './config.ts';
import type { Desk, OpenDesk } from './faces/terminal/index.ts';
import type { Operation } from './ops/service/operation.ts';
import type { Report } from './ops/service/report.ts';
import { signed } from './ops/service/signed.ts';
import type { DangerousRun } from './ops/upkeep/anchor.ts';
import type { Ports, Team } from './ports.ts';

// Compiled once, read back at the next start. In the project's own folder: in /tmp others might put their code first.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/capops', import.meta.url)));

const [face, { readInvocation }, { OPERATIONS }, { MODULE_KEYS }, { nearest }, { version }] = await Promise.all([
  import('./faces/terminal/index.ts'),
  import('./config/invocation.ts'),
  import('./ops/index.ts'),
  import('./domain/module-keys.ts'),
  import('./domain/nearest.ts'),
  import('./version.ts'),
]);

const desk: Desk = {
  version,
  nearest,
  operations: OPERATIONS,
  moduleKeys: MODULE_KEYS,
  upkeep: [
    { name: 'db:migrate', summary: 'Bring both databases up to date, and make the ledger’s', run: migrate },
    { name: 'db:status', summary: 'Say which migrations have not run yet', run: status },
  ],
  open,
};

/** How often a process that is at something long says that it is there. */
const SEEN_EVERY_MS = 30_000;

const invocation = readInvocation();
const actor = face.terminalActor(invocation.sudoUser);
process.exitCode = await face.serveTerminal(desk, {
  terminal: face.openTerminal(process, invocation),
  argv: process.argv.slice(2),
  actor,
});

/** The configuration and the ops service on it. A ledger that is down stops no reading; the ops service says what it stops. */
async function open(operation: Operation): Promise<OpenDesk> {
  const [config, { checkApprovals }, { compose }, { openLog }, { systemClock }, { createService }] = await Promise.all([
    configuration(),
    import('./ops/approving/check-approvals.ts'),
    import('./compose.ts'),
    import('./adapters/log.ts'),
    import('./adapters/clock.ts'),
    import('./ops/service/service.ts'),
  ]);
  checkApprovals(config.settings, OPERATIONS);
  const isLedgerThere = operation.evenWhenDown ? undefined : await refusePending(config, operation);
  const log = openLog({ level: terminalLogLevel(config), to: 'stderr' });
  const composition = await compose(config, { log, clock: systemClock });
  const presence =
    (operation.long || operation.aloneUnless || operation.name === 'approve') && isLedgerThere
      ? await beThere(config, composition.ports)
      : undefined;
  const service = createService({ ...composition.ports, startId: presence?.startId }, OPERATIONS);
  service.watch({
    dangerous: (run) => anchor(config, composition.ports, run),
    changed: (name) => tellOfEmergency(config, composition.ports, name),
  });
  const close = async () => {
    await service.settled();
    await presence?.end();
    await composition.close();
  };
  const team = await openTeam(config.slack, config.announcements);
  const foundDown = isLedgerThere === false ? { ledgerFoundDownAtMs: performance.now() } : {};
  return { service, settings: config.settings, team, close, ...foundDown };
}

/** Behind a run that was forced, or that somebody approved here. */
async function anchor(config: Config, ports: Ports, run: DangerousRun): Promise<void> {
  const { anchorAfter } = await import('./ops/upkeep/anchor.ts');
  const team = await openTeam(config.slack, config.settings.auditChannel);
  await anchorAfter(ports, team && { team }, run);
}

/** No bot may be there to tell of it; where one is, or Slack does not answer, the rest is left to it. */
async function tellOfEmergency({ slack, announcements }: Config, ports: Ports, operation: string): Promise<void> {
  const { CONCERNS } = await import('./ops/emergencies/concerns.ts');
  if (!CONCERNS.has(operation)) return;
  const [{ tendEmergencies }, { inSentences }] = await Promise.all([
    import('./ops/emergencies/tend-emergencies.ts'),
    import('./ops/emergencies/in-sentences.ts'),
  ]);
  const teller = { announcer: inSentences((place) => openTeam(slack, place)), channel: announcements };
  await tendEmergencies({ ports, teller }).catch((error: unknown) =>
    ports.log.warn({ err: error, operation }, 'not everybody could be told of emergency access'),
  );
}

/** What takes long is known from what died with its process. Undefined: the ledger went down. */
async function beThere(
  config: Config,
  { databases, clock }: Ports,
): Promise<{ startId: string; end(): Promise<void> } | undefined> {
  const [{ recordStart }, { Start }, { thisMachine }] = await Promise.all([
    import('./record-start.ts'),
    import('./models/start.ts'),
    import('./adapters/processes.ts'),
  ]);
  const startId = await recordStart(config, databases, thisMachine()).catch(() => undefined);
  if (startId === undefined) return undefined;
  const quietly = (work: Promise<void>) => work.catch(() => undefined);
  const seen = setInterval(() => quietly(Start.seen(databases.ledger, startId, clock.now())), SEEN_EVERY_MS);
  const end = () => {
    clearInterval(seen);
    return quietly(Start.ended(databases.ledger, startId, clock.now()));
  };
  return { startId, end };
}

/** Slack is loaded only where a channel is to hear of changes. */
async function openTeam(slack: Config['slack'], channel: string | undefined): Promise<Team | undefined> {
  if (!slack || !channel) return undefined;
  const { openSlackTeam } = await import('./adapters/slack-team.ts');
  return openSlackTeam(slack, channel);
}

async function configuration(): Promise<Config> {
  const { loadConfig } = await import('./config.ts');
  return loadConfig();
}

/** `info` is what holds where nobody has asked for a log, and a person at a terminal has the answer already. */
function terminalLogLevel({ logLevel }: Config): Config['logLevel'] {
  return logLevel === 'info' ? 'silent' : logLevel;
}

/** False where the ledger does not answer. */
async function refusePending(config: Config, { evenWithoutPlatform }: Operation): Promise<boolean> {
  const [{ assertMigrated, assertLedgerMigrated }, { UnavailableError }] = await Promise.all([
    import('./adapters/migrations.ts'),
    import('./errors.ts'),
  ]);
  const look = evenWithoutPlatform ? assertLedgerMigrated : assertMigrated;
  return look(config).then(
    () => true,
    (error: unknown) => {
      if (error instanceof UnavailableError && error.service.includes('ledger')) return false;
      throw error;
    },
  );
}

async function migrate(say: (line: string) => void): Promise<Report> {
  const [config, { migrateAll, pendingMigrations }] = await Promise.all([
    configuration(),
    import('./adapters/migrations.ts'),
  ]);
  const work = () => migrateAll(config, say);
  const { platform, ledger } = await pendingMigrations(config);
  // A ledger without leases is a new one: there, the lock that migrations have of their own must do.
  const hasLeases = ledger !== 'missing' && !ledger.includes('0010-leases.ts');
  await (platform.length > 0 && hasLeases ? besideNobody(config, work) : work());
  return { tone: 'done', title: 'Both databases are up to date.' };
}

/** Nothing else is at work on the platform’s database meanwhile, such as a restore. */
async function besideNobody(config: Config, work: () => Promise<void>): Promise<void> {
  const [{ compose }, { openLog }, { systemClock }, { databaseName }, { withLease }] = await Promise.all([
    import('./compose.ts'),
    import('./adapters/log.ts'),
    import('./adapters/clock.ts'),
    import('./config/database-url.ts'),
    import('./ops/service/lease.ts'),
  ]);
  const log = openLog({ level: terminalLogLevel(config), to: 'stderr' });
  const { ports, close } = await compose(config, { log, clock: systemClock });
  const resource = `database ${databaseName(config.databaseUrl)}`;
  const holder = signed(actor);
  await withLease(ports, { resource, runId: undefined, holder, work: 'db:migrate' }, work).finally(close);
}

async function status(): Promise<Report> {
  const { pendingMigrations } = await import('./adapters/migrations.ts');
  const { platform, ledger } = await pendingMigrations(await configuration());
  const rows = [...platform.map((name) => ['platform', name]), ...ledgerRows(ledger)];
  if (rows.length === 0) return { tone: 'info', title: 'Both databases are up to date.' };
  const title = 'Not migrated yet. “pnpm db:migrate” brings both databases up to date.';
  return { tone: 'attention', title, parts: [{ kind: 'table', columns: ['Database', 'Migration'], rows }] };
}

function ledgerRows(ledger: readonly string[] | 'missing'): string[][] {
  if (ledger === 'missing') return [['ledger', 'all: the database is not there yet']];
  return ledger.map((name) => ['ledger', name]);
}
