import { ageWords } from '../../domain/age-words.ts';
import { showBytes } from '../../domain/bytes.ts';
import { databaseDown } from '../../domain/connection-failure.ts';
import { counted } from '../../domain/counted.ts';
import { showTime } from '../../domain/end-date.ts';
import { listWords } from '../../domain/module-keys.ts';
import {
  type LiveTable,
  lastChange,
  liveTables,
  liveUse,
  migrationsSince,
  type TakenAccess,
  takenSince,
} from '../../models/live-database.ts';
import type { Context, Preview } from '../service/operation.ts';
import type { Part } from '../service/report.ts';
import type { RestoreWork } from './restore-wish.ts';

const SHOWN = 20;
/** Seen on two cores: a restore takes about three times as long as the backup that it comes from. */
const SLOWER = 3;

/** What the live database has now. */
interface Live {
  readonly oid: number | undefined;
  readonly use: { readonly sessions: number; readonly bytes: number } | undefined;
  readonly tables: readonly LiveTable[];
  readonly taken: readonly TakenAccess[];
  readonly migrations: readonly string[];
  readonly changedAt: Date | undefined;
}

/** What a restore would do, and what it would lose. */
export async function previewRestore(context: Context, work: RestoreWork): Promise<Preview> {
  const { desk, restorable } = work;
  const { live } = desk.server;
  const { environment } = context.settings;
  const now = await liveFacts(context, work);
  return {
    report: {
      tone: 'attention',
      title: `This replaces the database ${live} in ${environment} with ${restorable.name}.`,
      parts: [
        { kind: 'facts', facts: facts(context, work, now) },
        ...lost(work, now.tables),
        ...listed(
          'Access that was taken away since and would come back',
          now.taken.map(({ code, module }) => `${code}: ${module}`),
        ),
        ...listed(
          'Changes of the platform’s tables that it lacks; run the platform’s migrations afterwards',
          now.migrations,
        ),
        ...notes(work, now),
      ],
    },
    state: { source: restorable.source.sha256 ?? restorable.name, live: now.oid, within: work.within?.schemas ?? null },
    confirmLabel: 'Replace the database',
    confirmWord: live,
  };
}

/** A live database that is broken is a reason to restore, and no reason not to look. */
async function liveFacts({ databases: { platform }, log }: Context, { desk, restorable }: RestoreWork): Promise<Live> {
  const since = restorable.manifest?.takenAt;
  const known = async <T>(look: Promise<T>, otherwise: T): Promise<T> =>
    look.catch((error: unknown) => {
      if (databaseDown(error)) throw error;
      log.warn({ err: error }, 'a part of what a restore would change could not be read');
      return otherwise;
    });
  const found = await desk.server.find(desk.server.live);
  const [use, tables, taken, migrations, changedAt] = await Promise.all([
    known(liveUse(platform), undefined),
    known(liveTables(platform), []),
    since ? known(takenSince(platform, since), []) : [],
    since ? known(migrationsSince(platform, since), []) : [],
    known(lastChange(platform), undefined),
  ]);
  return { oid: found?.oid, use, tables, taken, migrations, changedAt };
}

function facts(
  { clock, settings: { timeZone } }: Context,
  { desk, restorable, plan, wish, within }: RestoreWork,
  { use, changedAt }: Live,
): (readonly [string, string])[] {
  const { manifest } = restorable;
  const now = clock.now();
  const when = (at: Date) => `${showTime(at, timeZone)}, ${ageWords(at, now)} ago`;
  const server = plan.identity.serverVersion && `PostgreSQL ${plan.identity.serverVersion}`;
  const room = use && `about ${showBytes(use.bytes)} more on the database’s server`;
  const time =
    manifest &&
    `about ${minutes(manifest.finishedAt.getTime() - manifest.startedAt.getTime())}; ${within ? 'the platform goes on meanwhile' : 'the platform cannot be used for about a second of it'}`;
  const all: readonly (readonly [string, string | undefined])[] = [
    [
      'Restored',
      sentence([
        manifest ? `of ${when(manifest.takenAt)}` : 'a file that CapOps did not make',
        manifest && showBytes(manifest.bytes),
        server,
      ]),
    ],
    [
      'Live now',
      use &&
        sentence([
          `${desk.server.live}, ${showBytes(use.bytes)}, ${counted(use.sessions, 'open session')}`,
          changedAt && `access last changed ${when(changedAt)}`,
        ]),
    ],
    [
      'Before',
      wish.withoutSafetyBackup
        ? 'a backup of the database as it is now, if it can be made'
        : 'a backup of the database as it is now, which stays for 30 days',
    ],
    ['How', within && `within the database, in one transaction. ${within.because.join(' ')}`],
    [
      'Kept',
      `the database as it is now stays beside for ${counted(Math.round(wish.keepOldMs / 3_600_000), 'hour')}; “undo-restore” puts it back`,
    ],
    ['Takes', sentence([time, room])],
  ];
  return all.flatMap(([label, value]) => (value ? [[label, value] as const] : []));
}

/** What is known of it, on one line: a phone shows few. */
function sentence(pieces: readonly (string | undefined)[]): string {
  return pieces.filter((piece) => piece !== undefined).join('; ');
}

function minutes(backupMs: number): string {
  return counted(Math.max(1, Math.ceil((backupMs * SLOWER) / 60_000)), 'minute');
}

/** Tables that have other numbers of rows now. */
function lost({ restorable: { manifest } }: RestoreWork, tables: readonly LiveTable[]): Part[] {
  if (!manifest) return [];
  const names = new Set([...Object.keys(manifest.tables), ...tables.map(({ name }) => name)]);
  const now = new Map(tables.map((table) => [table.name, table]));
  const differ = [...names].flatMap((name) => {
    const [then, present] = [manifest.tables[name], now.get(name)];
    if (then === present?.rows) return [];
    return [[name, rows(then), present ? rows(present.rows, present.isEstimate) : 'not there']];
  });
  if (differ.length === 0) return [{ kind: 'note', text: 'Every table has as many rows now as in the backup.' }];
  const rest = differ.length - SHOWN;
  return [
    { kind: 'table', columns: ['Rows of', 'Then', 'Now'], rows: differ.slice(0, SHOWN) },
    ...(rest > 0 ? [{ kind: 'note' as const, text: `… and ${counted(rest, 'table')} more that differ` }] : []),
  ];
}

function rows(count: number | undefined, isEstimate = false): string {
  if (count === undefined) return 'not there';
  return `${isEstimate ? 'about ' : ''}${count.toLocaleString('en-GB')}`;
}

function listed(title: string, items: readonly string[]): Part[] {
  if (items.length === 0) return [];
  const rest = items.length - SHOWN;
  return [
    { kind: 'text', text: `${title}:` },
    { kind: 'list', items: [...items.slice(0, SHOWN), ...(rest > 0 ? [`… and ${rest} more`] : [])] },
  ];
}

function notes({ plan, restorable, found }: RestoreWork, { use }: Live): Part[] {
  const missing = [...plan.missingRoles, ...plan.closedRoles];
  const texts = [
    ...found,
    ...(missing.length > 0
      ? [
          `What belongs to ${listWords(missing)} goes to the database’s own user, and what they were granted is left out: the server has no such roles, or they are closed to it.`,
        ]
      : []),
    ...(restorable.trust === 'foreign' && plan.contents.code.length > 0
      ? [
          `It holds ${counted(plan.contents.code.length, 'function, trigger or rule', 'functions, triggers and rules')}, which will run with the platform’s rights: ${plan.contents.code.slice(0, 5).join(', ')}.`,
        ]
      : []),
    ...(use === undefined
      ? ['The live database does not answer as it should: what would be lost cannot be said.']
      : []),
  ];
  return texts.map((text) => ({ kind: 'note', text }));
}
