import { counted } from '../domain/counted.ts';
import { showDate } from '../domain/end-date.ts';
import { listWords } from '../domain/module-keys.ts';
import { UserError } from '../errors.ts';
import { openBackupDesk, PRUNING } from './backups/backup-desk.ts';
import { confirmedPlan, restOf } from './backups/confirmed-plan.ts';
import { planStorages, type StoragePlan } from './backups/plan-storages.ts';
import { type Pruned, pruneStorages, removalsOf, soFarWords } from './backups/prune-storages.ts';
import { prunedNotes, prunedWords } from './backups/pruned-words.ts';
import type { StorageContents } from './backups/read-storage.ts';
import { syncCatalogue } from './backups/sync-catalogue.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Part, Report } from './service/report.ts';

/** Rows of a table that people read. */
const SHOWN = 60;

export const pruneBackups = defineOperation({
  name: 'prune-backups',
  verb: 'prune',
  summary: 'Remove the backups that no rule keeps, after showing which they are',
  role: 'admin',
  effect: 'changes',
  long: true,
  restartable: true,
  looksOnce: true,
  example: 'prune',
  args: {},

  async preview(context) {
    const plans = await plansNow(context);
    const count = plans.flatMap(removalsOf).length;
    const leftovers = plans.flatMap((one) => one.leftovers).length;
    return {
      report: previewReport(context, plans),
      state: confirmedPlan(plans),
      confirmLabel: count + leftovers === 0 ? undefined : `Remove ${wordsFor(count, leftovers)}`,
      seen: plans.map(({ contents }) => contents),
    };
  },

  resource: () => PRUNING,

  async run(context): Promise<Pruned[]> {
    const plans = await confirmedPlans(context);
    const [refusal] = plans.flatMap(({ plan }) => plan.refusal ?? []);
    const isBegun = plans.some(({ before }) => before && before.removed.length > 0);
    if (refusal && !isBegun && plans.flatMap(removalsOf).length === 0) throw new UserError(refusal);
    const pruned = await pruneStorages(context, plans, (words) => context.noteSoFar({ words }));
    await context.noteSoFar({ words: `Removed: ${prunedWords(pruned)}.`, plan: null });
    return pruned;
  },

  trace: (pruned) => ({
    subjects: [],
    after: pruned.map(({ storage, removed, swept, failed }) => ({
      storage,
      removed: removed.map(({ id, fileKey }) => ({ id, key: fileKey })),
      swept,
      failed,
    })),
  }),

  report: (pruned): Report => {
    const notes = prunedNotes(pruned);
    return {
      tone: notes.length > 0 ? 'attention' : 'done',
      title: `Removed: ${prunedWords(pruned)}.`,
      parts: notes.map((text) => ({ kind: 'note', text })),
      announcement: `removed ${prunedWords(pruned)}`,
      ...(notes.length > 0 ? { broken: true } : {}),
    };
  },

  json: (pruned) => pruned,
});

async function plansNow(context: Context): Promise<StoragePlan[]> {
  context.progress({ phase: 'Looking at what there is' });
  const seen = context.seen as readonly StorageContents[] | undefined;
  return planStorages(context, await syncCatalogue(context, await openBackupDesk(context), seen));
}

/** Exactly what was confirmed; of a run that was cut off, what is left of that. */
async function confirmedPlans(context: Context): Promise<StoragePlan[]> {
  const { soFar, noteSoFar, holdTo } = context;
  const plans = await plansNow(context);
  if (soFar?.plan) return restOf(plans, soFar.plan);
  const plan = confirmedPlan(plans);
  holdTo(plan);
  await noteSoFar({ words: soFarWords(0, 0), plan });
  return plans;
}

function previewReport({ settings: { timeZone } }: Context, plans: readonly StoragePlan[]): Report {
  const refusals = plans.flatMap(({ plan }) => plan.refusal ?? []);
  const decisions = plans.flatMap(({ plan }) => (plan.refusal === undefined ? plan.decisions : []));
  const going = decisions.filter(({ keep }) => !keep);
  const leftovers = plans.flatMap((one) => one.leftovers);
  const rows = [...going.toReversed(), ...decisions.filter(({ keep }) => keep)].map(({ backup, keep, reasons }) => [
    keep ? 'stays' : 'goes',
    backup.id.slice(0, 8),
    `${backup.database.name} (${backup.kind})`,
    showDate(backup.takenAt, timeZone),
    backup.storage,
    reasons.map(({ words }) => words).join('; '),
  ]);
  const title =
    going.length + leftovers.length === 0
      ? 'There is nothing to remove.'
      : `${wordsFor(going.length, leftovers.length)} would be removed, and ${counted(decisions.length - going.length, 'copy', 'copies')} kept.`;
  const columns = ['', 'Backup', 'Of', 'Taken', 'Storage', 'Because'];
  const table: Part[] = rows.length > 0 ? [{ kind: 'table', columns, rows: rows.slice(0, SHOWN) }] : [];
  const notes = [
    ...refusals,
    ...(rows.length > SHOWN ? [`${SHOWN} of ${rows.length} are shown.`] : []),
    ...(leftovers.length > 0 ? [`Never became backups: ${listWords(leftovers.slice(0, 5))}.`] : []),
    ...(refusals.some((text) => text.includes('Missing:')) ? [MISSED] : []),
  ];
  return {
    tone: refusals.length > 0 ? 'attention' : 'info',
    title,
    parts: [...table, ...notes.map((text) => ({ kind: 'note', text }) as const)],
  };
}

const MISSED =
  '“verify-backup” with such an id looks for that one by itself. Where it is really gone, that stands on record then, and pruning goes on.';

function wordsFor(count: number, leftovers: number): string {
  const words = [
    ...(count > 0 ? [counted(count, 'copy', 'copies')] : []),
    ...(leftovers > 0 ? [counted(leftovers, 'leftover')] : []),
  ];
  return listWords(words);
}
