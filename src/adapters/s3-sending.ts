import { Readable } from 'node:stream';
import type { PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { collectGarbage } from './flat-memory.ts';
import { abortUntilGone, refuseIfThere } from './s3-settlement.ts';
import type { Writing } from './s3-upload.ts';

/** The one on its way, the one that is filled, and as much again before it is collected. */
const PARTS_AROUND = 4;

/** As content comes out of programs. */
const CHUNK_BYTES = 2 ** 16;

/**
 * Sends content as one object, in parts where it is long. Leaves none of them when it fails. One at a time, as each takes
 * its size several times over in memory; meanwhile the next one's content is read.
 */
export async function sendInParts(
  writing: Writing,
  params: PutObjectCommandInput & { readonly Bucket: string; readonly Key: string },
): Promise<void> {
  const { Upload } = await import('@aws-sdk/lib-storage');
  const { place, passing, plan } = writing;
  const sending = new Upload({
    client: await guarded(writing),
    params: { ...params, Body: Readable.from(passing.chunks, { highWaterMark: plan.partBytes / CHUNK_BYTES }) },
    partSize: plan.partBytes,
    queueSize: 1,
    leavePartsOnError: true,
  });
  try {
    await sending.done();
  } catch (error) {
    const { uploadId: UploadId } = sending;
    if (UploadId !== undefined) await abortUntilGone(place, { Bucket: params.Bucket, Key: params.Key, UploadId });
    throw error;
  }
}

/**
 * The client that lib-storage gets. Told to abort, lib-storage answers while parts are still on their way; so what it sends
 * is aborted instead, and it waits for that.
 */
async function guarded({ place, key, plan, options: { signal } }: Writing): Promise<S3Client> {
  const { PutObjectCommand, CompleteMultipartUploadCommand, UploadPartCommand } = await import('@aws-sdk/client-s3');
  const plainly = (command: object, options = {}) => place.client.send(command as never, options);
  const publish = async (command: { readonly input: { IfNoneMatch?: unknown } }) => {
    signal?.throwIfAborted();
    if (command instanceof CompleteMultipartUploadCommand) await refuseIfThere(place, key);
    return plainly(command).catch((error: unknown) => {
      if ((error as Error).name !== 'NotImplemented') throw error;
      // A store that knows no conditions: the look before has to do.
      delete command.input.IfNoneMatch;
      return plainly(command);
    });
  };
  const send = async (command: object) => {
    if (command instanceof PutObjectCommand || command instanceof CompleteMultipartUploadCommand)
      return publish(command);
    // The beginning of an upload is not stopped: one whose id nobody heard is one that nobody can abort.
    if (!(command instanceof UploadPartCommand)) return plainly(command);
    const answer = await plainly(command, signal && { abortSignal: signal });
    collectGarbage(PARTS_AROUND * plan.partBytes); // Now, while little is alive.
    return answer;
  };
  return Object.assign(Object.create(place.client), { send });
}
