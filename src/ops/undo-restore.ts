import { showTime } from '../domain/end-date.ts';
import type { HealthFinding } from '../domain/health.ts';
import { UserError } from '../errors.ts';
import { Restore } from '../models/restore.ts';
import type { RestoreDesk } from '../ports.ts';
import { openBackupDesk, resourceOf } from './backups/backup-desk.ts';
import { forgetCached } from './restoring/forget-cached.ts';
import { healthAfter } from './restoring/health-after.ts';
import { placementOf } from './restoring/placement.ts';
import { openRestoreDesk } from './restoring/restore-desk.ts';
import { usable } from './restoring/restored-report.ts';
import { settleFirst } from './restoring/settle-first.ts';
import { keptFrom, noteUndone } from './restoring/tend-restores.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import { withLedger } from './service/with-ledger.ts';

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
  evenWithoutPlatform: true,
  example: 'undo-restore',
  args: {},

  resource: async (context) => resourceOf((await openBackupDesk(context)).sources.platform),

  async preview(context) {
    const found = await settleFirst(context);
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
          ...found.map((text) => ({ kind: 'note', text }) as const),
        ],
      },
      state: { restore: last.runId },
      confirmLabel: 'Put the old one back',
    };
  },

  async run(context): Promise<Undone> {
    await settleFirst(context);
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
    return {
      tone: broken.length > 0 ? 'attention' : 'done',
      title: `${live} in ${settings.environment} is as it was before the restore of ${source}. ${usable({ unavailableMs })}`,
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
  const { live } = desk.server;
  if (!(await desk.server.find(live)))
    throw new UserError(
      `There is no database ${live} on its server to put another in the place of: “restore” makes it anew.`,
    );
  const open = await withLedger(() => Restore.undoable(context.databases.ledger, live));
  for (const last of open) {
    const placement = placementOf(context, desk, last);
    if (!(await placement.isLive(last))) {
      // Cut off before its switch, or undone already: the one before it is in place.
      if (last.step !== 'switched' || last.undone !== null) continue;
      throw new UserError(
        `${live} is not what was restored any more: somebody has replaced it otherwise. Nothing was changed.`,
      );
    }
    if (await placement.isKept(last)) return { desk, last };
    throw new UserError(
      `What was there before the restore of ${last.source} is gone, so it cannot be undone. “restore” brings back its safety backup.`,
    );
  }
  throw new UserError('There is no restore to undo: none was made, or what was there before is no longer kept.');
}

/** Puts back what was there before. Also for a rollback that ends worse than it began. */
export async function putBack(context: Context, desk: RestoreDesk, last: Restore): Promise<Omit<Undone, 'health'>> {
  const { databases, clock, log, runId } = context;
  const placement = placementOf(context, desk, last);
  const now = clock.now();
  const undone = await placement.undoneName(last, now);
  // Whoever looks after a kill has to know the name. The restore itself may have been killed before it could note its end.
  const from = ['filling', 'ready', 'switched'] as const;
  const known = { switchedAt: last.switchedAt ?? now, keptUntil: last.keptUntil ?? keptFrom(now) };
  await withLedger(() =>
    Restore.advance(databases.ledger, { runId: last.runId, from }, { step: 'switched', ...known, undone }),
  );
  await context.noteSoFar({ words: `The restore of ${last.source} was about to be undone.` });
  const unavailableMs = await placement.putBack(last, undone).catch(async (error: unknown) => {
    const isLive = await placement.isLive(last).catch(() => undefined);
    if (isLive) await context.noteSoFar({ words: `The restore of ${last.source} is still in place.` });
    throw error;
  });
  await context.noteSoFar({ words: `${last.database} is as it was before the restore of ${last.source}.` });
  await forgetCached(context, runId);
  const keptUntil = keptFrom(now);
  await noteUndone(databases.ledger, { runId: last.runId, undone, keptUntil }).catch((error: unknown) =>
    log.warn({ err: error, runId }, 'the ledger did not take that a restore was undone; it is found out later'),
  );
  return { live: last.database, undone, source: last.source, keptUntil, unavailableMs };
}
