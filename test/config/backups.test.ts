import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { DATABASE_URL, folderWith, load, refusal } from './loading.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'an-id', AWS_SECRET_ACCESS_KEY: 'hidden-secret' };
const BUCKET = { S3_BUCKET: 'capops-backups' };

describe('backups', () => {
  test('are kept in the project’s own folder, unless told otherwise', () => {
    const folder = folderWith({});
    const kept = (env: Record<string, string>) => loadConfig({ env: { DATABASE_URL, ...env }, folder }).backups;
    expect(kept({})).toEqual({ folder: join(folder, 'backups'), offsite: undefined });
    expect(kept({ BACKUP_DIR: '../kept' }).folder).toBe(join(folder, '../kept'));
    expect(kept({ BACKUP_DIR: '/mnt/kept' }).folder).toBe('/mnt/kept');
  });

  test('go to Amazon with the machine’s own role when nothing but a bucket is named', () => {
    expect(load(BUCKET).backups.offsite).toEqual({
      bucket: 'capops-backups',
      endpoint: undefined,
      region: 'us-east-1',
      prefix: '',
      forcePathStyle: false,
      storageClass: undefined,
      encryption: undefined,
      objectLock: undefined,
      maxParts: 10_000,
      checksums: 'supported',
      keys: undefined,
      pruneKeys: undefined,
    });
  });

  test('go to any store, as it is told', () => {
    const env = {
      ...BUCKET,
      ...KEYS,
      S3_ENDPOINT: 'http://store.internal:9000',
      S3_REGION: 'eu-central-1',
      AWS_REGION: 'us-west-2',
      S3_PREFIX: '/capops/production/',
      S3_STORAGE_CLASS: 'GLACIER_IR',
      S3_SSE: 'aws:kms',
      S3_SSE_KMS_KEY_ID: 'a-key',
      S3_OBJECT_LOCK: 'compliance',
      S3_MAX_PARTS: '1000',
      S3_CHECKSUMS: 'required',
      AWS_SESSION_TOKEN: 'hidden-token',
      S3_PRUNE_ACCESS_KEY_ID: 'a-pruner',
      S3_PRUNE_SECRET_ACCESS_KEY: 'hidden-pruning',
    };
    expect(load(env).backups.offsite).toEqual({
      bucket: 'capops-backups',
      endpoint: 'http://store.internal:9000',
      region: 'eu-central-1',
      prefix: 'capops/production',
      forcePathStyle: true,
      storageClass: 'GLACIER_IR',
      encryption: { kind: 'aws:kms', kmsKeyId: 'a-key' },
      objectLock: 'COMPLIANCE',
      maxParts: 1000,
      checksums: 'required',
      keys: { accessKeyId: 'an-id', secretAccessKey: 'hidden-secret', sessionToken: 'hidden-token' },
      pruneKeys: { accessKeyId: 'a-pruner', secretAccessKey: 'hidden-pruning' },
    });
    expect(load({ ...env, S3_FORCE_PATH_STYLE: 'false' }).backups.offsite?.forcePathStyle).toBe(false);
  });

  test('need no bucket for keys that are there for something else', () => {
    expect(load({ AWS_ACCESS_KEY_ID: 'an-id', AWS_REGION: 'eu-west-1' }).backups.offsite).toBeUndefined();
  });
});

describe('a setting of the store', () => {
  test.each([
    ['S3_BUCKET', 'Big_Bucket', 'found “Big_Bucket”. Allowed: a bucket’s name'],
    ['S3_REGION', 'Frankfurt', 'found “Frankfurt”. Allowed: a region’s name'],
    ['S3_PREFIX', 'a/../b', 'found “a/../b”. Allowed: a path such as'],
    ['S3_PREFIX', 'a//b', 'found “a//b”. Allowed: a path such as'],
    ['S3_FORCE_PATH_STYLE', 'yes', 'found “yes”. Allowed: true or false'],
    ['S3_STORAGE_CLASS', 'GLACIER', 'Allowed: a class whose objects can be read at once'],
    ['S3_STORAGE_CLASS', 'DEEP_ARCHIVE', 'Allowed: a class whose objects can be read at once'],
    ['S3_SSE', 'aes', 'found “aes”. Allowed: AES256 or aws:kms'],
    ['S3_OBJECT_LOCK', 'on', 'found “on”. Allowed: governance or compliance'],
    ['S3_MAX_PARTS', '10001', 'found “10001”. Allowed: a whole number from 100 to 10000'],
    ['S3_MAX_PARTS', '99', 'found “99”. Allowed: a whole number'],
    ['S3_CHECKSUMS', 'none', 'found “none”. Allowed: supported or required'],
  ])('is refused when it is wrong: %s', (name, value, message) => {
    const said = refusal({ ...BUCKET, [name]: value });
    expect(said).toContain(`${name}: `);
    expect(said).toContain(message);
  });

  test.each(['store.internal', 'ftp://store', 'https://user:hidden@store', 'https://store/path', 'https://store/?a=b'])(
    'is refused when it is no address, and is not repeated: %s',
    (url) => {
      const said = refusal({ ...BUCKET, S3_ENDPOINT: url });
      expect(said).toContain(`S3_ENDPOINT: found a text of ${url.length} characters. Allowed: an address`);
      expect(said).not.toContain('hidden');
    },
  );

  test('does not stand without those that belong to it', () => {
    expect(refusal({ S3_ENDPOINT: 'https://store' })).toContain(
      'S3_BUCKET: found nothing, although S3_ENDPOINT is set.',
    );
    expect(refusal({ ...BUCKET, AWS_SECRET_ACCESS_KEY: 'hidden' })).toContain(
      'AWS_ACCESS_KEY_ID: found nothing, although AWS_SECRET_ACCESS_KEY is set. Allowed: both of them, or none.',
    );
    const half = refusal({ ...BUCKET, S3_PRUNE_SECRET_ACCESS_KEY: 'hidden' });
    expect(half).toContain('S3_PRUNE_ACCESS_KEY_ID: found nothing, although S3_PRUNE_SECRET_ACCESS_KEY is set.');
    expect(half).not.toContain('hidden');
    expect(refusal({ ...BUCKET, S3_SSE: 'AES256', S3_SSE_KMS_KEY_ID: 'k' })).toContain(
      'S3_SSE: found “AES256”, although S3_SSE_KMS_KEY_ID is set. Allowed: aws:kms.',
    );
  });
});
