import type { BackupManifest } from '../domain/backup-manifest.ts';
import { counted } from '../domain/counted.ts';
import { showTime } from '../domain/end-date.ts';
import { UserError } from '../errors.ts';
import { goodBackupsBefore } from '../models/good-backups.ts';
import type { BackupDesk } from '../ports.ts';
import { openBackupDesk, type Place } from './backups/backup-desk.ts';
import { backupId, findBackup, goodPlaces } from './backups/backup-found.ts';
import { carryOutDrill, type DrillProof } from './restoring/carry-out-drill.ts';
import { openRestoreDesk } from './restoring/restore-desk.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';

interface Chosen {
  readonly manifest: BackupManifest;
  readonly place: Place;
}

interface Drilled {
  readonly backup: string;
  readonly takenAt: Date;
  readonly storage: string;
  /** Undefined: it could not be tried, for this reason. */
  readonly proof: DrillProof | undefined;
  readonly notDrilled: string | undefined;
}

export const drill = defineOperation({
  name: 'drill',
  verb: 'drill',
  summary: 'Restore a backup for practice, to prove that it can be, and how long that takes',
  role: 'operator',
  effect: 'changes',
  evenWhenFrozen: true,
  long: true,
  restartable: true,
  evenWithoutPlatform: true,
  example: 'drill',
  args: {
    backup: {
      ...backupId,
      required: false,
      summary: 'the backup’s id; by default the newest good one, from off site where there is such a place',
    },
  },

  resource: () => 'the drill of a restore',

  async run(context, { backup: asked }): Promise<Drilled> {
    const [desk, backups] = await Promise.all([openRestoreDesk(context), openBackupDesk(context)]);
    const { manifest, place } = await choose(context, backups, asked);
    const drilled = { backup: manifest.id, takenAt: manifest.takenAt, storage: place.storage.name };
    if (manifest.encryption && backups.identities.length === 0) {
      return { ...drilled, proof: undefined, notDrilled: 'it is encrypted, and no private key to decrypt it is here' };
    }
    return {
      ...drilled,
      proof: await carryOutDrill(context, { desk, backups, manifest, place }),
      notDrilled: undefined,
    };
  },

  trace: ({ backup, storage, proof, notDrilled }) => ({
    subjects: [],
    after: {
      backup,
      storage,
      proven: proof !== undefined,
      seconds: proof?.seconds ?? null,
      notDrilled: notDrilled ?? null,
    },
  }),

  report: ({ backup, takenAt, storage, proof, notDrilled }, { settings: { environment, timeZone } }): Report => {
    const what = `Backup ${backup.slice(0, 8)} of ${showTime(takenAt, timeZone)}, from ${storage},`;
    if (!proof) return { tone: 'attention', broken: true, title: `${what} was not drilled: ${notDrilled}.` };
    const took = timeWords(proof.seconds);
    return {
      tone: 'done',
      title: `${what} is proven: it was restored whole in ${took}.`,
      parts: [
        { kind: 'list', items: proof.checks },
        {
          kind: 'note',
          text: `This is how long a restore takes from the first byte to the switch, during which the platform cannot be used for ${Math.round(proof.unavailableMs)} ms. What the drill made is removed.`,
        },
      ],
      announcement: `proved a backup of ${environment}: restored whole in ${took}`,
    };
  },

  json: (data) => data,
});

/** The copy that would be left on the bad day: off site, where there is such a place. */
async function choose(context: Context, backups: BackupDesk, asked: string | undefined): Promise<Chosen> {
  const { platform } = backups.sources;
  const newest = { before: context.clock.now(), limit: 1 };
  const id = asked ?? (await goodBackupsBefore(context.databases.ledger, platform, newest))[0]?.id;
  if (id === undefined) throw new UserError(`There is no good backup of ${platform.database} to drill with.`);
  const found = await findBackup(context, backups, id);
  const { manifest } = found;
  if (manifest?.database.role !== 'platform')
    throw new UserError(`Backup ${id.slice(0, 8)} is not of the platform’s database.`);
  const good = goodPlaces(found);
  const place = good.find(({ storage }) => storage.name !== 'local') ?? good[0];
  if (!place) throw new UserError(`No good copy of backup ${id.slice(0, 8)} can be reached from here.`);
  return { manifest, place };
}

function timeWords(seconds: number): string {
  if (seconds < 120) return counted(Math.max(1, Math.round(seconds)), 'second');
  return counted(Math.round(seconds / 60), 'minute');
}
