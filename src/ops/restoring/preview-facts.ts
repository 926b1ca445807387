import { ageWords } from '../../domain/age-words.ts';
import { showBytes } from '../../domain/bytes.ts';
import { counted } from '../../domain/counted.ts';
import { showTime } from '../../domain/end-date.ts';
import type { Context } from '../service/operation.ts';
import type { LiveFacts } from './live-facts.ts';
import type { RestoreWork } from './restore-wish.ts';

/** Seen on two cores: a restore takes about three times as long as the backup that it comes from. */
const SLOWER = 3;

type Fact = readonly [label: string, value: string];

/** What would be restored, in whose place, how, and how long that takes. */
export function previewFacts(context: Context, work: RestoreWork, live: LiveFacts): Fact[] {
  const { clock, settings } = context;
  const now = clock.now();
  const when = (at: Date) => `${showTime(at, settings.timeZone)}, ${ageWords(at, now)} ago`;
  const all: readonly (readonly [string, string | undefined])[] = [
    ['Restored', restoredWords(work, when)],
    ['Live now', work.isAnew ? 'there is none' : liveWords(work, live, when)],
    ['Before', beforeWords(work)],
    ['How', howWords(work)],
    ['Kept', keptWords(work)],
    ['Takes', takesWords(work, live)],
  ];
  return all.flatMap(([label, value]) => (value ? [[label, value] as const] : []));
}

function restoredWords({ restorable: { manifest }, plan }: RestoreWork, when: (at: Date) => string): string {
  return sentence([
    manifest ? `of ${when(manifest.takenAt)}` : 'a file that CapOps did not make',
    manifest && showBytes(manifest.bytes),
    plan.identity.serverVersion && `PostgreSQL ${plan.identity.serverVersion}`,
  ]);
}

function liveWords(
  { desk }: RestoreWork,
  { use, changedAt }: LiveFacts,
  when: (at: Date) => string,
): string | undefined {
  if (!use) return undefined;
  return sentence([
    `${desk.server.live}, ${showBytes(use.bytes)}, ${counted(use.sessions, 'open session')}`,
    changedAt && `access last changed ${when(changedAt)}`,
  ]);
}

function beforeWords({ wish, isAnew }: RestoreWork): string {
  if (isAnew) return 'nothing: there is nothing to back up';
  return wish.withoutSafetyBackup
    ? 'a backup of the database as it is now, if it can be made'
    : 'a backup of the database as it is now, which stays for 30 days';
}

function howWords({ within, isAnew }: RestoreWork): string | undefined {
  if (within) return `within the database, in one transaction. ${within.because.join(' ')}`;
  if (!isAnew) return undefined;
  return 'a new database with the server’s own encoding and locale, for all who may log in; what the old one had of owners, privileges and settings as a whole is in no backup';
}

function keptWords({ wish, isAnew }: RestoreWork): string | undefined {
  if (isAnew) return undefined;
  const hours = counted(Math.round(wish.keepOldMs / 3_600_000), 'hour');
  return `the database as it is now stays beside for ${hours}; “undo-restore” puts it back`;
}

function takesWords({ restorable: { manifest }, within, isAnew }: RestoreWork, { use }: LiveFacts): string {
  const meanwhile = within ? 'the platform goes on meanwhile' : 'the platform cannot be used for about a second of it';
  const duration = manifest && minutes(manifest.finishedAt.getTime() - manifest.startedAt.getTime());
  return sentence([
    duration && (isAnew ? `about ${duration}` : `about ${duration}; ${meanwhile}`),
    use && `about ${showBytes(use.bytes)} more on the database’s server`,
  ]);
}

function minutes(backupMs: number): string {
  return counted(Math.max(1, Math.ceil((backupMs * SLOWER) / 60_000)), 'minute');
}

/** What is known of it, on one line: a phone shows few. */
function sentence(pieces: readonly (string | undefined)[]): string {
  return pieces.filter((piece) => piece !== undefined).join('; ');
}
