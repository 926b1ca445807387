import { counted } from '../domain/counted.ts';
import { showDate } from '../domain/end-date.ts';
import { listWords } from '../domain/module-keys.ts';
import { UserError } from '../errors.ts';
import { openBackupDesk, PRUNING } from './backups/backup-desk.ts';
import { planStorages, type StoragePlan } from './backups/plan-storages.ts';
import { type Pruned, pruneStorages } from './backups/prune-storages.ts';
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
  example: 'prune',
  args: {},

  async preview(context) {
    const plans = await plansNow(context);
    const count = removalsOf(plans).length;
    const leftovers = plans.flatMap((one) => one.leftovers).length;
    return {
      report: previewReport(context, plans),
      state: stateOf(plans),
      confirmLabel: count + leftovers === 0 ? undefined : `Remove ${wordsFor(count, leftovers)}`,
    };
  },

  resource: () => PRUNING,

  async run(context): Promise<Pruned[]> {
    const plans = await plansNow(context);
    context.holdTo(stateOf(plans));
    const [refusal] = plans.flatMap(({ plan }) => plan.refusal ?? []);
    if (refusal && removalsOf(plans).length === 0) throw new UserError(refusal);
    return pruneStorages(context, plans);
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

  report: (pruned): Report => ({ ...prunedReport(pruned), announcement: `removed ${prunedWords(pruned)}` }),

  json: (pruned) => pruned,
});

async function plansNow(context: Context): Promise<StoragePlan[]> {
  context.progress({ phase: 'Looking at what there is' });
  return planStorages(context, await syncCatalogue(context, await openBackupDesk(context)));
}

/** A confirmation holds for exactly these removals. */
function stateOf(plans: readonly StoragePlan[]): unknown {
  return plans.map(({ contents, plan, leftovers }) => ({
    storage: contents.storage.name,
    removals: plan.refusal === undefined ? plan.removals.map(({ id, fileKey }) => [id, fileKey]) : null,
    leftovers,
  }));
}

function removalsOf(plans: readonly StoragePlan[]) {
  return plans.flatMap(({ plan }) => (plan.refusal === undefined ? plan.removals : []));
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

/** What pruning has done, in a sentence and, where something stands in the way, what that is. */
export function prunedReport(pruned: readonly Pruned[]): Report {
  const failed = pruned.flatMap((one) => one.failed.map((failure) => ({ ...failure, storage: one.storage })));
  const notes = [
    ...pruned.flatMap(({ refusal }) => refusal ?? []),
    ...failed.slice(0, 5).map(({ key, storage, reason }) => `${key} in ${storage} could not be removed: ${reason}`),
    ...(failed.length > 5 ? [`${failed.length - 5} more could not be removed.`] : []),
  ];
  return {
    tone: notes.length > 0 ? 'attention' : 'done',
    title: `Removed: ${prunedWords(pruned)}.`,
    parts: notes.map((text) => ({ kind: 'note', text })),
    ...(notes.length > 0 ? { broken: true } : {}),
  };
}

function prunedWords(pruned: readonly Pruned[]): string {
  const words = pruned
    .filter(({ refusal }) => refusal === undefined)
    .map(
      ({ storage, removed, swept }) =>
        `${counted(removed.length, 'backup')}${swept > 0 ? ` and ${counted(swept, 'leftover')}` : ''} from ${storage}`,
    );
  return listWords(words) || 'nothing';
}
