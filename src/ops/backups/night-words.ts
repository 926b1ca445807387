import { showBytes } from '../../domain/bytes.ts';
import { counted } from '../../domain/counted.ts';
import type { BackupDesk } from '../../ports.ts';
import { type Copied, copyWords } from './copy-offsite.ts';
import type { MadeBackup } from './form-backup.ts';
import { type Moved, movedWords, unmovedWords } from './move-monthly.ts';
import type { Pruned } from './prune-storages.ts';
import { prunedNotes } from './pruned-words.ts';
import { shrinkWords } from './shrink-words.ts';
import type { Retried } from './wanted-copies.ts';

/** What a night's work came to. */
export interface Night {
  readonly made: readonly (MadeBackup & { readonly copied: Copied | undefined })[];
  readonly retried: readonly Retried[];
  /** In words: why nothing was pruned. */
  readonly pruned: readonly Pruned[] | string;
  /** Monthly ones that were to go to the archive. */
  readonly moved: readonly Moved[];
}

/** What stands where the night ends before its end. */
export function nightSoFar({ sources }: BackupDesk, made: Night['made'], pruned: string): string {
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

export function nightRow({ manifest, storage, copied }: Night['made'][number]): string[] {
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

/** What somebody should look at. */
export function nightNotes({ made, retried, pruned, moved }: Night): string[] {
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
    ...(typeof pruned === 'string' ? [] : prunedNotes(pruned)),
  ];
}

/** What went, and what moved. */
export function nightRemovals({ pruned, moved }: Pick<Night, 'pruned' | 'moved'>): string[] {
  const removed = typeof pruned === 'string' ? [] : pruned.flatMap((one) => one.removed);
  const went =
    removed.length > 0 ? [`${counted(removed.length, 'old copy', 'old copies')} that no rule keeps went.`] : [];
  return [...went, ...movedWords(moved)];
}

/** By what each was given its format. */
export function nightFormats({ made }: Pick<Night, 'made'>): string[] {
  return made.flatMap(({ manifest: { database, formatChosen } }) =>
    formatChosen === undefined ? [] : [`${database.name}: ${formatChosen}`],
  );
}
