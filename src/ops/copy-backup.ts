import type { BackupManifest } from '../domain/backup-manifest.ts';
import { showBytes } from '../domain/bytes.ts';
import { ARCHIVE } from '../domain/monthly-archive.ts';
import { UserError } from '../errors.ts';
import { offsiteStorage, openBackupDesk } from './backups/backup-desk.ts';
import { backupOrFile, findBackup } from './backups/backup-found.ts';
import { copyBackupTo } from './backups/copy-backup-to.ts';
import { defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';

interface Copied {
  readonly manifest: BackupManifest;
  readonly key: string;
  /** It was there, whole, before. */
  readonly isOld: boolean;
}

export const copyBackup = defineOperation({
  name: 'copy-backup',
  verb: 'copy-backup',
  summary: 'Copy a backup off site, and read the copy back',
  role: 'operator',
  effect: 'changes',
  evenWhenFrozen: true,
  long: true,
  restartable: true,
  example: 'copy-backup ab12cd34',
  args: { backup: backupOrFile },

  async run(context, { backup: asked }): Promise<Copied> {
    const desk = await openBackupDesk(context);
    const to = offsiteStorage(desk);
    const { manifest, row, places } = await findBackup(context, desk, asked);
    if (!manifest)
      throw new UserError(
        `No manifest stands beside ${asked}, so it is no backup: what it holds, and when it was made, is not known.`,
      );
    const copies = row?.copies ?? [];
    const isOffsite = (name: string) => name === to.name || name === ARCHIVE;
    const present = copies.find(({ storage, state }) => isOffsite(storage) && state === 'good');
    if (present) return { manifest, key: present.key, isOld: true };
    const isGood = (name: string) => copies.every(({ storage, state }) => storage !== name || state === 'good');
    const from = places.find(({ storage }) => storage.name !== to.name && isGood(storage.name));
    if (!from)
      throw new UserError(`No good copy of backup ${asked} can be reached from here: “backups” says where they are.`);
    const copied = await copyBackupTo(context, desk, { manifest, from, to, pin: row?.pinned });
    return { manifest: copied, key: copied.copies.at(-1)?.key ?? from.key, isOld: false };
  },

  trace: ({ manifest, key, isOld }) => ({
    subjects: [],
    ...(isOld ? {} : { after: { backup: manifest.id, storage: 'offsite', key } }),
  }),

  report: ({ manifest, key, isOld }, { settings: { environment } }): Report => {
    const name = `Backup ${manifest.id.slice(0, 8)} of ${manifest.database.name}`;
    const parts: Report['parts'] = [
      {
        kind: 'facts',
        facts: [
          ['File', key],
          ['SHA-256', manifest.sha256],
        ],
      },
    ];
    if (isOld) return { tone: 'unchanged', title: `${name} is off site already.`, parts };
    return {
      tone: 'done',
      title: `${name} is off site too: ${showBytes(manifest.bytes)}, read back whole.`,
      parts,
      announcement: `copied a backup of ${manifest.database.name} (${environment}) off site`,
    };
  },

  json: ({ manifest, key }) => ({ ...manifest, key }),
});
