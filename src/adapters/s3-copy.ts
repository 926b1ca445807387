import { randomUUID } from 'node:crypto';
import type { CompletedPart, CreateMultipartUploadCommandInput } from '@aws-sdk/client-s3';
import { NotThereError, StorageError } from '../errors.ts';
import type { S3Place } from './s3-client.ts';
import { s3Failure } from './s3-failure.ts';
import { head, refuseIfThere, settle, WRITE_ID } from './s3-settlement.ts';

const MEBIBYTE = 2 ** 20;
/** S3 copies 5 GiB at once, but says nothing while it does: what is larger than this is copied in parts. */
export const COPIED_WHOLE = 512 * MEBIBYTE;
const AT_ONCE = 4;

interface Copying {
  readonly source: S3Place;
  /** The key there. */
  readonly from: string;
  /** The key here. */
  readonly to: string;
  readonly retainUntil?: Date | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((bytes: number) => void) | undefined;
  /** Bytes up to which an object is copied at once, and of a part of a larger one. */
  readonly wholeBytes: number;
}

interface Begun extends Copying {
  readonly params: CreateMultipartUploadCommandInput & { Bucket: string; Key: string };
  /** As S3 wants to have it: bucket and key, percent-encoded. */
  readonly copySource: string;
  readonly bytes: number;
}

/** Has the store copy an object from another of its buckets, whole or not at all. Never replaces. False: it cannot find it there. */
export async function copyObject(place: S3Place, copying: Copying): Promise<boolean> {
  const { source, from, to, retainUntil, signal, wholeBytes } = copying;
  const found = await head(source, from);
  if (!found) throw new NotThereError(source.name, from);
  const bytes = found.ContentLength ?? 0;
  await refuseIfThere(place, to);
  const id = randomUUID();
  const path = [source.settings.bucket, ...source.objectKey(from).split('/')];
  const begun = {
    ...copying,
    bytes,
    copySource: path.map(encodeURIComponent).join('/'),
    params: paramsOf(place, copying, id),
  };
  try {
    signal?.throwIfAborted();
    await (bytes <= wholeBytes ? copyWhole(place, begun) : copyInParts(place, begun));
  } catch (error) {
    signal?.throwIfAborted();
    // Ceph reads a name with a % in it wrongly where an object is copied in parts.
    if ((error as Error).name === 'NoSuchKey') return false;
    throw s3Failure(error, { storage: place.name, right: 's3:PutObject' });
  }
  await settle(place, to, { id, measure: { bytes, sha256: '' }, refusal: undefined, retainUntil });
  return true;
}

async function copyWhole(place: S3Place, { params, copySource, signal }: Begun): Promise<void> {
  const { CopyObjectCommand } = await import('@aws-sdk/client-s3');
  const command = new CopyObjectCommand({ ...params, CopySource: copySource, MetadataDirective: 'REPLACE' });
  await place.client.send(command, signal && { abortSignal: signal });
}

async function copyInParts(place: S3Place, begun: Begun): Promise<void> {
  const { AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand } = await import(
    '@aws-sdk/client-s3'
  );
  const { params, to } = begun;
  const { UploadId } = await place.client.send(new CreateMultipartUploadCommand(params));
  if (UploadId === undefined) throw new StorageError(place.name, 'down', `The storage ${place.name} gave no upload.`);
  const upload = { Bucket: params.Bucket, Key: params.Key, UploadId };
  try {
    const Parts = await copyParts(place, begun, upload);
    await refuseIfThere(place, to);
    await place.client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
  } catch (error) {
    // No part is on its way any more. What stays all the same is swept.
    await place.client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

async function copyParts(
  place: S3Place,
  { bytes, wholeBytes, copySource, signal, progress }: Begun,
  upload: { readonly Bucket: string; readonly Key: string; readonly UploadId: string },
): Promise<CompletedPart[]> {
  const { UploadPartCopyCommand } = await import('@aws-sdk/client-s3');
  const partBytes = Math.max(wholeBytes, Math.ceil(bytes / place.settings.maxParts / MEBIBYTE) * MEBIBYTE);
  const count = Math.ceil(bytes / partBytes);
  const numbers = Array.from({ length: count }, (_, place) => place + 1).values();
  const done: CompletedPart[] = [];
  let copied = 0;
  const worker = async () => {
    for (const PartNumber of numbers) {
      signal?.throwIfAborted();
      const start = (PartNumber - 1) * partBytes;
      const end = Math.min(start + partBytes, bytes);
      const range = { CopySource: copySource, CopySourceRange: `bytes=${start}-${end - 1}`, PartNumber };
      const command = new UploadPartCopyCommand({ ...upload, ...range });
      const { CopyPartResult } = await place.client.send(command, signal && { abortSignal: signal });
      const { ETag, ChecksumCRC32 } = CopyPartResult ?? {};
      if (ETag === undefined)
        throw new StorageError(place.name, 'down', `The storage ${place.name} gave no tag for a part.`);
      done.push({ PartNumber, ETag, ...(ChecksumCRC32 === undefined ? {} : { ChecksumCRC32 }) });
      copied += end - start;
      progress?.(copied);
    }
  };
  await allOver(Array.from({ length: AT_ONCE }, worker));
  return done.sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
}

/** Rejects as the first does, once none is on its way any more. */
async function allOver(work: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(work);
  await Promise.all(work);
}

function paramsOf(place: S3Place, { to, retainUntil }: Copying, id: string): Begun['params'] {
  const { bucket, storageClass, encryption, objectLock } = place.settings;
  return {
    Bucket: bucket,
    Key: place.objectKey(to),
    ContentType: 'application/octet-stream',
    Metadata: { [WRITE_ID]: id },
    ...(storageClass && { StorageClass: storageClass as NonNullable<Begun['params']['StorageClass']> }),
    ...(encryption && { ServerSideEncryption: encryption.kind }),
    ...(encryption?.kmsKeyId && { SSEKMSKeyId: encryption.kmsKeyId }),
    ...(objectLock && retainUntil && { ObjectLockMode: objectLock, ObjectLockRetainUntilDate: retainUntil }),
  };
}
