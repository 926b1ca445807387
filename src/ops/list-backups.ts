import { ageWords } from '../domain/age-words.ts';
import { showBytes } from '../domain/bytes.ts';
import { counted } from '../domain/counted.ts';
import { showDate, showTime } from '../domain/end-date.ts';
import type { Moment } from '../domain/moment.ts';
import { rulesFor } from '../domain/monthly-archive.ts';
import { DEFAULT_RETENTION, type Decision, planRetention } from '../domain/retention.ts';
import type { StoredBackup } from '../domain/stored-backup.ts';
import type { Offer } from '../errors.ts';
import { openBackupDesk } from './backups/backup-desk.ts';
import { storedBackups } from './backups/plan-storages.ts';
import { locksOn } from './backups/storage-locks.ts';
import { type Catalogue, type KnownBackup, type KnownCopy, syncCatalogue } from './backups/sync-catalogue.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Part, Report } from './service/report.ts';

const SHOWN = 40;

interface Listed extends KnownBackup {
  /** What keeps each copy, or why it goes at the next pruning. */
  readonly decisions: readonly Decision[];
}

interface Listing extends Pick<Catalogue, 'storages' | 'isRecorded'> {
  readonly backups: readonly Listed[];
  readonly moment: Moment;
}

export const listBackups = defineOperation({
  name: 'list-backups',
  verb: 'backups',
  summary: 'List the backups: how old, how large, where, and how long they stay',
  role: 'viewer',
  effect: 'reads',
  evenWithoutPlatform: true,
  example: 'backups',
  args: {},

  async run(context): Promise<Listing> {
    const catalogue = await syncCatalogue(context, await openBackupDesk(context));
    const decisions = Map.groupBy(await decisionsOn(context, catalogue), ({ backup }) => backup.id);
    const backups = catalogue.backups.map((one) => ({ ...one, decisions: decisions.get(one.manifest.id) ?? [] }));
    return { ...catalogue, backups, moment: context.moment };
  },

  report: (listing): Report => {
    const { backups, moment } = listing;
    const notes = notesOn(listing);
    if (backups.length === 0) return { tone: 'attention', title: 'There is no backup yet.', parts: notes };
    const newest = backups.find(({ copies }) => copies.some(isGood));
    return {
      tone: newest && notes.length === 0 ? 'info' : 'attention',
      title: newest
        ? titleOf(backups.length, newest, moment)
        : `${counted(backups.length, 'backup')}, and none is good.`,
      parts: [
        { kind: 'table', columns: COLUMNS, rows: backups.slice(0, SHOWN).map((one) => row(one, moment)) },
        ...notes,
      ],
      offers: offersFor(backups),
    };
  },

  json: ({ backups }) => backups.map(dataOf),
  csv: ({ backups }) => [
    ['id', 'database', 'kind', 'takenAt', 'bytes', 'copies', 'stays', 'provenAt', 'pinned'],
    ...backups.map((one) => {
      const { id, database, kind, takenAt, bytes, copies, stays, provenAt, pinned } = dataOf(one);
      const places = copies.map(({ storage, state }) => `${storage}: ${state}`).join('; ');
      const reasons = stays.map(({ storage, keep, because }) => `${storage}: ${keep ? 'kept' : 'removed'}, ${because}`);
      const own = [id, database.name, kind, takenAt.toISOString(), String(bytes), places, reasons.join('; ')];
      return [...own, provenAt?.toISOString() ?? '', pinned?.reason ?? ''];
    }),
  ],
});

const COLUMNS = ['Backup', 'Of', 'Taken', 'Age', 'Size', 'Where', 'Verified', 'Stays', 'Last restored'];

async function decisionsOn({ settings, clock }: Context, catalogue: Catalogue): Promise<Decision[]> {
  const { environment, timeZone, backups } = settings;
  const here = { environment, timeZone, now: clock.now() };
  const decided = catalogue.storages.map(async (contents) => {
    const rules = rulesFor(contents.storage.name, backups?.retention ?? DEFAULT_RETENTION);
    const decide = (copies: readonly StoredBackup[]) => planRetention(copies, rules, here);
    const stored = storedBackups(catalogue, contents);
    const decisions = decide(stored);
    const going = decisions.flatMap(({ backup, keep }) => (keep ? [] : [backup]));
    const locked = await locksOn(contents.storage, going).catch(() => undefined);
    return locked ? decide(stored.map(locked)) : decisions;
  });
  return (await Promise.all(decided)).flat();
}

function titleOf(count: number, { manifest }: KnownBackup, { now }: Moment): string {
  return `${counted(count, 'backup')}; the last good one, of ${manifest.database.name}, is ${ageWords(manifest.takenAt, now)} old.`;
}

/** Whoever may restore goes on from here: with the newest, or another one that the form has. */
function offersFor(backups: readonly Listed[]): Offer[] {
  const good = backups.filter(({ manifest, copies }) => manifest.database.role === 'platform' && copies.some(isGood));
  const newest = good.find(({ manifest }) => manifest.kind !== 'safety') ?? good[0];
  if (!newest) return [];
  const input = { backup: newest.manifest.id.slice(0, 8) };
  return [{ label: 'Restore one', operation: 'restore', input, form: true }];
}

function isGood({ state }: KnownCopy): boolean {
  return state === 'good';
}

function row({ manifest, copies, decisions, provenAt, pinned }: Listed, { now, timeZone }: Moment): string[] {
  const { id, database, kind, takenAt, bytes } = manifest;
  const verified = copies.flatMap(({ state, verifiedAt }) => (state === 'good' && verifiedAt ? [verifiedAt] : []));
  const last = verified.sort((a, b) => b.getTime() - a.getTime())[0];
  return [
    id.slice(0, 8),
    `${database.name} (${kind})`,
    showTime(takenAt, timeZone),
    ageWords(takenAt, now),
    showBytes(bytes),
    copies.map(placeWords).join(', '),
    last ? showDate(last, timeZone) : 'no',
    pinned ? `pinned: ${pinned.reason}` : staysWords(decisions),
    provenAt ? showDate(provenAt, timeZone) : 'never',
  ];
}

const STATES: Readonly<Partial<Record<KnownCopy['state'], string>>> = {
  wanted: 'still to be copied',
  bad: 'damaged',
  missing: 'gone',
  'not listed': 'not found',
};

function placeWords({ storage, state }: KnownCopy): string {
  const words = STATES[state];
  return words ? `${storage} (${words})` : storage;
}

/** In each storage by itself, where they differ. */
function staysWords(decisions: readonly Decision[]): string {
  const words = decisions.map(({ backup, keep, reasons }) => ({
    storage: backup.storage,
    text: keep ? reasons.map(({ rule }) => rule).join(', ') : 'until the next pruning',
  }));
  if (new Set(words.map(({ text }) => text)).size <= 1) return words[0]?.text ?? '';
  return words.map(({ storage, text }) => `${storage}: ${text}`).join('; ');
}

function dataOf({ manifest, copies, decisions, provenAt, pinned }: Listed) {
  const stays = decisions.map(({ backup: { storage }, keep, reasons }) => ({
    storage,
    keep,
    because: reasons.map(({ words }) => words).join('; '),
  }));
  return { ...manifest, copies, stays, provenAt, pinned };
}

function notesOn({ backups, storages, isRecorded }: Listing): Part[] {
  const missed = backups.filter(({ copies }) => copies.some(({ state }) => state === 'not listed'));
  const texts = [
    ...storages.flatMap(({ storage, failure }) => (failure ? [`${storage.name} could not be listed: ${failure}`] : [])),
    ...storages.flatMap(({ storage, unreadable }) =>
      unreadable.slice(0, 3).map(({ key, fault }) => `${key} in ${storage.name} cannot be read: ${fault}`),
    ),
    ...(isRecorded
      ? []
      : ['CapOps’ own record (the ledger) does not answer: this is what the storages say themselves.']),
    ...missed
      .slice(0, 3)
      .map(
        ({ manifest: { id } }) =>
          `Backup ${id.slice(0, 8)} is on record, and was not found: “verify-backup ${id.slice(0, 8)}” looks for it, and says so on record if it is gone.`,
      ),
    ...(backups.length > SHOWN ? [`${SHOWN} of ${counted(backups.length, 'backup')} are shown.`] : []),
  ];
  return texts.map((text) => ({ kind: 'note', text }));
}
