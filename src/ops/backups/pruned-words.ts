import { counted } from '../../domain/counted.ts';
import { listWords } from '../../domain/module-keys.ts';
import type { Pruned } from './prune-storages.ts';

/** What stands in the way of pruning. */
export function prunedNotes(pruned: readonly Pruned[]): string[] {
  const failed = pruned.flatMap((one) => one.failed.map((failure) => ({ ...failure, storage: one.storage })));
  return [
    ...pruned.flatMap(({ refusal }) => refusal ?? []),
    ...failed.slice(0, 5).map(({ key, storage, reason }) => `${key} in ${storage} could not be removed: ${reason}`),
    ...(failed.length > 5 ? [`${failed.length - 5} more could not be removed.`] : []),
  ];
}

/** `12 backups from local and 3 backups and 1 leftover from offsite`. */
export function prunedWords(pruned: readonly Pruned[]): string {
  const words = pruned
    .filter(({ refusal }) => refusal === undefined)
    .map(
      ({ storage, removed, swept }) =>
        `${counted(removed.length, 'backup')}${swept > 0 ? ` and ${counted(swept, 'leftover')}` : ''} from ${storage}`,
    );
  return listWords(words) || 'nothing';
}
