import { Freeze } from '../models/freeze.ts';
import type { BackupDesk, DumpSource } from '../ports.ts';
import { openBackupDesk, PRUNING, resourceOf, usualStorages } from './backups/backup-desk.ts';
import { copyOffsite } from './backups/copy-offsite.ts';
import { madeBefore } from './backups/made-before.ts';
import { makeBackup } from './backups/make-backup.ts';
import { moveMonthly } from './backups/move-monthly.ts';
import { type Night, nightFormats, nightNotes, nightRemovals, nightRow, nightSoFar } from './backups/night-words.ts';
import { planStorages } from './backups/plan-storages.ts';
import { pruneStorages } from './backups/prune-storages.ts';
import { syncCatalogue } from './backups/sync-catalogue.ts';
import { makeWantedCopies } from './backups/wanted-copies.ts';
import { inTurn } from './service/in-turn.ts';
import { LeaseTakenError } from './service/lease.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';

/** How long the night's work waits for others who are at work on a database. */
const PATIENCE_MS = 2 * 3_600_000;

export const nightlyBackup = defineOperation({
  name: 'nightly-backup',
  verb: 'nightly',
  summary: 'Do the night’s work: back up both databases, copy off site, remove what no rule keeps',
  role: 'operator',
  effect: 'changes',
  evenWhenFrozen: true,
  long: true,
  restartable: true,
  example: 'nightly',
  args: {},

  async run(context): Promise<Night> {
    const desk = await openBackupDesk(context);
    const { platform, ledger } = desk.sources;
    const made: Night['made'][number][] = [];
    const faults: unknown[] = [];
    const tell = (pruned = '') => context.noteSoFar({ words: nightSoFar(desk, made, pruned) });
    // A platform that cannot be backed up is no reason to go without the ledger.
    for (const source of [platform, ledger]) {
      await backUp(context, desk, source).then(
        (one) => made.push(one),
        (error: unknown) => faults.push(error),
      );
      if (made.length > 0) await tell();
      context.signal.throwIfAborted();
    }
    const retried = await makeWantedCopies(context, desk, context.moment.now);
    if (faults.length > 0) throw faults[0];
    return { made, retried, ...(await prune(context, desk, tell)) };
  },

  trace: ({ made, retried, pruned, moved }) => ({
    subjects: [],
    after: {
      backups: made.map(({ manifest: { id, sha256, bytes }, storage, key, copied }) => ({
        id,
        storage,
        key,
        bytes,
        sha256,
        copied,
      })),
      retried,
      moved,
      pruned:
        typeof pruned === 'string'
          ? pruned
          : pruned.map(({ storage, removed, swept, failed }) => ({
              storage,
              removed: removed.map(({ id }) => id),
              swept,
              failed,
            })),
    },
  }),

  report: (night, { settings: { environment } }): Report => {
    const notes = nightNotes(night);
    const names = night.made.map(({ manifest }) => manifest.database.name).join(' and ');
    return {
      tone: notes.length > 0 ? 'attention' : 'done',
      title: `${names} are backed up, and were read back whole.`,
      parts: [
        { kind: 'table', columns: ['Backup', 'Of', 'Size', 'Rows', 'Where'], rows: night.made.map(nightRow) },
        ...[...notes, ...nightRemovals(night), ...nightFormats(night)].map((text) => ({ kind: 'note', text }) as const),
      ],
      announcement: `did the night’s backups of ${environment}`,
      ...(notes.length > 0 ? { broken: true } : {}),
    };
  },

  json: ({ made, retried, pruned, moved }) => ({
    backups: made.map(({ manifest, storage, key, copied }) => ({ ...manifest, storage, key, copied })),
    retried,
    pruned,
    moved,
  }),
});

/** One database, once a night, beside nobody else who is at work on it. */
async function backUp(context: Context, desk: BackupDesk, source: DumpSource): Promise<Night['made'][number]> {
  const { storage, copyTo } = usualStorages(desk, context.settings);
  const made = await inTurn(context, { resource: resourceOf(source), patienceMs: PATIENCE_MS }, async (held) => {
    const before = await madeBefore(held, desk, source);
    return before ?? makeBackup(held, desk, { source, storage, kind: 'nightly', format: undefined });
  });
  return { ...made, copied: copyTo && (await copyOffsite(context, desk, { ...made, to: copyTo })) };
}

/** Only after good backups. Somebody else who is at it does the same. */
async function prune(
  context: Context,
  desk: BackupDesk,
  tell: (words: string) => Promise<void>,
): Promise<Pick<Night, 'pruned' | 'moved'>> {
  const frozen = await Freeze.current(context.databases.ledger);
  if (frozen) return { pruned: `Changes are frozen, because ${frozen.reason}.`, moved: [] };
  try {
    return await inTurn(context, { resource: PRUNING, patienceMs: 0 }, async (held) => {
      const plans = await planStorages(held, await syncCatalogue(held, desk));
      const pruned = await pruneStorages(held, plans, tell);
      return { pruned, moved: await moveMonthly(held, desk, plans) };
    });
  } catch (error) {
    if (error instanceof LeaseTakenError) return { pruned: error.message, moved: [] };
    throw error;
  }
}
