import { pinKey } from '../domain/backup-name.ts';
import { listWords } from '../domain/module-keys.ts';
import { Backup } from '../models/backup.ts';
import { openBackupDesk, type Place } from './backups/backup-desk.ts';
import { backupId, findRow } from './backups/backup-found.ts';
import { besideCopies } from './backups/pin-notes.ts';
import { defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';

export const unpinBackup = defineOperation({
  name: 'unpin-backup',
  verb: 'unpin',
  summary: 'Let the rules decide again how long a backup stays',
  role: 'operator',
  effect: 'changes',
  evenWhenFrozen: true,
  restartable: true,
  example: 'unpin ab12cd34',
  args: { backup: backupId },

  async run(context, { backup: asked }) {
    const desk = await openBackupDesk(context);
    const row = await findRow(context, desk, asked);
    // What is still noted beside a copy would pin it again.
    const untold = await besideCopies(context, { desk, row }, unpinCopy);
    if (untold.length === 0) await Backup.pin(context.databases.ledger, row.id, undefined);
    return { id: row.id, database: row.database, before: row.pinned, untold };
  },

  trace: ({ id, before }) => ({ subjects: [], ...(before ? { before: { backup: id, pinned: before.reason } } : {}) }),

  report: ({ id, database, before, untold }): Report => {
    const name = `Backup ${id.slice(0, 8)} of ${database}`;
    if (untold.length > 0)
      return {
        tone: 'attention',
        broken: true,
        title: `${name} stays pinned: its pin could not be removed from ${listWords(untold)}.`,
      };
    if (!before) return { tone: 'unchanged', title: `${name} was not pinned.` };
    const title = `${name} is unpinned: the rules decide how long it stays. “backups” says what they come to.`;
    return { tone: 'done', title, announcement: `unpinned a backup of ${database}` };
  },
});

async function unpinCopy({ storage, key }: Place): Promise<void> {
  const { failed } = await storage.remove([pinKey(key)]);
  if (failed[0]) throw new Error(failed[0].reason);
}
