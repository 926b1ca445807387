import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { BackupStorage } from '../../src/ports.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { makeBucket, startObjectStore } from '../setup/object-store.ts';
import { type Ground, keysIn, manifestOf, openGround, textAt } from './backup-ground.ts';
import { ADA, OMAR, said, TERMINAL } from './desk.ts';

startObjectStore();

const NEEDS = ['postgresClient', 'zstd', 'objectStore'] as const;

async function groundOffsite(): Promise<
  Ground & { readonly offsite: BackupStorage; readonly bucket: Awaited<ReturnType<typeof makeBucket>> }
> {
  const bucket = await makeBucket();
  const ground = await openGround({ offsite: { ...bucket.settings, prefix: 'capops/test' } });
  const { offsite } = ground.backups;
  if (!offsite) throw new Error('no storage off site');
  return Object.defineProperties(ground, { offsite: { value: offsite }, bucket: { value: bucket } }) as never;
}

const idOf = async (ground: Ground) => String((await ground.ledger('SELECT id FROM backups'))[0]?.id);
const copies = (ground: Ground) => ground.ledger('SELECT storage, state FROM backup_copies ORDER BY storage');

itNeeds([...NEEDS], 'a backup from Slack goes off site where such a storage is configured', async () => {
  const ground = await groundOffsite();
  expect(said(await ground.types(OMAR, 'backup'))).toContain('in offsite.');
  expect(ground.files()).toEqual([]);
  const [file = '', manifest] = await keysIn(ground.offsite);
  expect(manifest).toBe(`${file}.manifest.json`);
  expect(await manifestOf(ground.offsite, file)).toMatchObject({ copies: [{ storage: 'offsite', key: file }] });
  expect(said(await ground.types(OMAR, `verify-backup ${await idOf(ground)}`))).toContain('in offsite.');
});

itNeeds([...NEEDS], '--offsite makes it here and copies it, read back whole there too', async () => {
  const ground = await groundOffsite();
  const outcome = await ground.types(TERMINAL, 'backup --offsite');
  expect(said(outcome)).toContain('A copy is off site, read back whole');
  const [key = ''] = await keysIn(ground.offsite);
  expect(key).toMatch(/^backups\/platform_\w+\/.*-manual\.sql$/);
  expect(await manifestOf(ground.offsite, key)).toMatchObject({
    file: key.split('/').at(-1),
    copies: [{ storage: 'local' }, { storage: 'offsite', key }],
  });
  expect(await copies(ground)).toEqual([
    { storage: 'local', state: 'good' },
    { storage: 'offsite', state: 'good' },
  ]);
});

itNeeds([...NEEDS], 'copy-backup takes an id or a file, once', async () => {
  const ground = await groundOffsite();
  await ground.types(TERMINAL, 'backup');
  const id = await idOf(ground);
  expect(said(await ground.types(OMAR, `copy-backup ${id.slice(0, 8)}`))).toContain('is off site too');
  expect(said(await ground.types(OMAR, `copy-backup ${id}`))).toContain('is off site already');
  const output = `${ground.elsewhere}/mine.dump`;
  await ground.types(TERMINAL, `backup --output ${output}`);
  expect(said(await ground.types(TERMINAL, `copy-backup ${output}`))).toContain('is off site too');
  expect(await keysIn(ground.offsite)).toHaveLength(4);
});

itNeeds([...NEEDS], 'a copy that fails leaves the backup here, stays wanted, and is told', async () => {
  const ground = await groundOffsite();
  const write: BackupStorage['write'] = async (_, content) => {
    for await (const _chunk of content) throw new Error('The storage offsite does not answer.');
    throw new Error('there is nothing');
  };
  const { offsite } = ground;
  ground.backups = { ...ground.backups, offsite: { ...offsite, write } };
  const outcome = await ground.types(TERMINAL, 'backup --offsite');
  expect(said(outcome)).toContain('The copy off site failed: The storage offsite does not answer.');
  expect(outcome.kind === 'done' && outcome.report.broken).toBe(true);
  expect(await copies(ground)).toEqual([
    { storage: 'local', state: 'good' },
    { storage: 'offsite', state: 'wanted' },
  ]);
  expect(said(await ground.types(OMAR, 'backups'))).toContain('offsite (still to be copied)');
  ground.backups = { ...ground.backups, offsite };
  expect((await ground.types(OMAR, `copy-backup ${await idOf(ground)}`)).kind).toBe('done');
  expect((await copies(ground))[1]).toEqual({ storage: 'offsite', state: 'good' });
});

itNeeds(
  [...NEEDS],
  'what an earlier try has left without a manifest is taken where it is whole, else made anew',
  async () => {
    const ground = await groundOffsite();
    await ground.types(TERMINAL, 'backup');
    const id = await idOf(ground);
    const { offsite } = ground;
    const write: BackupStorage['write'] = async (key, content, options) => {
      if (key.endsWith('.manifest.json')) throw new Error('killed');
      return offsite.write(key, content, options);
    };
    const remove: BackupStorage['remove'] = async () => ({ removed: [], failed: [] });
    ground.backups = { ...ground.backups, offsite: { ...offsite, write, remove } };
    expect((await ground.types(OMAR, `copy-backup ${id}`)).kind).toBe('failed');
    const [left = ''] = await keysIn(offsite);
    ground.backups = { ...ground.backups, offsite };
    const { client, settings } = ground.bucket;
    await client.send(new PutObjectCommand({ Bucket: settings.bucket, Key: `capops/test/${left}`, Body: 'half' }));
    expect((await ground.types(OMAR, `copy-backup ${id}`)).kind).toBe('done');
    expect(await offsite.size(left)).toBe((await manifestOf(offsite, left)).bytes);
  },
);

itNeeds([...NEEDS], 'a damaged backup is not copied', async () => {
  const ground = await groundOffsite();
  await ground.types(TERMINAL, 'backup');
  const id = await idOf(ground);
  const { local } = ground.backups;
  async function* read(key: string): AsyncGenerator<Uint8Array> {
    for await (const chunk of local.read(key)) yield key.endsWith('.sql') ? Buffer.from(chunk).fill(65, 0, 9) : chunk;
  }
  ground.backups = { ...ground.backups, local: { ...local, read } };
  expect(said(await ground.types(OMAR, `copy-backup ${id}`))).toMatch(/is no good|SHA-256/);
  expect(await keysIn(ground.offsite)).toEqual([]);
});

itNeeds(
  [...NEEDS],
  'a pin stands in every storage, also in one that gets its copy later, and goes from all',
  async () => {
    const ground = await groundOffsite();
    await ground.types(TERMINAL, 'backup');
    const id = await idOf(ground);
    expect(said(await ground.types(OMAR, `pin ${id} because the auditors ask`))).toContain('because the auditors ask');
    await ground.types(OMAR, `copy-backup ${id}`);
    const pins = async () => (await keysIn(ground.offsite)).filter((key) => key.endsWith('.pinned.json'));
    const [pin = ''] = await pins();
    expect(JSON.parse(await textAt(ground.offsite, pin))).toMatchObject({
      reason: 'the auditors ask',
      by: 'Omar (slack:U0OMAR)',
    });
    await ground.ledger('DELETE FROM backup_copies');
    await ground.ledger('DELETE FROM backups');
    expect(said(await ground.types(OMAR, 'backups'))).toContain('pinned: the auditors ask');
    expect(said(await ground.types(OMAR, `unpin ${id}`))).toContain('is unpinned');
    expect(await pins()).toEqual([]);
    expect(said(await ground.types(OMAR, 'backups'))).not.toContain('pinned');
  },
);

itNeeds([...NEEDS], 'each storage is pruned by itself', async () => {
  const ground = await groundOffsite();
  await ground.types(TERMINAL, 'backup --offsite');
  const preview = await ground.types(ADA, 'prune');
  expect(said(preview)).toContain('There is nothing to remove');
  expect(said(preview)).toContain('"local"');
  expect(said(preview)).toContain('"offsite"');
});
