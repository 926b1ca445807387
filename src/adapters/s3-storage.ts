import { Readable } from 'node:stream';
import type { S3Settings } from '../config/backups.ts';
import { checkKey } from '../domain/storage-key.ts';
import { StorageError } from '../errors.ts';
import type { BackupStorage } from '../ports.ts';
import { freeAsItGoes } from './flat-memory.ts';
import { openS3Client, type Patience, type S3Place } from './s3-client.ts';
import { COPIED_WHOLE, copyObject } from './s3-copy.ts';
import { s3Failure } from './s3-failure.ts';
import { abortUploads, listObjects } from './s3-listing.ts';
import { lockOf } from './s3-lock.ts';
import { removeObjects } from './s3-removal.ts';
import { head } from './s3-settlement.ts';
import { upload } from './s3-upload.ts';

interface Options {
  readonly name: string;
  readonly settings: S3Settings;
  readonly patience?: Patience;
  /** Another storage of the same store, from which it copies by itself. */
  readonly beside?: { readonly name: string; readonly settings: S3Settings };
  /** Bytes up to which it does so at once. */
  readonly copiedWhole?: number;
}

const PATIENCE: Patience = { silenceMs: 60_000, attempts: 5 };
const PRUNE_KEYS = 'S3_PRUNE_ACCESS_KEY_ID and S3_PRUNE_SECRET_ACCESS_KEY';
const OUR_KEYS = 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';

/**
 * Backups in a bucket of a store that speaks S3. Where the bucket keeps versions, what is removed stays in it as an old
 * version until the bucket’s own rules drop it.
 */
export async function openS3Storage({
  name,
  settings,
  patience = PATIENCE,
  beside,
  copiedWhole = COPIED_WHOLE,
}: Options): Promise<BackupStorage> {
  const place = await placeOf(name, settings, patience);
  const source = beside && { ...placed(beside.name, beside.settings), client: place.client };
  const pruner = settings.pruneKeys ? await openS3Client(settings, settings.pruneKeys, patience) : place.client;
  const by = { client: pruner, keys: settings.pruneKeys ? PRUNE_KEYS : OUR_KEYS };
  return {
    name,
    write: async (key, content, options = {}) => upload(place, checked(key), { ...options, content }),
    read: (key, { signal } = {}) => read(place, key, signal),
    size: async (key) => (await head(place, checked(key)))?.ContentLength,
    list: (prefix) => listObjects(place, prefix),
    remove: async (keys) => removeObjects(place, keys.map(checked), by),
    sweep: (prefix, before) => abortUploads(place, prefix, before),
    freeBytes: async () => undefined,
    copyFrom: async ({ storage, key: from }, key, options = {}) => {
      if (storage !== source?.name) return false;
      const to = checked(key);
      return copyObject(place, { ...options, source, from: checked(from), to, wholeBytes: copiedWhole });
    },
    ...(settings.objectLock ? { lockOf: async (key: string) => lockOf(place, checked(key)) } : {}),
  };
}

async function placeOf(name: string, settings: S3Settings, patience: Patience): Promise<S3Place> {
  return { ...placed(name, settings), client: await openS3Client(settings, settings.keys, patience) };
}

function placed(name: string, settings: S3Settings): Omit<S3Place, 'client'> {
  const prefix = settings.prefix === '' ? '' : `${settings.prefix}/`;
  return {
    name,
    settings,
    objectKey: (key) => `${prefix}${key}`,
    keyOf: (objectKey) => objectKey.slice(prefix.length),
  };
}

function checked(key: string): string {
  checkKey(key);
  return key;
}

async function* read(place: S3Place, key: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  checkKey(key);
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const command = new GetObjectCommand({ Bucket: place.settings.bucket, Key: place.objectKey(key) });
  const free = freeAsItGoes();
  let bytes = 0;
  try {
    const { Body, ContentLength } = await place.client.send(command, signal && { abortSignal: signal });
    if (!(Body instanceof Readable)) throw new Error('The store sent no body');
    const stop = () => Body.destroy(signal?.reason);
    signal?.addEventListener('abort', stop);
    try {
      for await (const chunk of Body) {
        bytes += chunk.byteLength;
        yield chunk;
        free(chunk.byteLength);
      }
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    if (bytes !== ContentLength) throw cutOff(place, key);
  } catch (error) {
    signal?.throwIfAborted();
    throw s3Failure(error, { storage: place.name, right: 's3:GetObject', key });
  }
}

function cutOff({ name }: S3Place, key: string): StorageError {
  return new StorageError(name, 'down', `The storage ${name} sent only a part of ${key}.`);
}
