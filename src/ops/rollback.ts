import { showTime } from '../domain/end-date.ts';
import type { HealthFinding } from '../domain/health.ts';
import { worseThan } from '../domain/health-change.ts';
import { lastKnownGood } from '../domain/last-known-good.ts';
import { UserError } from '../errors.ts';
import { goodBackupsBefore } from '../models/good-backups.ts';
import { Restore } from '../models/restore.ts';
import { openBackupDesk, resourceOf } from './backups/backup-desk.ts';
import { backupOrFile } from './backups/backup-found.ts';
import { carryOutRestore } from './restoring/carry-out-restore.ts';
import { healthAfter } from './restoring/health-after.ts';
import { prepareRestore } from './restoring/prepare-restore.ts';
import { previewRestore } from './restoring/preview-restore.ts';
import type { RestoreWish } from './restoring/restore-wish.ts';
import { type InPlace, restoredReport } from './restoring/restored-report.ts';
import * as arg from './service/arguments.ts';
import { type Argument, type Context, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import { withLedger } from './service/with-ledger.ts';
import { since } from './since.ts';
import { putBack, type Undone } from './undo-restore.ts';

/** Newer ones that are not proven are passed over for one that is: so many are looked at. */
const LOOKED_AT = 30;
const WISH: RestoreWish = {
  ...{
    keepOldMs: 24 * 3_600_000,
    withoutSafetyBackup: false,
    inPlace: false,
    acceptForeign: false,
    otherDatabase: false,
  },
  safetyNote: 'pre-rollback',
};

interface RolledBack extends InPlace {
  /** What is worse than before. */
  readonly worse: readonly HealthFinding[];
  readonly undone: Omit<Undone, 'health'> | undefined;
}

interface Wanted {
  readonly backup?: string | undefined;
  readonly before?: Date | undefined;
}

const before: Argument<Date, false> = {
  ...since,
  label: 'Before',
  summary: 'to the last good backup that was taken before then',
  example: '2026-11-21',
};

export const rollback = defineOperation({
  name: 'rollback',
  verb: 'rollback',
  summary: 'Go back to the last known good backup: back up, restore, check everything',
  role: 'admin',
  effect: 'changes',
  secondPerson: true,
  long: true,
  evenWithoutPlatform: true,
  example: 'rollback',
  args: {
    backup: {
      ...backupOrFile,
      required: false,
      summary: 'the backup to go back to; by default the newest good one, or a proven one that is hardly older',
    },
    before,
    autoUndo: arg.flag('Undo by itself', 'put the old one back when something is worse afterwards', '--auto-undo'),
  },

  resource: async (context) => resourceOf((await openBackupDesk(context)).sources.platform),

  preview: async (context, input) => previewRestore(context, await prepare(context, input)),

  async run(context, input): Promise<RolledBack> {
    const work = await prepare(context, input);
    const healthBefore = await healthAfter(context);
    const restored = await carryOutRestore(context, work);
    const health = await healthAfter(context);
    const worse = worseThan(healthBefore, health);
    const done = { restored, source: work.restorable.name, backupId: work.restorable.manifest?.id, health, worse };
    if (worse.length === 0 || !input.autoUndo) return { ...done, undone: undefined };
    const own = await withLedger(async () => Restore.query(context.databases.ledger).findById(context.runId));
    return { ...done, undone: own && (await putBack(context, work.desk, own)) };
  },

  trace: ({ restored, source, backupId, worse, undone }) => ({
    subjects: [],
    before: { database: restored.former ?? null },
    after: {
      ...{ database: restored.live, source, backup: backupId ?? null, unavailableMs: restored.unavailableMs },
      worse: worse.map(({ service }) => service),
      undone: undone !== undefined,
    },
  }),

  report: (done, { settings }) =>
    done.undone ? undoneReport(done, done.undone, settings) : rolledBackReport(done, settings),

  json: ({ restored: { safety, facts: _, ...restored }, source, backupId, health, worse, undone }) => ({
    ...{ ...restored, source, backup: backupId ?? null, health, worse, undone: undone ?? null },
    safety: 'manifest' in safety ? safety.manifest.id : null,
  }),
});

async function prepare(context: Context, { backup, before: moment }: Wanted) {
  if (backup !== undefined && moment !== undefined)
    throw new UserError('Name a backup, or a time before which it was taken, and not both.');
  return prepareRestore(context, backup ?? (await chosen(context, moment ?? context.moment.now)), WISH);
}

async function chosen(context: Context, moment: Date): Promise<string> {
  const { platform } = (await openBackupDesk(context)).sources;
  const { ledger } = context.databases;
  const good = await withLedger(() => goodBackupsBefore(ledger, platform, { before: moment, limit: LOOKED_AT }));
  const found = lastKnownGood(good);
  if (found) return found.id;
  const { timeZone } = context.settings;
  throw new UserError(`There is no good backup of ${platform.database} from before ${showTime(moment, timeZone)}.`);
}

function rolledBackReport(done: RolledBack, settings: Parameters<typeof restoredReport>[1]): Report {
  const report = restoredReport(done, settings);
  if (done.worse.length === 0) return report;
  const worse = done.worse.map(({ label }) => label).join(', ');
  const text = `Worse than before: ${worse}. “undo-restore” puts back what was there.`;
  return { ...report, tone: 'attention', parts: [{ kind: 'text', text }, ...(report.parts ?? [])] };
}

function undoneReport(
  { restored, source, worse }: RolledBack,
  undone: Omit<Undone, 'health'>,
  { environment, timeZone }: Parameters<typeof restoredReport>[1],
): Report {
  const items = worse.map(({ label, says }) => `${label}: ${says}`);
  return {
    tone: 'attention',
    broken: true,
    title: `${restored.live} in ${environment} was rolled back to ${source}, was worse than before, and is as it was again.`,
    parts: [
      { kind: 'list', items },
      {
        kind: 'note',
        text: `The rolled back database is kept as ${undone.undone} until ${showTime(undone.keptUntil, timeZone)}.`,
      },
    ],
    announcement: `rolled ${restored.live} (${environment}) back to ${source}, and undid that, because it was worse than before`,
  };
}
