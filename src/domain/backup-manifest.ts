import { z } from 'zod';
import { UserError } from '../errors.ts';
import { backupKind } from './backup-name.ts';

const VERSION = 1;
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in 64 hexadecimal digits');
const bytes = z.int().nonnegative();
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const person = z.looseObject({ actorId: z.string(), name: z.string() });

// Loose: what a later CapOps adds is kept when an earlier one writes the manifest again.
const manifestSchema = z.looseObject({
  version: z.literal(VERSION),
  id: z.uuid(),
  database: z.looseObject({ name: z.string().min(1), role: z.enum(['platform', 'ledger']) }),
  environment: z.string(),
  server: z.looseObject({ version: z.string() }),
  pgDump: z.looseObject({ version: z.string() }),
  format: z.enum(['plain', 'custom', 'directory']),
  /** Around the format; what pg_dump compresses inside its custom or directory format counts as none. */
  compression: z.enum(['none', 'gzip', 'zstd']),
  /** In a sentence, where nobody asked for a format: by what CapOps chose this one. */
  formatChosen: z.string().optional(),
  encryption: z.looseObject({ kind: z.literal('age'), recipients: z.array(z.string()).min(1) }).nullable(),
  /** The name of the backup's file, which stands beside the manifest. */
  file: z.string().regex(/^[^/]+$/, 'a file’s name without a folder'),
  /** Of the file as it is stored. */
  bytes,
  sha256,
  /** Before compression and encryption, where those bytes were seen. */
  archiveBytes: bytes.optional(),
  archiveSha256: sha256.optional(),
  /** The moment that the content is of, by the server's clock. */
  takenAt: moment,
  startedAt: moment,
  finishedAt: moment,
  kind: backupKind,
  by: person.extend({ face: z.string() }),
  note: z.string().optional(),
  runId: z.uuid().optional(),
  /** Rows by table as PostgreSQL writes its name (`public.users`, `"Odd one".t`), in the snapshot that was dumped. */
  tables: z.record(z.string(), z.int().nonnegative()),
  schemaFingerprint: sha256,
  /** Schemas that a restore within the database had put aside. */
  leftOut: z.array(z.string()).optional(),
  capops: z.string(),
  verified: z.looseObject({ at: moment, how: z.string() }),
  copies: z.array(
    z.looseObject({ storage: z.string(), key: z.string(), bytes, sha256, verifiedAt: moment.optional() }),
  ),
  pinned: z.looseObject({ reason: z.string(), by: z.string(), at: moment }).optional(),
});

/** What is known of a backup. It is written last: a file without one is no backup. */
export type BackupManifest = z.output<typeof manifestSchema>;

/** Pretty JSON. Throws where the manifest does not keep to its own rules. */
export function manifestText(manifest: BackupManifest): string {
  const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
  manifestSchema.parse(JSON.parse(text));
  return text;
}

/** Throws a UserError with what is wrong; `name` is what the text is called there. */
export function readManifest(text: string, name = 'The manifest'): BackupManifest {
  const value = parsedJson(text);
  if (value === undefined) throw new UserError(`${name} is not JSON: it was cut off, or is no manifest of CapOps.`);
  const { version } = z.object({ version: z.int() }).safeParse(value).data ?? {};
  if (version !== undefined && version > VERSION)
    throw new UserError(`${name} was written by a newer CapOps (version ${version} of it). Update this one.`);
  const { data, error } = manifestSchema.safeParse(value);
  if (data) return data;
  const faults = error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.') || 'as a whole'}: ${message}`);
  throw new UserError(`${name} is no manifest of CapOps: ${faults.join('; ')}.`);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
