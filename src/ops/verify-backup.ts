import { formatOf } from '../domain/backup-format.ts';
import type { BackupManifest } from '../domain/backup-manifest.ts';
import { listWords } from '../domain/module-keys.ts';
import { StorageError, UserError } from '../errors.ts';
import { BackupCopy } from '../models/backup-copy.ts';
import type { ArchiveCheck, BackupDesk } from '../ports.ts';
import { openBackupDesk, type Place } from './backups/backup-desk.ts';
import { backupOrFile, type FoundBackup, findBackup } from './backups/backup-found.ts';
import { noteDamage } from './backups/damage-note.ts';
import { examine } from './backups/read-back.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';

/** What was found of one copy. `unknown`: its storage could not be read, so nothing was found out. */
interface Verdict {
  readonly storage: string;
  readonly key: string;
  readonly state: 'good' | 'bad' | 'missing' | 'unknown';
  readonly fault: string | undefined;
  readonly proof: ArchiveCheck['proof'] | undefined;
  readonly lacking?: ArchiveCheck['lacking'];
  /** What was found could not be noted beside it. */
  readonly isUntold?: true;
}

interface Verified {
  readonly name: string;
  readonly manifest: BackupManifest | undefined;
  readonly verdicts: readonly Verdict[];
}

export const verifyBackup = defineOperation({
  name: 'verify-backup',
  verb: 'verify-backup',
  summary: 'Read a backup to its end, wherever it is, and say whether it is whole',
  role: 'operator',
  effect: 'changes',
  evenWhenFrozen: true,
  long: true,
  restartable: true,
  evenWithoutPlatform: true,
  example: 'verify-backup ab12cd34',
  args: { backup: backupOrFile },

  async run(context, { backup: asked }): Promise<Verified> {
    const desk = await openBackupDesk(context);
    const found = await findBackup(context, desk, asked);
    if (found.places.length === 0)
      throw new UserError(`No copy of backup ${asked} can be reached from here: “backups” says where they are.`);
    const verdicts: Verdict[] = [];
    for (const place of found.places) {
      const verdict = await verifyCopy(context, desk, { manifest: found.manifest, place });
      const isNoted = await note(context, found, { ...verdict, place });
      verdicts.push(isNoted ? verdict : { ...verdict, isUntold: true });
    }
    return { name: found.manifest ? found.manifest.id.slice(0, 8) : asked, manifest: found.manifest, verdicts };
  },

  trace: ({ manifest, verdicts }) => ({ subjects: [], after: { backup: manifest?.id ?? null, copies: verdicts } }),

  report: ({ name, manifest, verdicts }): Report => {
    const flawed = verdicts.filter(({ state }) => state !== 'good');
    const what = manifest ? `Backup ${name} of ${manifest.database.name}` : name;
    const parts: Report['parts'] = [
      {
        kind: 'table',
        columns: ['Storage', 'File', 'Found'],
        rows: verdicts.map((one) => [one.storage, one.key, wordsOf(one)]),
      },
      ...(manifest ? [] : [{ kind: 'note', text: NO_MANIFEST } as const]),
      ...verdicts
        .filter(({ isUntold }) => isUntold)
        .map(({ storage }) => ({ kind: 'note', text: untold(storage) }) as const),
    ];
    if (flawed.length === 0) {
      const places = listWords(verdicts.map(({ storage }) => storage));
      return { tone: 'done', title: `${what} is whole: every byte was read, in ${places}.`, parts };
    }
    const bad = flawed.map(({ storage, state }) => `${STATES[state]} in ${storage}`);
    const title = `${what} is ${listWords(bad)}.`;
    return { tone: 'attention', title, parts, broken: true, announcement: `verified a backup: ${title}` };
  },

  json: ({ manifest, verdicts }) => ({ backup: manifest?.id ?? null, copies: verdicts }),
});

const STATES: Readonly<Record<Verdict['state'], string>> = {
  good: 'whole',
  bad: 'damaged',
  missing: 'gone',
  unknown: 'not to be reached',
};

const NO_MANIFEST =
  'No manifest stands beside it, so that there is no checksum to hold it to: a changed byte that its format does not notice is not noticed here.';

const UNREAD = 'the disk of BACKUP_DIR has no room to unpack it.';

function untold(storage: string): string {
  return `It could not be noted beside it in ${storage}: should the ledger be lost, what was found now is, too.`;
}

function wordsOf({ state, fault, proof, lacking }: Verdict): string {
  if (state !== 'good') return `${STATES[state]}${fault ? `: ${fault}` : ''}`;
  if (proof !== 'sha256 only') return 'whole';
  return lacking === 'room'
    ? 'whole, by its SHA-256; the disk of BACKUP_DIR has no room to unpack it'
    : 'whole, by its SHA-256; no private key to decrypt it is here';
}

/** Reads one copy to its end. */
export async function verifyCopy(
  context: Context,
  desk: BackupDesk,
  { manifest, place }: { readonly manifest: BackupManifest | undefined; readonly place: Place },
): Promise<Verdict> {
  const { storage, key } = place;
  const verdict = { storage: storage.name, key, fault: undefined, proof: undefined };
  try {
    const size = await storage.size(key);
    if (size === undefined) return { ...verdict, state: 'missing' };
    const format = manifest ? layoutOf(manifest) : formatOf(key);
    const expectedBytes = manifest?.bytes ?? size;
    const { fault, proof, lacking } = await examine(context, desk, {
      ...place,
      format,
      expectedBytes,
      sha256: manifest?.sha256,
    });
    if (lacking === 'room' && !manifest && fault === undefined) return { ...verdict, state: 'unknown', fault: UNREAD };
    return { ...verdict, state: fault === undefined ? 'good' : 'bad', fault, proof, lacking };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof StorageError)) throw error;
    return { ...verdict, state: 'unknown', fault: error.message };
  }
}

function layoutOf({ format, compression, encryption }: BackupManifest) {
  return { format, compression, isEncrypted: encryption !== null };
}

/** Enters what was found; of a file that the ledger never heard of, nothing. False where it does not stand beside the copy. */
async function note(
  context: Context,
  { manifest, row }: FoundBackup,
  { place, storage, key, state, fault = '' }: Verdict & { readonly place: Place },
): Promise<boolean> {
  const isKnown = row?.copies?.some((copy) => copy.storage === storage && copy.key === key);
  if (!manifest || !isKnown || state === 'unknown') return true;
  const triedAt = context.clock.now();
  const entry = { backupId: manifest.id, storage, key, state, triedAt };
  const found = state === 'good' ? { ...entry, verifiedAt: triedAt } : { ...entry, fault };
  await BackupCopy.enter(context.databases.ledger, found);
  return noteDamage(context, place, state === 'bad' ? { fault, since: triedAt } : undefined);
}
