import { z } from 'zod';
import { openBackupDesk, resourceOf } from './backups/backup-desk.ts';
import { backupOrFile } from './backups/backup-found.ts';
import { carryOutRestore } from './restoring/carry-out-restore.ts';
import { healthAfter } from './restoring/health-after.ts';
import { prepareRestore } from './restoring/prepare-restore.ts';
import { previewRestore } from './restoring/preview-restore.ts';
import type { RestoreWish } from './restoring/restore-wish.ts';
import { type InPlace, restoredReport } from './restoring/restored-report.ts';
import * as arg from './service/arguments.ts';
import { type Argument, defineOperation } from './service/operation.ts';

const HOUR_MS = 3_600_000;
const KEPT = 'how long the database as it is now stays beside, from 1h to 30d, such as 24h or 7d';

/** How long what is live now stays afterwards, in milliseconds. */
export const keepOld: Argument<number, false> = {
  label: 'Keep the old one',
  summary: KEPT,
  example: '24h',
  required: false,
  schema: () =>
    z
      .string()
      .regex(/^\d{1,3}[hd]$/i, `Give ${KEPT}.`)
      .transform((typed) => Number.parseInt(typed, 10) * (/d$/i.test(typed) ? 24 : 1) * HOUR_MS)
      .pipe(
        z
          .number()
          .min(HOUR_MS, `Give ${KEPT}.`)
          .max(30 * 24 * HOUR_MS, `Give ${KEPT}.`),
      ),
  widget: { kind: 'text', maxLength: 4 },
};

export const restore = defineOperation({
  name: 'restore',
  verb: 'restore',
  summary: 'Replace the platform’s database with a backup; what is live now is kept beside it',
  role: 'admin',
  effect: 'changes',
  secondPerson: true,
  long: true,
  evenWithoutPlatform: true,
  example: 'restore latest',
  args: {
    backup: {
      ...backupOrFile,
      summary: 'the backup’s id, as “backups” lists them, or “latest”; in the terminal a file, too',
      schema: (moment) => z.union([z.literal('latest'), backupOrFile.schema(moment)]),
      widget: { kind: 'backup' },
    },
    keepOld,
    withoutSafetyBackup: {
      ...arg.flag(
        'Without a safety backup',
        'go on although the database as it is now cannot be backed up',
        '--without-safety-backup',
      ),
      terminalOnly: true,
    },
    inPlace: {
      ...arg.flag('In place', 'restore within the database, where another one cannot take its place', '--in-place'),
      terminalOnly: true,
    },
    acceptForeign: {
      ...arg.flag('Accept a foreign file', 'restore a file that CapOps did not make', '--accept-foreign'),
      terminalOnly: true,
    },
    otherDatabase: {
      ...arg.flag(
        'Another database’s',
        'restore what was dumped of another database or environment',
        '--other-database',
      ),
      terminalOnly: true,
    },
  },

  resource: async (context) => resourceOf((await openBackupDesk(context)).sources.platform),

  preview: async (context, input) =>
    previewRestore(context, await prepareRestore(context, input.backup, wishOf(input))),

  async run(context, input): Promise<InPlace> {
    const work = await prepareRestore(context, input.backup, wishOf(input));
    const restored = await carryOutRestore(context, work);
    const health = await healthAfter(context);
    return { restored, source: work.restorable.name, backupId: work.restorable.manifest?.id, health };
  },

  trace: ({ restored, source, backupId }) => ({
    subjects: [],
    before: { database: restored.former ?? null },
    after: {
      ...{ database: restored.live, source, backup: backupId ?? null, unavailableMs: restored.unavailableMs },
      safety: 'manifest' in restored.safety ? restored.safety.manifest.id : null,
      keptUntil: restored.keptUntil ?? null,
    },
  }),

  report: (done, { settings }) => restoredReport(done, settings),

  json: ({ restored: { safety, facts, ...restored }, source, backupId, health }) => ({
    ...restored,
    source,
    backup: backupId ?? null,
    safety: 'manifest' in safety ? safety.manifest.id : null,
    missingRoles: facts.missingRoles,
    warnings: facts.warnings,
    health,
  }),
});

function wishOf(input: {
  readonly keepOld?: number | undefined;
  readonly withoutSafetyBackup?: boolean | undefined;
  readonly inPlace?: boolean | undefined;
  readonly acceptForeign?: boolean | undefined;
  readonly otherDatabase?: boolean | undefined;
}): RestoreWish {
  const {
    keepOld: keepOldMs = 24 * HOUR_MS,
    withoutSafetyBackup = false,
    inPlace = false,
    acceptForeign = false,
    otherDatabase = false,
  } = input;
  return { keepOldMs, withoutSafetyBackup, inPlace, acceptForeign, otherDatabase, safetyNote: 'before a restore' };
}
