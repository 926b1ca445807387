import { z } from 'zod';
import { manifestKey } from '../../domain/backup-name.ts';
import type { StoragePlan } from './plan-storages.ts';

const confirmedSchema = z.array(
  z.object({
    storage: z.string(),
    /** Ids and keys; null: nothing was to be removed there. */
    removals: z.array(z.tuple([z.string(), z.string()])).nullable(),
    leftovers: z.array(z.string()),
  }),
);

/** What was shown, and is to be removed: any JSON that says the same of the same plans. */
export type ConfirmedPlan = z.output<typeof confirmedSchema>;

export function confirmedPlan(plans: readonly StoragePlan[]): ConfirmedPlan {
  return plans.map(({ contents, plan, leftovers }) => ({
    storage: contents.storage.name,
    removals: plan.refusal === undefined ? plan.removals.map(({ id, fileKey }) => [id, fileKey]) : null,
    leftovers: [...leftovers],
  }));
}

/**
 * What is left to do of what was confirmed, by a run that was cut off: of what the rules would remove now, only what was
 * shown, and the files whose manifests have gone already.
 */
export function restOf(plans: readonly StoragePlan[], noted: unknown): StoragePlan[] {
  const confirmed = confirmedSchema.parse(noted);
  return plans.map((one) => {
    const shown = confirmed.find(({ storage }) => storage === one.contents.storage.name);
    return restOfOne(one, { removals: shown?.removals ?? [], leftovers: shown?.leftovers ?? [] });
  });
}

function restOfOne(
  { contents, plan, leftovers }: StoragePlan,
  shown: { readonly removals: readonly [string, string][]; readonly leftovers: readonly string[] },
): StoragePlan {
  const { objects, backups } = contents;
  if (plan.refusal !== undefined) return { contents, plan, leftovers: [] };
  const keys = new Set(shown.removals.map(([, key]) => key));
  const present = new Set(backups.map(({ key }) => key));
  const gone = shown.removals.filter(([, key]) => !present.has(key) && !objects.has(manifestKey(key)));
  const decisions = plan.decisions.filter(({ backup, keep }) => keep || keys.has(backup.fileKey));
  const removals = plan.removals.filter(({ fileKey }) => keys.has(fileKey));
  return {
    contents,
    plan: { ...plan, decisions, removals },
    leftovers: leftovers.filter((key) => shown.leftovers.includes(key)),
    before: {
      removed: gone.map(([id, fileKey]) => ({ id, fileKey })),
      files: gone.flatMap(([, key]) => (objects.has(key) ? [key] : [])),
    },
  };
}
