import { besideName } from '../domain/beside-name.ts';
import { showTime } from '../domain/end-date.ts';
import type { HealthFinding } from '../domain/health.ts';
import { UserError } from '../errors.ts';
import { Restore } from '../models/restore.ts';
import type { RestoreDesk } from '../ports.ts';
import { openBackupDesk, resourceOf } from './backups/backup-desk.ts';
import { healthAfter } from './restoring/health-after.ts';
import { openRestoreDesk } from './restoring/restore-desk.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import { withLedger } from './service/with-ledger.ts';

const KEPT_MS = 24 * 3_600_000;

export interface Undone {
  readonly live: string;
  /** What the restored database is called now. */
  readonly undone: string;
  readonly source: string;
  readonly keptUntil: Date;
  readonly unavailableMs: number;
  readonly health: readonly HealthFinding[];
}

export const undoRestore = defineOperation({
  name: 'undo-restore',
  verb: 'undo-restore',
  summary: 'Put back the database that the last restore replaced',
  role: 'admin',
  effect: 'changes',
  evenWhenFrozen: true,
  example: 'undo-restore',
  args: {},

  resource: async (context) => resourceOf((await openBackupDesk(context)).sources.platform),

  async preview(context) {
    const { desk, last } = await undoable(context);
    const { environment, timeZone } = context.settings;
    const { live } = desk.server;
    return {
      report: {
        tone: 'attention',
        title: `This puts back ${live} in ${environment} as it was before the restore of ${last.source}.`,
        parts: [
          {
            kind: 'facts',
            facts: [
              ['Restored', last.switchedAt ? showTime(last.switchedAt, timeZone) : 'just now'],
              [
                'Written since',
                `what was written to ${live} since then is not in the old one; it stays beside for 24 hours`,
              ],
              ['Takes', 'about a second'],
            ],
          },
        ],
      },
      state: { restore: last.runId },
      confirmLabel: 'Put the old one back',
    };
  },

  async run(context): Promise<Undone> {
    const { desk, last } = await undoable(context);
    return { ...(await putBack(context, desk, last)), health: await healthAfter(context) };
  },

  trace: ({ live, undone, source }) => ({
    subjects: [],
    before: { database: undone, source },
    after: { database: live },
  }),

  report: ({ live, undone, source, keptUntil, unavailableMs, health }, { settings }): Report => {
    const broken = health.filter(({ state }) => state === 'unhealthy');
    const seconds = (unavailableMs / 1000).toLocaleString('en-GB', { maximumFractionDigits: 1 });
    return {
      tone: broken.length > 0 ? 'attention' : 'done',
      title: `${live} in ${settings.environment} is as it was before the restore of ${source}. The platform could not be used for ${seconds} s.`,
      parts: [
        {
          kind: 'note',
          text: `What was restored is kept as ${undone} until ${showTime(keptUntil, settings.timeZone)}.`,
        },
        ...broken.map(({ label, says }) => ({ kind: 'text', text: `✗ ${label}: ${says}` }) as const),
      ],
      announcement: `undid the restore of ${source} in ${settings.environment}`,
      ...(broken.length > 0 ? { broken: true } : {}),
    };
  },

  json: (data) => data,
});

/** The last restore, while what was there before is kept. Throws UserError where nothing can be undone. */
async function undoable(context: Context): Promise<{ readonly desk: RestoreDesk; readonly last: Restore }> {
  const desk = await openRestoreDesk(context);
  const { server } = desk;
  const last = await withLedger(() => Restore.undoable(context.databases.ledger, server.live));
  if (!last)
    throw new UserError('There is no restore to undo: none was made, or what was there before is no longer kept.');
  const [live, former] = await Promise.all([server.find(server.live), server.find(last.former)]);
  if (live?.oid !== last.scratchOid) {
    throw new UserError(
      `${server.live} is not what was restored any more: somebody has replaced it otherwise. Nothing was changed.`,
    );
  }
  if (former?.oid !== last.liveOid) {
    throw new UserError(
      `${last.former}, which was there before, is gone: the restore cannot be undone. “restore” brings back its safety backup.`,
    );
  }
  return { desk, last };
}

/** The renames the other way round. Also for a rollback that ends worse than it began. */
export async function putBack(
  { databases, clock, cache, log, runId }: Context,
  { server }: RestoreDesk,
  last: Restore,
): Promise<Omit<Undone, 'health'>> {
  const now = clock.now();
  const undone = besideName(server.live, 'undone', now);
  // Whoever looks after a kill has to know the name.
  await withLedger(() => Restore.advance(databases.ledger, { runId: last.runId, from: ['switched'] }, { undone }));
  const { unavailableMs } = await server.swap({ incoming: last.former, outgoing: undone });
  const keptUntil = new Date(now.getTime() + KEPT_MS);
  const change = { step: 'undone', former: undone, keptUntil } as const;
  await Restore.advance(databases.ledger, { runId: last.runId, from: ['switched'] }, change).catch((error: unknown) =>
    log.warn({ err: error, runId }, 'the ledger did not take that a restore was undone'),
  );
  await cache?.forgetAll().catch((error: unknown) => {
    log.warn({ err: error, runId }, 'the gateway could not be told to forget what it knew of access');
  });
  return { live: server.live, undone, source: last.source, keptUntil, unavailableMs: Math.round(unavailableMs) };
}
