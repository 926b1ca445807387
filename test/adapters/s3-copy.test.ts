import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { describe, expect, onTestFinished } from 'vitest';
import { openS3Storage } from '../../src/adapters/s3-storage.ts';
import { AlreadyThereError, NotThereError, StorageError } from '../../src/errors.ts';
import { bytesOf, eventually, sha256Of, text, textOf } from '../contracts/content.ts';
import { httpPeer } from '../setup/http-peer.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { makeBucket, startObjectStore } from '../setup/object-store.ts';

startObjectStore();

const MEBIBYTE = 2 ** 20;
/** No whole number of parts. */
const LONG = 12 * MEBIBYTE + 7;
const KEY = 'backups/planner/é ü+&=?#’.dump.zst';

/** Two buckets of one store; the second copies from the first, in parts from 5 MiB on. */
async function open() {
  const { settings: first } = await makeBucket();
  const { settings: second, client } = await makeBucket();
  const peer = await httpPeer(second.endpoint ?? '');
  onTestFinished(peer.close);
  const settings = { ...second, endpoint: peer.endpoint, prefix: 'some/where' };
  const beside = { name: 'offsite', settings: { ...first, prefix: 'else/where' } };
  const offsite = await openS3Storage(beside);
  const patience = { silenceMs: 1500, attempts: 2 };
  const archive = await openS3Storage({ name: 'archive', settings, patience, beside, copiedWhole: 5 * MEBIBYTE });
  const copy = async (key = KEY, options = {}) => archive.copyFrom?.({ storage: 'offsite', key }, key, options);
  const uploads = async () =>
    (await client.send(new ListMultipartUploadsCommand({ Bucket: settings.bucket }))).Uploads?.length ?? 0;
  return { offsite, archive, peer, copy, uploads };
}

describe('a copy that the store makes itself', () => {
  for (const length of [0, 1000, LONG]) {
    itNeeds('objectStore', `of ${length} bytes is the same, and no byte of it comes here`, async () => {
      const { offsite, archive, peer, copy, uploads } = await open();
      const { sha256 } = await offsite.write(KEY, bytesOf(length));
      expect(await copy()).toBe(true);
      expect(peer.asked.filter((line) => line.startsWith('GET'))).toEqual([]);
      expect(peer.asked.filter((line) => /partNumber=/.test(line))).toHaveLength(length === LONG ? 3 : 0);
      expect(await sha256Of(archive.read(KEY))).toBe(sha256);
      expect([await offsite.size(KEY), await uploads()]).toEqual([length, 0]);
    });
  }

  itNeeds('objectStore', 'replaces nothing, and says where there is nothing to copy', async () => {
    const { offsite, archive, copy } = await open();
    await expect(copy()).rejects.toThrow(NotThereError);
    await offsite.write(KEY, text('another'));
    await archive.write(KEY, text('first'));
    await expect(copy()).rejects.toThrow(AlreadyThereError);
    expect(await textOf(archive.read(KEY))).toBe('first');
    expect(await archive.copyFrom?.({ storage: 'local', key: KEY }, 'other')).toBe(false);
  });

  itNeeds('objectStore', 'is whole or not made, where the store reads a name with a % in it wrongly', async () => {
    const { offsite, archive, copy, uploads } = await open();
    const key = 'backups/caf%C3%A9/nightly.dump.zst';
    const { sha256 } = await offsite.write(key, bytesOf(LONG));
    const isMade = await copy(key);
    expect(await archive.size(key)).toBe(isMade ? LONG : undefined);
    if (isMade) expect(await sha256Of(archive.read(key))).toBe(sha256);
    expect(await uploads()).toBe(0);
  });

  itNeeds('objectStore', 'that fails, or is stopped, leaves nothing', async () => {
    const { offsite, archive, peer, copy, uploads } = await open();
    await offsite.write(KEY, bytesOf(LONG));
    peer.misbehave((line) => (/partNumber=2/.test(line) ? { status: 503 } : undefined));
    await expect(copy()).rejects.toThrow(StorageError);
    const stop = new AbortController();
    peer.misbehave((line) => {
      if (!/partNumber=2/.test(line)) return undefined;
      stop.abort(new Error('cancelled'));
      return 'hang';
    });
    await expect(copy(KEY, { signal: stop.signal })).rejects.toThrow('cancelled');
    peer.misbehave(() => undefined);
    expect(await archive.size(KEY)).toBeUndefined();
    expect(await eventually(async () => (await uploads()) === 0)).toBe(true);
    expect(await copy()).toBe(true);
  });
});
