import { asideSql, countsSql } from '../../domain/in-place-sql.ts';
import { Restore } from '../../models/restore.ts';
import type { Context } from '../service/operation.ts';
import { withLedger } from '../service/with-ledger.ts';
import { namedAside } from './by-renaming.ts';
import type { Placed } from './carry-out-restore.ts';
import type { RestoreWork } from './restore-wish.ts';

/**
 * Restores within the live database, in one transaction: its schemas are moved aside, the backup is restored in their place, its
 * rows are counted. Until the last moment everybody sees what was there, and whatever fails or is killed leaves just that.
 */
export async function restoreWithin(
  context: Context,
  work: RestoreWork,
  safetyBackupId: string | undefined,
): Promise<Placed> {
  const { desk, restorable, within, backups, wish } = work;
  const { server } = desk;
  const { runId, clock, databases, signal, progress, log } = context;
  const manifest = restorable.manifest;
  if (!within || !manifest) throw new Error('a restore within the live database is of a backup of ours');
  const begunAt = clock.now();
  const live = await server.find(server.live);
  const aside = { schemas: namedAside(within.schemas, 'before', begunAt), extensions: within.extensions };
  await withLedger(() =>
    Restore.begin(databases.ledger, {
      ...{ runId, database: server.live, source: restorable.name, backupId: manifest.id, aside, begunAt },
      ...{ safetyBackupId: safetyBackupId ?? null, liveOid: live?.oid ?? 0, former: formerWords(aside.schemas) },
    }),
  );
  const facts = await desk.tools.restore(server.addressOf(server.live), restorable.source, {
    ...{ trust: 'ours', identities: backups.identities, signal, progress },
    within: { before: asideSql(aside), after: countsSql(manifest.tables) },
  });
  const switchedAt = clock.now();
  const keptUntil = new Date(switchedAt.getTime() + wish.keepOldMs);
  const change = { step: 'switched', switchedAt, keptUntil, unavailableMs: 0 } as const;
  await Restore.advance(databases.ledger, { runId, from: ['filling'] }, change).catch((error: unknown) =>
    log.warn({ err: error, runId }, 'the ledger did not take that a restore is in place'),
  );
  return {
    ...{ live: server.live, former: formerWords(aside.schemas), keptUntil, unavailableMs: 0, endedSessions: 0, facts },
    checks: [`The rows of all ${Object.keys(manifest.tables).length} tables are those of the manifest.`],
  };
}

/** In a sentence: `the schemas public_before_…, work_before_…`. */
function formerWords(schemas: readonly { readonly aside: string }[]): string {
  return `the schemas ${schemas.map(({ aside }) => aside).join(', ')}`;
}
