import { setTimeout as sleep } from 'node:timers/promises';
import type { DeleteObjectsCommandOutput, S3Client } from '@aws-sdk/client-s3';
import type { BackupStorage } from '../ports.ts';
import type { S3Place } from './s3-client.ts';
import { s3Failure } from './s3-failure.ts';

const BATCH = 1000;
const PASSING = /^(InternalError|SlowDown|ServiceUnavailable|RequestTimeout|OperationAborted|Throttling\w*|503|500)$/;
const RETRY_AFTER_MS = [200, 1000];

interface Remover {
  readonly client: S3Client;
  /** The settings whose keys it uses, for what is said when they do not do. */
  readonly keys: string;
}

type Removal = Awaited<ReturnType<BackupStorage['remove']>>;
type Refused = Map<string, { code: string; reason: string }>;

/** Removes 1,000 at a time. What a store cannot do just now is tried again, each key by itself. */
export async function removeObjects(place: S3Place, keys: readonly string[], by: Remover): Promise<Removal> {
  const removed: string[] = [];
  const failed: { key: string; reason: string }[] = [];
  const all = [...new Set(keys)];
  for (let start = 0; start < all.length; start += BATCH) {
    const batch = all.slice(start, start + BATCH);
    const refused = await removeBatch(place, batch, by);
    for (const key of batch) {
      const reason = refused.get(key)?.reason;
      if (reason === undefined) removed.push(key);
      else failed.push({ key, reason });
    }
  }
  return { removed, failed };
}

async function removeBatch(place: S3Place, keys: readonly string[], by: Remover): Promise<Refused> {
  let refused = await ask(place, keys, by);
  for (const ms of RETRY_AFTER_MS) {
    const again = [...refused].filter(([, { code }]) => PASSING.test(code)).map(([key]) => key);
    if (again.length === 0) break;
    await sleep(ms);
    const lasting = [...refused].filter(([key]) => !again.includes(key));
    refused = new Map([...lasting, ...(await ask(place, again, by))]);
  }
  return refused;
}

/** One call. What it says nothing of counts as refused. */
async function ask(place: S3Place, keys: readonly string[], { client, keys: settings }: Remover): Promise<Refused> {
  const { DeleteObjectsCommand } = await import('@aws-sdk/client-s3');
  const Objects = keys.map((key) => ({ Key: place.objectKey(key) }));
  try {
    const answer = await client.send(new DeleteObjectsCommand({ Bucket: place.settings.bucket, Delete: { Objects } }));
    return refusedIn(answer, place, keys);
  } catch (error) {
    const { message } = s3Failure(error, { storage: place.name, right: 's3:DeleteObject', keys: settings }) as Error;
    return new Map(keys.map((key) => [key, { code: '', reason: message }]));
  }
}

function refusedIn(
  { Deleted = [], Errors = [] }: DeleteObjectsCommandOutput,
  place: S3Place,
  keys: readonly string[],
): Refused {
  const deleted = new Set(Deleted.map(({ Key }) => Key));
  const errors = new Map(Errors.map(({ Key, Code = '' }) => [Key, Code]));
  const refused: Refused = new Map();
  for (const key of keys) {
    const code = errors.get(place.objectKey(key));
    if (code === 'NoSuchKey' || (code === undefined && deleted.has(place.objectKey(key)))) continue;
    refused.set(key, { code: code ?? '', reason: reasonOf(code) });
  }
  return refused;
}

function reasonOf(code: string | undefined): string {
  if (code === undefined) return 'the store did not say that it removed it';
  if (code === 'AccessDenied') return 'the right s3:DeleteObject is missing, or a lock forbids it (AccessDenied)';
  if (PASSING.test(code)) return `the store could not do so just now (${code})`;
  return `the store refuses (${code || 'without a reason'})`;
}
