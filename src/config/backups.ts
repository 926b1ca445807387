import { z } from 'zod';
import type { BackupSettings } from '../ports.ts';
import { type Checked, fault, show, showSecret } from './faults.ts';

/** Where backups are kept. */
export interface BackupStores {
  /** Seen from the project's folder. */
  readonly folder: string;
  /** The copy elsewhere; undefined without S3_BUCKET. */
  readonly offsite: S3Settings | undefined;
}

/** A store that speaks S3. */
export interface S3Settings {
  readonly bucket: string;
  /** Undefined: Amazon's own. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Without slashes at its ends; empty: the whole bucket. */
  readonly prefix: string;
  /** The bucket's name in the path, not in the host's name. */
  readonly forcePathStyle: boolean;
  readonly storageClass: string | undefined;
  readonly encryption: { readonly kind: 'AES256' | 'aws:kms'; readonly kmsKeyId: string | undefined } | undefined;
  /** How objects are locked that must not be removed for a time; undefined: they are not. */
  readonly objectLock: 'GOVERNANCE' | 'COMPLIANCE' | undefined;
  readonly maxParts: number;
  /** `required`: for stores that know none but the checksums that S3 insists on. */
  readonly checksums: 'supported' | 'required';
  /** Undefined: what the machine's role or profile gives. */
  readonly keys: AccessKeys | undefined;
  /** What removes, where another pair may than writes. */
  readonly pruneKeys: AccessKeys | undefined;
}

interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Where monthly backups go: another bucket of the store, or, in the same one, a folder of their own. */
export function archiveIn(
  offsite: S3Settings,
  { bucket = offsite.bucket, storageClass = offsite.storageClass }: NonNullable<BackupSettings['monthly']>,
): S3Settings {
  const prefix = bucket === offsite.bucket ? [offsite.prefix, 'archive'].filter(Boolean).join('/') : offsite.prefix;
  return { ...offsite, bucket, storageClass, prefix };
}

/** Amazon's classes that are read only after hours, and what is allowed instead. */
export const READ_AT_ONCE = /^(?!(GLACIER|DEEP_ARCHIVE)$)[A-Za-z0-9_-]{1,40}$/i;
export const THAWED =
  'a class whose objects can be read at once, such as STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING or GLACIER_IR; what is in GLACIER and DEEP_ARCHIVE must be thawed for hours before it can be restored';
export const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
export const BUCKET_NAME = 'a bucket’s name of 3 to 63 small letters, digits, dots and hyphens';

type Variables = Readonly<Record<string, string | undefined>>;

// Every message says what is allowed; what was found is put before it.
const MAX_PARTS = 'a whole number from 100 to 10000';
const ENDPOINT = 'an address such as https://s3.example.com, without a user, a path or a query in it';
const PREFIX = 'a path such as capops/production, without empty parts, “.” and “..”';
const REGION = 'a region’s name, such as eu-central-1';
const text = (pattern: RegExp, allowed: string) => z.string().regex(pattern, allowed);

const backupsSchema = z.object({
  BACKUP_DIR: z.string().default('backups'),
  S3_BUCKET: text(BUCKET, BUCKET_NAME).optional(),
  S3_ENDPOINT: z.string().refine(isEndpoint, ENDPOINT).optional(),
  S3_REGION: text(/^[a-z0-9-]{2,40}$/, REGION).optional(),
  AWS_REGION: text(/^[a-z0-9-]{2,40}$/, REGION).optional(),
  S3_PREFIX: z
    .string()
    .transform((path) => path.replace(/^\/|\/$/g, ''))
    .refine(isPrefix, PREFIX)
    .default(''),
  S3_FORCE_PATH_STYLE: z.enum(['true', 'false'], 'true or false').optional(),
  S3_STORAGE_CLASS: text(READ_AT_ONCE, THAWED).optional(),
  S3_SSE: z.enum(['AES256', 'aws:kms'], 'AES256 or aws:kms').optional(),
  S3_SSE_KMS_KEY_ID: z.string().optional(),
  S3_OBJECT_LOCK: z.enum(['governance', 'compliance'], 'governance or compliance').optional(),
  S3_MAX_PARTS: text(/^\d{1,5}$/, MAX_PARTS)
    .transform(Number)
    .refine((parts) => parts >= 100 && parts <= 10_000, MAX_PARTS)
    .default(10_000),
  S3_CHECKSUMS: z.enum(['supported', 'required'], 'supported or required').default('supported'),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  AWS_SESSION_TOKEN: z.string().optional(),
  S3_PRUNE_ACCESS_KEY_ID: z.string().optional(),
  S3_PRUNE_SECRET_ACCESS_KEY: z.string().optional(),
});

type BackupVariables = z.infer<typeof backupsSchema>;

/** Checks where backups are kept; the store's variables belong together. */
export function readBackupStores(variables: Variables): Checked<BackupStores> {
  const parsed = backupsSchema.safeParse(variables);
  if (!parsed.success)
    return { value: undefined, faults: parsed.error.issues.map((issue) => faultOf(issue, variables)) };
  const faults = [...pairFaults(parsed.data), ...loneFaults(parsed.data)];
  if (faults.length > 0) return { value: undefined, faults };
  return { value: { folder: parsed.data.BACKUP_DIR, offsite: offsiteOf(parsed.data) }, faults: [] };
}

function faultOf(issue: z.core.$ZodIssue, variables: Variables): string {
  const name = String(issue.path[0]);
  const value = variables[name];
  return fault(name, name === 'S3_ENDPOINT' ? showSecret(value) : show(value), issue.message);
}

/** The keys to the store are also Amazon's for other things: they are looked at only where there is a bucket. */
function pairFaults(set: BackupVariables): string[] {
  const pairs = [
    ['S3_PRUNE_ACCESS_KEY_ID', 'S3_PRUNE_SECRET_ACCESS_KEY'],
    ...(set.S3_BUCKET ? ([['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']] as const) : []),
  ] as const;
  return pairs.flatMap(([id, secret]) => {
    if ((set[id] === undefined) === (set[secret] === undefined)) return [];
    const [missing, given] = set[id] === undefined ? [id, secret] : [secret, id];
    return [fault(missing, `nothing, although ${given} is set`, 'both of them, or none')];
  });
}

function loneFaults(set: BackupVariables): string[] {
  const faults: string[] = [];
  const lone = Object.keys(set).find((name) => /^S3_/.test(name) && !DEFAULTED.has(name));
  if (!set.S3_BUCKET && lone) faults.push(fault('S3_BUCKET', `nothing, although ${lone} is set`, 'the bucket’s name'));
  if (set.S3_SSE_KMS_KEY_ID && set.S3_SSE !== 'aws:kms') {
    faults.push(fault('S3_SSE', `${show(set.S3_SSE)}, although S3_SSE_KMS_KEY_ID is set`, 'aws:kms'));
  }
  return faults;
}

const DEFAULTED = new Set(['S3_PREFIX', 'S3_MAX_PARTS', 'S3_CHECKSUMS']);

function offsiteOf(set: BackupVariables): S3Settings | undefined {
  if (!set.S3_BUCKET) return undefined;
  const lock = { governance: 'GOVERNANCE', compliance: 'COMPLIANCE' } as const;
  return {
    bucket: set.S3_BUCKET,
    endpoint: set.S3_ENDPOINT,
    region: set.S3_REGION ?? set.AWS_REGION ?? 'us-east-1',
    prefix: set.S3_PREFIX,
    forcePathStyle: set.S3_FORCE_PATH_STYLE ? set.S3_FORCE_PATH_STYLE === 'true' : set.S3_ENDPOINT !== undefined,
    storageClass: set.S3_STORAGE_CLASS,
    encryption: set.S3_SSE && { kind: set.S3_SSE, kmsKeyId: set.S3_SSE_KMS_KEY_ID },
    objectLock: set.S3_OBJECT_LOCK && lock[set.S3_OBJECT_LOCK],
    maxParts: set.S3_MAX_PARTS,
    checksums: set.S3_CHECKSUMS,
    keys: keysOf(set.AWS_ACCESS_KEY_ID, set.AWS_SECRET_ACCESS_KEY, set.AWS_SESSION_TOKEN),
    pruneKeys: keysOf(set.S3_PRUNE_ACCESS_KEY_ID, set.S3_PRUNE_SECRET_ACCESS_KEY),
  };
}

function keysOf(id: string | undefined, secret: string | undefined, token?: string): AccessKeys | undefined {
  if (id === undefined || secret === undefined) return undefined;
  return { accessKeyId: id, secretAccessKey: secret, ...(token === undefined ? {} : { sessionToken: token }) };
}

function isEndpoint(address: string): boolean {
  const url = URL.parse(address);
  if (!url || url.username || url.password || url.search || url.hash) return false;
  return /^https?:$/.test(url.protocol) && url.hostname !== '' && url.pathname === '/';
}

function isPrefix(path: string): boolean {
  return path === '' || path.split('/').every((part) => /^[\w.=@%+-]{1,200}$/.test(part) && !/^\.\.?$/.test(part));
}
