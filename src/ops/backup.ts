import { showBytes } from '../domain/bytes.ts';
import { counted } from '../domain/counted.ts';
import { listWords } from '../domain/module-keys.ts';
import { offsiteStorage, openBackupDesk, resourceOf } from './backups/backup-desk.ts';
import { destinationOf, refuseTaken } from './backups/backup-destination.ts';
import { type Copied, copyOffsite, copyWords } from './backups/copy-offsite.ts';
import type { MadeBackup } from './backups/form-backup.ts';
import { makeBackup } from './backups/make-backup.ts';
import { shrinkWords } from './backups/shrink-words.ts';
import * as arg from './service/arguments.ts';
import { type Argument, defineOperation } from './service/operation.ts';
import type { Part, Report } from './service/report.ts';

interface BackedUp {
  readonly made: MadeBackup;
  /** Where the other copy is; undefined: there is none. */
  readonly offsite: Copied | undefined;
}

const output: Argument<string, false> = {
  label: 'Output',
  summary:
    'the file to write, on this machine; its ending says the format: .sql, .sql.gz, .sql.zst, .dump, .dump.zst, .dir.tar',
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
      takesWord: () => true,
    },
    output,
    offsite: { ...arg.flag('Off site', 'copy it off site too', '--offsite'), terminalOnly: true },
  },

  resource: async (context) => resourceOf((await openBackupDesk(context)).sources.platform),

  async run(context, { note, output: path, offsite = false }): Promise<BackedUp> {
    const desk = await openBackupDesk(context);
    const copyTo = offsite ? offsiteStorage(desk) : undefined;
    const place = await destinationOf(context, desk, path);
    const wanted = { source: desk.sources.platform, kind: 'manual', note, copyTo, ...place };
    const made = await makeBackup(context, desk, wanted).catch((error: unknown) =>
      refuseTaken(context, { error, path }),
    );
    if (wanted.copyTo) await context.noteSoFar({ words: soFarWords(made) });
    return { made, offsite: wanted.copyTo && (await copyOffsite(context, desk, { ...made, to: wanted.copyTo })) };
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
        ...notes([shrunk, ...warnings, offsite && copyWords(offsite)]),
      ],
      announcement: `backed up ${manifest.database.name} (${environment}), ${showBytes(manifest.bytes)}`,
      ...(offsite && 'fault' in offsite ? { broken: true } : {}),
    };
  },

  json: ({ made: { manifest, key, storage }, offsite }) => ({ ...manifest, storage, key, offsite }),
});

function factsOf({ manifest }: MadeBackup, key: string): (readonly [string, string])[] {
  const rows = Object.values(manifest.tables).reduce((sum, count) => sum + count, 0);
  return [
    ['Backup', manifest.id.slice(0, 8)],
    ['File', key],
    ...(manifest.formatChosen === undefined ? [] : ([['Dumped by', manifest.formatChosen]] as const)),
    ['Holds', `${counted(rows, 'row')} in ${counted(Object.keys(manifest.tables).length, 'table')}`],
    ...leftOutFact(manifest),
    ['SHA-256', manifest.sha256],
    ...(manifest.encryption ? ([['Encrypted to', manifest.encryption.recipients.join(', ')]] as const) : []),
  ];
}

/** What stands where the run ends while the backup is being copied. */
function soFarWords({ manifest: { id, database }, storage }: MadeBackup): string {
  const short = id.slice(0, 8);
  return `${database.name} is backed up in ${storage} (${short}); the copy off site was not made. “copy-backup ${short}” makes it.`;
}

function notes(sentences: readonly (string | undefined | false)[]): Part[] {
  return sentences.flatMap((text) => (text ? [{ kind: 'note', text } as const] : []));
}

/** What a restore within the database has put aside is no part of it. */
function leftOutFact({ leftOut = [] }: MadeBackup['manifest']): (readonly [string, string])[] {
  return leftOut.length > 0 ? [['Left out', `${listWords(leftOut)}, which a restore has put aside`]] : [];
}
