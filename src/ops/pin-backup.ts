import type { Pin } from '../domain/pin.ts';
import { Backup } from '../models/backup.ts';
import { openBackupDesk } from './backups/backup-desk.ts';
import { backupId, findRow } from './backups/backup-found.ts';
import { pinCopy } from './backups/copy-backup-to.ts';
import { besideCopies } from './backups/pin-notes.ts';
import * as arg from './service/arguments.ts';
import { defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import { signed } from './service/signed.ts';

interface Pinned {
  readonly id: string;
  readonly database: string;
  readonly pin: Pin;
  readonly before: Pin | undefined;
  /** Storages beside whose copy it could not be written. */
  readonly untold: readonly string[];
}

export const pinBackup = defineOperation({
  name: 'pin-backup',
  verb: 'pin',
  summary: 'Keep a backup for ever, whatever the rules say, until somebody unpins it',
  role: 'operator',
  effect: 'changes',
  evenWhenFrozen: true,
  restartable: true,
  example: 'pin ab12cd34 because the auditors may ask for it',
  args: {
    backup: backupId,
    reason: {
      ...arg.words('Reason', 'why it has to stay', { maxLength: 200, example: 'the auditors may ask for it' }),
      keyword: 'because',
    },
  },

  async run(context, { backup: asked, reason }): Promise<Pinned> {
    const { actor, moment, databases } = context;
    const desk = await openBackupDesk(context);
    const row = await findRow(context, desk, asked);
    const pin = { reason, by: signed(actor), at: moment.now };
    await Backup.pin(databases.ledger, row.id, pin);
    const untold = await besideCopies(context, { desk, row }, (place) => pinCopy(place, pin));
    return { id: row.id, database: row.database, pin, before: row.pinned, untold };
  },

  trace: ({ id, pin, before }) => ({
    subjects: [],
    before: before && { pinned: before.reason },
    after: { backup: id, pinned: pin.reason },
  }),

  report: ({ id, database, pin, untold }): Report => ({
    tone: untold.length > 0 ? 'attention' : 'done',
    title: `Backup ${id.slice(0, 8)} of ${database} stays until somebody unpins it, because ${pin.reason}.`,
    parts: untold.map((storage) => ({
      kind: 'note',
      text: `It could not be noted in ${storage}: should the ledger be lost, the pin there is, too. Pin it again later.`,
    })),
    offers: [
      {
        label: 'Unpin',
        operation: 'unpin-backup',
        input: { backup: id },
        confirm: 'Let the rules decide about it again?',
      },
    ],
    announcement: `pinned a backup of ${database}, because ${pin.reason}`,
  }),
});
