import { basename, dirname } from 'node:path';
import { formatOf } from '../domain/backup-format.ts';
import { showBytes } from '../domain/bytes.ts';
import { counted } from '../domain/counted.ts';
import { isoDate } from '../domain/end-date.ts';
import { AlreadyThereError, UserError } from '../errors.ts';
import type { BackupDesk, BackupStorage } from '../ports.ts';
import * as arg from './arguments.ts';
import { offsiteStorage, openBackupDesk, resourceOf, usualStorage } from './backup-desk.ts';
import { copyBackupTo } from './copy-backup-to.ts';
import { type MadeBackup, makeBackup } from './make-backup.ts';
import { type Argument, type Context, defineOperation } from './operation.ts';
import type { Part, Report } from './report.ts';
import { shrinkWords } from './shrink-words.ts';

interface BackedUp {
  readonly made: MadeBackup;
  /** Where the other copy is; undefined: there is none. */
  readonly offsite: { readonly key: string } | { readonly fault: string } | undefined;
}

const output: Argument<string, false> = {
  label: 'Output',
  summary: 'the file to write, on this machine; its ending says the format: .sql, .sql.gz, .sql.zst, .dump, .dump.zst',
  example: 'before-upgrade.dump.zst',
  required: false,
  schema: () => arg.path,
  widget: { kind: 'none' },
  terminalOnly: true,
  isPath: true,
};

export const backup = defineOperation({
  name: 'backup',
  verb: 'backup',
  summary: 'Back up the platform’s database, and read the backup back',
  role: 'operator',
  effect: 'changes',
  evenWhenFrozen: true,
  long: true,
  restartable: true,
  example: 'backup before the upgrade',
  args: {
    note: {
      ...arg.optional(
        arg.words('Note', 'why, in a few words; it stands in the backup’s manifest', {
          maxLength: 200,
          example: 'before the upgrade',
        }),
      ),
      positional: true,
    },
    output,
    offsite: { ...arg.flag('Off site', 'copy it off site too', '--offsite'), terminalOnly: true },
  },

  resource: async (context) => resourceOf((await openBackupDesk(context)).sources.platform),

  async run(context, { note, output: path, offsite = false }): Promise<BackedUp> {
    const desk = await openBackupDesk(context);
    if (offsite) offsiteStorage(desk);
    const place = context.actor.face === 'terminal' ? await placeHere(context, desk, path) : usualPlace(desk);
    const wanted = { source: desk.sources.platform, kind: 'manual', note, ...place };
    const made = await makeBackup(context, desk, wanted).catch((error: unknown) =>
      refuseTaken(context, { error, path }),
    );
    return { made, offsite: offsite ? await copyOffsite(context, desk, made, place.storage) : undefined };
  },

  trace: ({ made: { manifest, key, storage } }) => ({
    subjects: [],
    after: { backup: manifest.id, storage, key, bytes: manifest.bytes, sha256: manifest.sha256 },
  }),

  report: ({ made, offsite }, { settings: { environment } }): Report => {
    const { manifest, key, storage, former, warnings } = made;
    const shrunk = shrinkWords(manifest, former);
    const isFlawed = shrunk !== undefined || warnings.length > 0 || (offsite && 'fault' in offsite);
    return {
      tone: isFlawed ? 'attention' : 'done',
      title: `${manifest.database.name} is backed up and was ${manifest.verified.how}: ${showBytes(manifest.bytes)} in ${storage}.`,
      parts: [
        { kind: 'facts', facts: factsOf(made, key) },
        ...notes([shrunk, ...warnings, offsite && offsiteWords(offsite)]),
      ],
      announcement: `backed up ${manifest.database.name} (${environment}), ${showBytes(manifest.bytes)}`,
      ...(offsite && 'fault' in offsite ? { broken: true } : {}),
    };
  },

  json: ({ made: { manifest, key, storage }, offsite }) => ({ ...manifest, storage, key, offsite }),
});

interface Place {
  readonly storage: BackupStorage;
  readonly format: ReturnType<typeof formatOf>;
  readonly key?: string;
}

function usualPlace(desk: BackupDesk): Place {
  const format = { format: 'custom', compression: 'zstd', isEncrypted: desk.recipients.length > 0 } as const;
  return { storage: usualStorage(desk), format };
}

/** In the terminal: the file that was named, or the day’s own. */
async function placeHere({ clock, settings }: Context, desk: BackupDesk, path: string | undefined): Promise<Place> {
  if (path !== undefined) {
    const format = formatOf(basename(path));
    if (format.isEncrypted && desk.recipients.length === 0)
      throw new UserError({ argument: 'output', message: NO_RECIPIENTS });
    return { storage: desk.folder(dirname(path)), format, key: basename(path) };
  }
  const now = clock.now();
  const day = `backup-${isoDate(now, settings.timeZone)}`;
  const time = now.toLocaleTimeString('en-GB', { timeZone: settings.timeZone }).replaceAll(':', '-');
  const isTaken = (await desk.local.size(`${day}.sql`)) !== undefined;
  return { storage: desk.local, format: formatOf('.sql'), key: isTaken ? `${day}T${time}.sql` : `${day}.sql` };
}

const NO_RECIPIENTS =
  'A file that ends in .age is encrypted, and capops.yml names no age keys to encrypt to. Leave out .age, or add keys under backups, encrypt_to.';

function refuseTaken(context: Context, { error, path }: { error: unknown; path: string | undefined }): never {
  if (!(error instanceof AlreadyThereError) || path === undefined) throw error;
  const free = freeName(path, context);
  throw new UserError({ argument: 'output', message: `${path} is there already, and is not replaced.` }, [
    { label: 'Under a free name', operation: 'backup', input: { ...context.raw, output: free } },
  ]);
}

/** The same with the moment in it. */
function freeName(path: string, { clock }: Context): string {
  const stamp = clock.now().toISOString().slice(0, 19).replaceAll(':', '-');
  const name = basename(path);
  const dot = name.indexOf('.');
  return `${path.slice(0, -name.length)}${name.slice(0, dot)}-${stamp}${name.slice(dot)}`;
}

/** The backup stands, whatever becomes of the copy. */
async function copyOffsite(
  context: Context,
  desk: BackupDesk,
  { manifest, key }: MadeBackup,
  storage: BackupStorage,
): Promise<NonNullable<BackedUp['offsite']>> {
  try {
    const copied = await copyBackupTo(context, desk, { manifest, from: { storage, key }, to: offsiteStorage(desk) });
    return { key: copied.copies.at(-1)?.key ?? key };
  } catch (error) {
    context.log.warn(
      { err: error, runId: context.runId, backup: manifest.id },
      'a backup could not be copied off site',
    );
    return { fault: error instanceof Error ? error.message : 'it failed' };
  }
}

function offsiteWords(offsite: NonNullable<BackedUp['offsite']>): string {
  if ('key' in offsite) return `A copy is off site, read back whole: ${offsite.key}`;
  return `The copy off site failed: ${offsite.fault} The backup here stands; “copy-backup” tries again.`;
}

function factsOf({ manifest }: MadeBackup, key: string): (readonly [string, string])[] {
  const rows = Object.values(manifest.tables).reduce((sum, count) => sum + count, 0);
  return [
    ['Backup', manifest.id.slice(0, 8)],
    ['File', key],
    ['Holds', `${counted(rows, 'row')} in ${counted(Object.keys(manifest.tables).length, 'table')}`],
    ['SHA-256', manifest.sha256],
    ...(manifest.encryption ? ([['Encrypted to', manifest.encryption.recipients.join(', ')]] as const) : []),
  ];
}

function notes(sentences: readonly (string | undefined | false)[]): Part[] {
  return sentences.flatMap((text) => (text ? [{ kind: 'note', text } as const] : []));
}
