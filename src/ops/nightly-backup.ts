import { showBytes } from '../domain/bytes.ts';
import { counted } from '../domain/counted.ts';
import { Freeze } from '../models/freeze.ts';
import type { BackupDesk, DumpSource } from '../ports.ts';
import { openBackupDesk, PRUNING, resourceOf, usualStorages } from './backups/backup-desk.ts';
import { type Copied, copyOffsite, copyWords } from './backups/copy-offsite.ts';
import { madeBefore } from './backups/made-before.ts';
import { type MadeBackup, makeBackup, usualFormat } from './backups/make-backup.ts';
import { type Moved, movedWords, moveMonthly, unmovedWords } from './backups/move-monthly.ts';
import { planStorages } from './backups/plan-storages.ts';
import { type Pruned, pruneStorages } from './backups/prune-storages.ts';
import { shrinkWords } from './backups/shrink-words.ts';
import { syncCatalogue } from './backups/sync-catalogue.ts';
import { makeWantedCopies, type Retried } from './backups/wanted-copies.ts';
import { prunedReport } from './prune-backups.ts';
import { inTurn } from './service/in-turn.ts';
import { LeaseTakenError } from './service/lease.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';

/** How long the night's work waits for others who are at work on a database. */
const PATIENCE_MS = 2 * 3_600_000;

interface Night {
  readonly made: readonly (MadeBackup & { readonly copied: Copied | undefined })[];
  readonly retried: readonly Retried[];
  /** In words: why nothing was pruned. */
  readonly pruned: readonly Pruned[] | string;
  /** Monthly ones that were to go to the archive. */
  readonly moved: readonly Moved[];
}

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
    const tell = (pruned = '') => context.noteSoFar({ words: soFarWords(desk, made, pruned) });
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
    const notes = notesOn(night);
    const names = night.made.map(({ manifest }) => manifest.database.name).join(' and ');
    return {
      tone: notes.length > 0 ? 'attention' : 'done',
      title: `${names} are backed up, and were read back whole.`,
      parts: [
        { kind: 'table', columns: ['Backup', 'Of', 'Size', 'Rows', 'Where'], rows: night.made.map(row) },
        ...notes.map((text) => ({ kind: 'note', text }) as const),
        ...prunedParts(night.pruned),
        ...movedWords(night.moved).map((text) => ({ kind: 'note', text }) as const),
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
    return before ?? makeBackup(held, desk, { source, storage, kind: 'nightly', format: usualFormat(desk) });
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

/** What stands where the night ends before its end. */
function soFarWords({ sources }: BackupDesk, made: Night['made'], pruned: string): string {
  const names = made.map(({ manifest }) => manifest.database.name);
  const lacking = Object.values(sources).filter(({ database }) => !names.includes(database));
  const sentences = [
    ...made.map(
      ({ manifest: { id, database }, storage }) => `${database.name} was backed up (${id.slice(0, 8)}, ${storage}).`,
    ),
    ...lacking.map(({ database }) => `${database} was not.`),
    ...(pruned === '' ? ['Nothing was pruned.'] : [pruned]),
    '“nightly” does the night’s work anew.',
  ];
  return sentences.join(' ');
}

function row({ manifest, storage, copied }: Night['made'][number]): string[] {
  const rows = Object.values(manifest.tables).reduce((sum, count) => sum + count, 0);
  const where = copied && 'key' in copied ? `${storage}, offsite` : storage;
  return [
    manifest.id.slice(0, 8),
    manifest.database.name,
    showBytes(manifest.bytes),
    rows.toLocaleString('en-GB'),
    where,
  ];
}

function notesOn({ made, retried, pruned, moved }: Night): string[] {
  const failed = retried.filter(({ fault }) => fault !== undefined);
  return [
    ...made.flatMap(({ manifest, former, warnings, copied }) => [
      ...[shrinkWords(manifest, former) ?? []].flat().map((words) => `${manifest.database.name}: ${words}`),
      ...warnings,
      ...(copied && 'fault' in copied ? [copyWords(copied)] : []),
    ]),
    ...failed.map(
      ({ id, storage, fault }) => `Backup ${id.slice(0, 8)} could again not be copied to ${storage}: ${fault}`,
    ),
    ...unmovedWords(moved),
    ...(typeof pruned === 'string' ? [`Nothing was pruned. ${pruned}`] : []),
    ...(typeof pruned === 'string'
      ? []
      : (prunedReport(pruned).parts ?? []).flatMap((part) => (part.kind === 'note' ? [part.text] : []))),
  ];
}

function prunedParts(pruned: Night['pruned']): NonNullable<Report['parts']> {
  if (typeof pruned === 'string') return [];
  const removed = pruned.reduce((sum, one) => sum + one.removed.length, 0);
  return removed === 0
    ? []
    : [{ kind: 'note', text: `${counted(removed, 'old copy', 'old copies')} that no rule keeps went.` }];
}
