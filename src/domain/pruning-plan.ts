import type { RetentionRules } from '../ports.ts';
import { counted } from './counted.ts';
import { listWords } from './module-keys.ts';
import { type Decision, type Here, planRetention } from './retention.ts';
import { databaseOf, type StoredBackup } from './stored-backup.ts';

/** What one storage holds, as it said itself. */
export interface StorageListing {
  readonly storage: string;
  /** Why it could not be listed to the end; absent: it was. */
  readonly failure?: string | undefined;
  /** Every key that was listed. */
  readonly keys: readonly string[];
  /** Those of our manifests among them, all in this storage. */
  readonly backups: readonly StoredBackup[];
  /** Ids of what the catalogue has here; undefined: it could not be asked. */
  readonly catalogued: readonly string[] | undefined;
}

/** What to remove from one storage, oldest first, or why nothing may be. */
export type PruningPlan =
  | { readonly refusal: string }
  | {
      readonly refusal?: undefined;
      readonly decisions: readonly Decision[];
      /** A manifest goes before its file: what is cut off in between leaves no backup that is not whole. */
      readonly removals: readonly StoredBackup[];
      /** Keys that belong to no backup of ours; they are never removed. */
      readonly strangers: readonly string[];
    };

/** Plans the pruning of one storage. Whoever follows a plan removes what stands in `removals`, and nothing else. */
export function planPruning(listing: StorageListing, rules: RetentionRules, here: Here): PruningPlan {
  if (listing.backups.some(({ storage }) => storage !== listing.storage)) {
    throw new Error(`The listing of ${listing.storage} has backups of another storage`);
  }
  const listed = new Set(listing.keys);
  const isWhole = (backup: StoredBackup) => listed.has(backup.manifestKey) && listed.has(backup.fileKey);
  const refusal = refusalOfListing(listing, isWhole) ?? refusalOfRules(rules);
  if (refusal) return { refusal };
  const backups = listing.backups.map((one) => (isWhole(one) ? one : { ...one, proof: 'incomplete' as const }));
  return pruningOf(listing, planRetention(backups, rules, here));
}

/** What decisions come to. They are looked at once more: something of each database is left, and something good where there was. */
export function pruningOf(listing: StorageListing, decisions: readonly Decision[]): PruningPlan {
  const refusal = refusalOfEmpty(decisions);
  if (refusal) return { refusal };
  const ours = new Set(listing.backups.flatMap(({ manifestKey, fileKey }) => [manifestKey, fileKey]));
  return {
    decisions,
    removals: decisions.flatMap(({ backup, keep }) => (keep ? [] : [backup])).reverse(),
    strangers: listing.keys.filter((key) => !ours.has(key)),
  };
}

function refusalOfListing(
  { storage, failure, backups, catalogued }: StorageListing,
  isWhole: (backup: StoredBackup) => boolean,
): string | undefined {
  if (failure !== undefined) return `${storage} could not be listed (${failure}), so nothing is removed from it.`;
  if (!catalogued) return `The catalogue could not be read, so nothing is removed from ${storage}.`;
  const found = new Set(backups.filter(isWhole).map(({ id }) => id));
  const missing = catalogued.filter((id) => !found.has(id));
  if (missing.length === 0) return undefined;
  const named = missing.length > 3 ? [...missing.slice(0, 3), `${missing.length - 3} more`] : missing;
  return (
    `${storage} listed ${catalogued.length - missing.length} of the ${counted(catalogued.length, 'backup')} that the catalogue ` +
    `has there, so nothing is removed from it. Missing: ${listWords(named)}.`
  );
}

function refusalOfRules({ daily, weekly, monthly }: RetentionRules): string | undefined {
  if (daily + weekly + monthly > 0) return undefined;
  return 'The rules keep no backup at all: daily, weekly and monthly are 0. Nothing is removed.';
}

function refusalOfEmpty(decisions: readonly Decision[]): string | undefined {
  for (const ofOne of Map.groupBy(decisions, ({ backup }) => databaseOf(backup)).values()) {
    const good = ofOne.filter(({ backup }) => backup.proof === 'verified');
    if ((good.length > 0 ? good : ofOne).some(({ keep }) => keep)) continue;
    const { storage, database } = ofOne[0]?.backup ?? { storage: '', database: { name: '' } };
    return `Nothing good would be left of ${database.name} in ${storage}, so nothing is removed from it.`;
  }
  return undefined;
}
