import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import {
  GetObjectCommand,
  GetObjectRetentionCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test } from 'vitest';
import { openS3Storage } from '../../src/adapters/s3-storage.ts';
import type { S3Settings } from '../../src/config/backups.ts';
import { AlreadyThereError, StorageError } from '../../src/errors.ts';
import type { BackupStorage } from '../../src/ports.ts';
import { all, bytesOf, eventually, heldContent, sha256Of, text, textOf } from '../contracts/content.ts';
import { type HttpPeer, httpPeer, type Misdeed } from '../setup/http-peer.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { makeBucket, startObjectStore } from '../setup/object-store.ts';
import { type TcpProxy, tcpProxy } from '../setup/tcp-proxy.ts';

startObjectStore();

const MEBIBYTE = 2 ** 20;
const LONG = 12 * MEBIBYTE + 7;
const KEY = 'backups/planner/nightly.dump.zst';
const PATIENCE = { silenceMs: 1500, attempts: 3 };
const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

type Opened = { storage: BackupStorage; settings: S3Settings; client: S3Client };

async function openThrough<Between extends { close(): Promise<void> }>(
  between: (endpoint: string) => Promise<Between & { endpoint: string }>,
  given: Partial<S3Settings> & { locks?: boolean } = {},
): Promise<Opened & { between: Between }> {
  const { locks = false, ...more } = given;
  const { settings: direct, client } = await makeBucket({ locks });
  const standing = await between(direct.endpoint ?? '');
  endings.push(standing.close);
  const settings = { ...direct, ...more, endpoint: standing.endpoint };
  const storage = await openS3Storage({ name: 'offsite', settings, patience: PATIENCE });
  return { storage, settings, client, between: standing };
}

/** Through a peer that misbehaves. */
async function openFaulty(given: Partial<S3Settings> & { locks?: boolean } = {}): Promise<Opened & { peer: HttpPeer }> {
  const { between, ...opened } = await openThrough(httpPeer, given);
  return { ...opened, peer: between };
}

/** Through a wire that can be cut. */
async function openWired(): Promise<Opened & { wire: TcpProxy }> {
  const wired = async (endpoint: string) => {
    const proxy = await tcpProxy(Number(new URL(endpoint).port));
    return { ...proxy, endpoint: proxy.through(endpoint) };
  };
  const { between, ...opened } = await openThrough(wired);
  return { ...opened, wire: between };
}

async function uploads({ client, settings }: Pick<Opened, 'client' | 'settings'>): Promise<number> {
  return (await client.send(new ListMultipartUploadsCommand({ Bucket: settings.bucket }))).Uploads?.length ?? 0;
}

async function failureOf(work: Promise<unknown>): Promise<StorageError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StorageError);
  return error as StorageError;
}

const errorBody = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;
const busy: Misdeed = { status: 503, body: errorBody('SlowDown') };
/** Does the same to each request that matches, the first so many times. */
const first = (times: number, pattern: RegExp, misdeed: Misdeed) => {
  let count = 0;
  return (line: string) => (pattern.test(line) && count++ < times ? misdeed : undefined);
};

describe('a store that', () => {
  itNeeds('objectStore', 'is busy for a moment is asked again', async () => {
    const { storage, peer } = await openFaulty();
    peer.misbehave(first(2, /^PUT .*partNumber=2/, busy));
    expect(await storage.write(KEY, bytesOf(LONG))).toMatchObject({ bytes: LONG });
    expect(peer.asked.filter((line) => /partNumber=2/.test(line))).toHaveLength(3);
    expect(await sha256Of(storage.read(KEY))).toBe(await sha256Of(bytesOf(LONG)));
  });

  itNeeds('objectStore', 'stays busy is given up, and nothing is left, though content is still to come', async () => {
    const opened = await openFaulty();
    const { storage, peer } = opened;
    peer.misbehave((line) => (/partNumber=1/.test(line) ? busy : undefined));
    const { content, state } = heldContent(5 * MEBIBYTE + 1);
    const { kind, message } = await failureOf(storage.write(KEY, content));
    expect([kind, message]).toEqual([
      'down',
      'The storage offsite does not answer as it should, or not in time. Try again later.',
    ]);
    expect(state.isClosed).toBe(false);
    expect([await storage.size(KEY), await uploads(opened)]).toEqual([undefined, 0]);
  });

  itNeeds('objectStore', 'says nothing any more is noticed', async () => {
    const { storage, peer } = await openFaulty();
    peer.misbehave((line) => (/^(GET|HEAD)/.test(line) ? 'hang' : undefined));
    const startedAt = Date.now();
    expect((await failureOf(all(storage.list('')))).kind).toBe('down');
    expect((await failureOf(storage.size(KEY))).kind).toBe('down');
    expect(Date.now() - startedAt).toBeLessThan(2 * 3 * PATIENCE.silenceMs + 4000);
  });

  itNeeds('objectStore', 'says nothing to a part is not waited for once the write is aborted', async () => {
    const { storage, peer } = await openFaulty();
    const stop = new AbortController();
    const held = Promise.withResolvers<number>();
    peer.misbehave((line) => {
      if (!/partNumber=1/.test(line)) return undefined;
      held.resolve(Date.now());
      return 'hang';
    });
    const writing = storage.write(KEY, bytesOf(LONG), { signal: stop.signal });
    const heldAt = await held.promise;
    stop.abort(new Error('cancelled'));
    await expect(writing).rejects.toThrow('cancelled');
    expect(Date.now() - heldAt).toBeLessThan(PATIENCE.silenceMs);
    expect(peer.asked.filter((line) => /AbortMultipartUpload/.test(line))).toHaveLength(1);
  });

  itNeeds('objectStore', 'answers 200 with an error in it has not taken the object', async () => {
    const opened = await openFaulty();
    opened.peer.misbehave((line) =>
      /^POST .*uploadId=/.test(line) ? { status: 200, body: errorBody('InternalError') } : undefined,
    );
    expect((await failureOf(opened.storage.write(KEY, bytesOf(LONG)))).kind).toBe('down');
    expect([await opened.storage.size(KEY), await uploads(opened)]).toEqual([undefined, 0]);
  });

  for (const [what, length, pattern] of [
    ['the completion', LONG, /^POST .*uploadId=/],
    ['the whole', 1000, /^PUT /],
  ] as const) {
    itNeeds('objectStore', `took ${what}, and whose answer was lost, is looked at`, async () => {
      const { storage, peer } = await openFaulty();
      peer.misbehave((line) => (pattern.test(line) ? 'lose' : undefined));
      const { sha256 } = await storage.write(KEY, bytesOf(length));
      expect(await sha256Of(storage.read(KEY))).toBe(sha256);
      peer.misbehave(() => undefined);
      await expect(storage.write(KEY, bytesOf(length))).rejects.toThrow(AlreadyThereError);
    });
  }

  itNeeds('objectStore', 'does not know conditions is looked at before', async () => {
    const { storage, peer } = await openFaulty();
    let count = 0;
    const once = { status: 501, body: errorBody('NotImplemented') };
    // The first of each kind carries the condition, the second is the same without it.
    peer.misbehave((line) =>
      /^(PUT|POST) .*(planner\/nightly|uploadId=)/.test(line) && !/partNumber|uploads/.test(line) && count++ % 2 === 0
        ? once
        : undefined,
    );
    await storage.write(`${KEY}.short`, text('short'));
    await storage.write(KEY, bytesOf(LONG));
    expect([await storage.size(`${KEY}.short`), await storage.size(KEY)]).toEqual([5, LONG]);
    await expect(storage.write(KEY, text('again'))).rejects.toThrow(AlreadyThereError);
  });
});

describe('a connection that is cut', () => {
  itNeeds('objectStore', 'in the middle of reading rejects, and never just ends', async () => {
    const { storage, wire } = await openWired();
    await storage.write(KEY, bytesOf(LONG));
    let bytes = 0;
    const reading = async () => {
      for await (const chunk of storage.read(KEY)) {
        bytes += chunk.byteLength;
        if (bytes > MEBIBYTE) wire.cut();
      }
    };
    expect((await failureOf(reading())).kind).toBe('down');
    expect(bytes).toBeLessThan(LONG);
  });

  itNeeds('objectStore', 'or falls silent in the middle of reading rejects too', async () => {
    const { storage, wire } = await openWired();
    await storage.write(KEY, bytesOf(LONG));
    const reading = async () => {
      for await (const _ of storage.read(KEY)) wire.hang();
    };
    expect((await failureOf(reading())).kind).toBe('down');
    await wire.pass();
  });

  itNeeds('objectStore', 'in the middle of writing does no harm when it comes back', async () => {
    const { storage, wire } = await openWired();
    async function* content() {
      for await (const chunk of bytesOf(LONG)) {
        if (chunk.byteLength < 60_000) wire.cut();
        yield chunk;
      }
    }
    const { sha256 } = await storage.write(KEY, content());
    expect(await sha256Of(storage.read(KEY))).toBe(sha256);
  });

  itNeeds('objectStore', 'for good ends the writing, and a sweep removes what stayed', async () => {
    const { storage, wire, ...opened } = await openWired();
    const { content, reached, end } = heldContent(LONG);
    const writing = failureOf(storage.write(KEY, content));
    await reached;
    expect(await eventually(async () => (await uploads(opened)) === 1)).toBe(true);
    await wire.refuse();
    end();
    expect((await writing).kind).toBe('down');
    await wire.pass();
    expect(await storage.size(KEY)).toBeUndefined();
    expect(await uploads(opened)).toBe(1);
    expect(await storage.sweep('', new Date(Date.now() + 60_000))).toBe(1);
    expect(await uploads(opened)).toBe(0);
  });
});

describe('listing and removing', () => {
  const keys = Array.from({ length: 1200 }, (_, number) => `backups/${String(number).padStart(4, '0')}`);
  const fill = async ({ client, settings }: Opened, some: readonly string[]) => {
    const waiting = [...some];
    const put = async () => {
      for (let Key = waiting.pop(); Key; Key = waiting.pop())
        await client.send(new PutObjectCommand({ Bucket: settings.bucket, Key, Body: 'x' }));
    };
    await Promise.all(Array.from({ length: 20 }, put));
  };

  const title = '1,200 takes two calls each, and a page that fails makes all of it reject';
  const listsAndRemoves = async () => {
    const opened = await openFaulty();
    const { storage, peer } = opened;
    await fill(opened, keys);
    const inError: Misdeed = { status: 200, body: errorBody('InternalError') };
    for (const misdeed of [busy, inError, 'cut'] as const) {
      peer.misbehave((line) => (/continuation-token/.test(line) ? misdeed : undefined));
      expect((await failureOf(all(storage.list('')))).kind).toBe('down');
    }
    peer.misbehave(() => undefined);
    peer.asked.length = 0;
    expect(await all(storage.list('backups/'))).toHaveLength(1200);
    expect(peer.asked).toHaveLength(2);
    expect((await storage.remove(keys)).removed).toHaveLength(1200);
    expect(peer.asked).toHaveLength(4);
    expect(await all(storage.list(''))).toEqual([]);
  };
  itNeeds('objectStore', title, listsAndRemoves, { timeoutSeconds: 90 });

  test.each([
    ['says that there is more and not where', '<IsTruncated>true</IsTruncated>'],
    ['does not say whether there is more', ''],
  ])('rejects where a page %s', async (_, told) => {
    const peer = await httpPeer('http://127.0.0.1:1');
    endings.push(peer.close);
    const body = `<ListBucketResult><Name>b</Name>${told}</ListBucketResult>`;
    peer.misbehave(() => ({ status: 200, body }));
    const settings = { ...NOWHERE, endpoint: peer.endpoint };
    const storage = await openS3Storage({ name: 'offsite', settings, patience: PATIENCE });
    expect((await failureOf(all(storage.list('')))).message).toContain('makes no sense');
  });

  itNeeds('objectStore', 'tries again what could not be removed just then, and says what still could not', async () => {
    const opened = await openFaulty();
    await fill(opened, ['a', 'b', 'c', 'd']);
    const answers = [
      '<Deleted><Key>a</Key></Deleted><Error><Key>b</Key><Code>InternalError</Code></Error><Error><Key>c</Key><Code>AccessDenied</Code></Error>',
      '<Deleted><Key>b</Key></Deleted>',
    ];
    opened.peer.misbehave((line) => {
      const body = /\?delete/.test(line) ? answers.shift() : undefined;
      return body === undefined ? undefined : { status: 200, body: `<DeleteResult>${body}</DeleteResult>` };
    });
    const { removed, failed } = await opened.storage.remove(['a', 'b', 'c', 'd']);
    expect(removed).toEqual(['a', 'b']);
    expect(failed).toEqual([
      { key: 'c', reason: 'the right s3:DeleteObject is missing, or a lock forbids it (AccessDenied)' },
      { key: 'd', reason: 'the store did not say that it removed it' },
    ]);
    expect(opened.peer.asked).toHaveLength(2);
  });

  itNeeds('objectStore', 'says of every key why, when a whole call fails', async () => {
    const { storage, peer } = await openFaulty();
    peer.misbehave(() => busy);
    const { removed, failed } = await storage.remove(['a', 'b']);
    expect(removed).toEqual([]);
    expect(failed.map(({ key, reason }) => [key, reason.includes('does not answer')])).toEqual([
      ['a', true],
      ['b', true],
    ]);
  });
});

const NOWHERE: S3Settings = {
  bucket: 'bucket',
  endpoint: 'http://127.0.0.1:1',
  region: 'us-east-1',
  prefix: '',
  forcePathStyle: true,
  storageClass: undefined,
  encryption: undefined,
  objectLock: undefined,
  maxParts: 10_000,
  checksums: 'required',
  keys: { accessKeyId: 'an-id', secretAccessKey: 'a-secret' },
  pruneKeys: undefined,
};

describe('keys', () => {
  const wrong = { accessKeyId: 'capopsbackup', secretAccessKey: 'wrong-secret' };

  itNeeds('objectStore', 'that are wrong are said to be, without them', async () => {
    const { settings } = await makeBucket();
    for (const keys of [wrong, { accessKeyId: 'nobody-known', secretAccessKey: 'wrong-secret' }]) {
      const storage = await openS3Storage({ name: 'offsite', settings: { ...settings, keys }, patience: PATIENCE });
      const listing = await failureOf(all(storage.list('')));
      expect(listing.message).toContain('Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
      const writing = await failureOf(storage.write(KEY, text('x')));
      expect(writing.kind).toBe('denied');
      expect(writing.message).toMatch(/are wrong, or lack the right s3:GetObject and s3:ListBucket/);
      for (const error of [listing, writing]) {
        expect(inspect(error, { depth: 9 })).not.toMatch(/wrong-secret|nobody-known|capopsbackup|Signature=/);
      }
    }
  });

  itNeeds('objectStore', 'of their own remove, and nothing else', async () => {
    const { settings } = await makeBucket();
    const open = (more: Partial<S3Settings>) =>
      openS3Storage({ name: 'offsite', settings: { ...settings, ...more }, patience: PATIENCE });
    const split = await open({ pruneKeys: wrong });
    await split.write(KEY, text('kept'));
    const { failed } = await split.remove([KEY]);
    expect(failed[0]?.reason).toContain('Check S3_PRUNE_ACCESS_KEY_ID and S3_PRUNE_SECRET_ACCESS_KEY');
    expect(await textOf(split.read(KEY))).toBe('kept');
    const pruner = await open({ keys: wrong, pruneKeys: settings.keys });
    await failureOf(pruner.size(KEY));
    expect((await pruner.remove([KEY])).removed).toEqual([KEY]);
    expect(await split.size(KEY)).toBeUndefined();
  });

  itNeeds('objectStore', 'for a bucket that is not there are told so', async () => {
    const { settings } = await makeBucket();
    const storage = await openS3Storage({ name: 'offsite', settings: { ...settings, bucket: 'no-such-bucket' } });
    for (const work of [
      () => storage.write(KEY, text('x')),
      () => all(storage.list('')),
      () => textOf(storage.read(KEY)),
    ]) {
      const { kind, message } = await failureOf(work());
      expect([kind, message]).toEqual([
        'settings',
        'The storage offsite has no such bucket. Check S3_BUCKET and S3_ENDPOINT.',
      ]);
    }
  });

  test('are of no use where nobody answers', async () => {
    const storage = await openS3Storage({
      name: 'offsite',
      settings: NOWHERE,
      patience: { silenceMs: 500, attempts: 2 },
    });
    expect((await failureOf(storage.size(KEY))).kind).toBe('down');
  });
});

describe('an object', () => {
  for (const length of [1000, LONG]) {
    itNeeds('objectStore', `of ${length} bytes is locked until the day it may be pruned`, async () => {
      const { client, settings } = await makeBucket({ locks: true });
      const storage = await openS3Storage({ name: 'offsite', settings: { ...settings, objectLock: 'GOVERNANCE' } });
      const retainUntil = new Date(Date.now() + 86_400_000);
      await storage.write(KEY, bytesOf(length), { retainUntil });
      await storage.write(`${KEY}.free`, text('x'));
      const { Retention } = await client.send(new GetObjectRetentionCommand({ Bucket: settings.bucket, Key: KEY }));
      expect(Retention?.Mode).toBe('GOVERNANCE');
      expect(Math.abs(Number(Retention?.RetainUntilDate) - Number(retainUntil))).toBeLessThan(2000);
    });

    itNeeds('objectStore', `of ${length} bytes that cannot be locked is refused, and not left behind`, async () => {
      const { settings } = await makeBucket();
      const storage = await openS3Storage({ name: 'offsite', settings: { ...settings, objectLock: 'COMPLIANCE' } });
      await failureOf(storage.write(KEY, bytesOf(length), { retainUntil: new Date(Date.now() + 86_400_000) }));
      expect(await storage.size(KEY)).toBeUndefined();
    });
  }

  itNeeds('objectStore', 'is stored in the class, with the checksums that are configured', async () => {
    const { client, settings } = await makeBucket();
    const storage = await openS3Storage({
      name: 'offsite',
      settings: { ...settings, storageClass: 'STANDARD', checksums: 'supported', prefix: 'some/where' },
    });
    const { sha256 } = await storage.write(KEY, bytesOf(LONG));
    const { Body } = await client.send(new GetObjectCommand({ Bucket: settings.bucket, Key: `some/where/${KEY}` }));
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
  });

  test('is asked to be encrypted as configured', async () => {
    const peer = await httpPeer('http://127.0.0.1:1');
    endings.push(peer.close);
    const seen: string[] = [];
    const encryption = { kind: 'aws:kms', kmsKeyId: 'a-key' } as const;
    const settings: S3Settings = { ...NOWHERE, endpoint: peer.endpoint, encryption, storageClass: 'GLACIER_IR' };
    peer.misbehave((line, headers) => {
      seen.push(...Object.keys(headers).flatMap((name) => (/^x-amz-s/.test(name) ? `${name}: ${headers[name]}` : [])));
      return line.startsWith('HEAD') ? { status: 404 } : { status: 400, body: errorBody('InvalidRequest') };
    });
    const storage = await openS3Storage({ name: 'offsite', settings, patience: PATIENCE });
    expect((await failureOf(storage.write(KEY, text('x')))).message).toContain('InvalidRequest');
    expect(seen).toEqual(
      expect.arrayContaining([
        'x-amz-server-side-encryption: aws:kms',
        'x-amz-server-side-encryption-aws-kms-key-id: a-key',
        'x-amz-storage-class: GLACIER_IR',
      ]),
    );
  });

  itNeeds('objectStore', 'that grows far beyond what was expected and the store takes is given up early', async () => {
    const opened = await openFaulty({ maxParts: 2 });
    const writing = failureOf(opened.storage.write(KEY, bytesOf(LONG), { expectedBytes: MEBIBYTE }));
    expect((await writing).message).toContain('takes 2 parts');
    expect(await eventually(async () => (await uploads(opened)) === 0)).toBe(true);
    expect(await opened.storage.write(KEY, bytesOf(LONG), { expectedBytes: LONG })).toMatchObject({ bytes: LONG });
  });
});
