import { createHash } from 'node:crypto';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import type { S3Settings } from '../config/backups.ts';

/** How patient a client is. A store that says nothing for `silenceMs` is asked anew, `attempts` times in all. */
export interface Patience {
  readonly silenceMs: number;
  readonly attempts: number;
}

/** A bucket, or the part of it under a prefix. */
export interface S3Place {
  readonly name: string;
  readonly settings: S3Settings;
  readonly client: S3Client;
  /** The store’s key for one of the port’s, or for a prefix. */
  readonly objectKey: (key: string) => string;
  readonly keyOf: (objectKey: string) => string;
}

const CONNECT_MS = 5000;

/** A client with keys of its own, or with what the environment or the machine's role gives where there are none. */
export async function openS3Client(
  settings: S3Settings,
  keys: S3Settings['keys'],
  { silenceMs, attempts }: Patience,
): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  const mode = settings.checksums === 'supported' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED';
  const client = new S3Client({
    region: settings.region,
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
    forcePathStyle: settings.forcePathStyle,
    ...(keys ? { credentials: keys } : {}),
    requestChecksumCalculation: mode,
    responseChecksumValidation: mode,
    retryMode: 'standard',
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: Math.min(CONNECT_MS, silenceMs), socketTimeout: silenceMs },
  } satisfies S3ClientConfig);
  addMd5(client);
  return client;
}

/** Several stores ask for this older checksum where many objects are removed at once, and know no other. */
function addMd5(client: S3Client): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const request = args.request as { body?: unknown; headers: Record<string, string> };
        if (commandName === 'DeleteObjectsCommand' && typeof request.body === 'string') {
          request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64');
        }
        return next(args);
      },
    { step: 'build', name: 'md5OfRemovals' },
  );
}
