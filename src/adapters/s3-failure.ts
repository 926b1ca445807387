import { NotThereError, StorageError, type StorageFailure } from '../errors.ts';

/** What was asked of the store, so that a refusal can say which right is missing. */
export type S3Right =
  | 's3:GetObject and s3:ListBucket'
  | 's3:PutObject'
  | 's3:PutObjectRetention'
  | 's3:GetObject'
  | 's3:ListBucket'
  | 's3:DeleteObject'
  | 's3:ListBucketMultipartUploads'
  | 's3:AbortMultipartUpload';

interface Asked {
  readonly storage: string;
  readonly right: S3Right;
  readonly key?: string;
  /** The settings with which it was asked. */
  readonly keys?: string;
}

interface Answer {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

const OUR_KEYS = 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
const WRONG_KEYS =
  /^(InvalidAccessKeyId|SignatureDoesNotMatch|CredentialsProviderError|InvalidClientTokenId|AuthFailure)$/;
const TOKEN_OVER = /^(ExpiredToken|InvalidToken|TokenRefreshRequired|ExpiredTokenException)$/;
const ELSEWHERE = /^(PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException)$/;
const FULL = /^(QuotaExceeded|InsufficientStorage|XMinioStorageFull|StorageFull|EntityTooLarge)$/;
const NETWORK =
  /^(E(CONN\w+|PIPE|HOST\w+|NET\w+|TIMEDOUT|AI_AGAIN|NOTFOUND|PROTO)|TimeoutError|ERR_STREAM_PREMATURE_CLOSE)$/;
const CERTIFICATE = /^(ERR_TLS_|ERR_SSL_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_)/;

/** What a store's refusal or silence means, for a person. What is kept of the cause holds no key and no signature. */
export function s3Failure(error: unknown, asked: Asked): unknown {
  if (error instanceof StorageError || !(error instanceof Error)) return error;
  const answer = error as Answer;
  if (answer.name === 'AbortError' && answer.$metadata?.httpStatusCode === undefined) return error;
  if (asked.key !== undefined && isNotThere(answer)) return new NotThereError(asked.storage, asked.key);
  const { kind, message } = meaning(answer, asked);
  return new StorageError(asked.storage, kind, `The storage ${asked.storage} ${message}`, withoutSecrets(answer));
}

/** That there is no such object; that there is no such bucket is something else. */
export function isNotThere({ name, $metadata }: Answer): boolean {
  return name === 'NoSuchKey' || (name === 'NotFound' && $metadata?.httpStatusCode === 404);
}

function meaning(answer: Answer, asked: Asked): { kind: StorageFailure; message: string } {
  const name = answer.name ?? '';
  const status = answer.$metadata?.httpStatusCode ?? 0;
  const settings = (message: string) => ({ kind: 'settings' as const, message });
  const keys = asked.keys ?? OUR_KEYS;
  if (WRONG_KEYS.test(name)) return settings(`does not know our keys (${name}). Check ${keys}.`);
  if (TOKEN_OVER.test(name)) return settings(`says that our keys have expired. Renew ${keys} and AWS_SESSION_TOKEN.`);
  if (name === 'RequestTimeTooSkewed') return settings('finds that the clock of this machine is wrong. Set it right.');
  if (name === 'NoSuchBucket') return settings('has no such bucket. Check S3_BUCKET and S3_ENDPOINT.');
  if (ELSEWHERE.test(name) || status === 301)
    return settings('says that its bucket is in another region. Check S3_REGION.');
  if (name === 'InvalidObjectState') {
    return settings('keeps it in a class that must be thawed before it can be read. Restore it there first.');
  }
  if (FULL.test(name) || status === 507) return { kind: 'full', message: 'has no room left. Nothing was kept.' };
  if (status === 403) {
    const message = `does not let us do that: our keys (${keys}) are wrong, or lack the right ${asked.right}, or a lock forbids it.`;
    return { kind: 'denied', message };
  }
  if (CERTIFICATE.test(answer.code ?? ''))
    return settings('has a certificate that cannot be trusted. Check S3_ENDPOINT.');
  if (status >= 500 || status === 429 || NETWORK.test(name) || NETWORK.test(answer.code ?? '')) {
    return { kind: 'down', message: 'does not answer as it should, or not in time. Try again later.' };
  }
  return settings(`refuses what it was asked (${name}${status ? `, status ${status}` : ''}). Check the S3 settings.`);
}

/** The SDK hangs what was signed, the key’s id and the signature on its errors. */
function withoutSecrets({ name, code, message, $metadata }: Answer): Error {
  const said = [name, code, message, $metadata?.httpStatusCode, $metadata?.requestId];
  return new Error(`S3: ${said.filter((part) => part !== undefined && part !== '').join(', ')}`);
}
