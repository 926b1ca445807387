import { describe, expect, test } from 'vitest';
import { type BackupManifest, manifestText, readManifest } from '../../src/domain/backup-manifest.ts';
import { UserError } from '../../src/errors.ts';

const sha256 = 'a'.repeat(64);
const at = new Date('2026-11-22T02:00:00.123Z');

const manifest: BackupManifest = {
  version: 1,
  id: '0192f0c4-9a7e-7cc0-8f00-3d5b6a1e2f40',
  database: { name: 'planner', role: 'platform' },
  environment: 'production',
  server: { version: '15.18' },
  pgDump: { version: '15.18' },
  format: 'custom',
  compression: 'zstd',
  encryption: { kind: 'age', recipients: ['age1example'] },
  file: '2026-11-22T02-00-00Z-nightly.dump.zst.age',
  bytes: 51_433_004,
  sha256,
  takenAt: at,
  startedAt: at,
  finishedAt: at,
  kind: 'nightly',
  by: { actorId: 'schedule:nightly', name: 'the schedule', face: 'schedule' },
  tables: { 'public.users': 3, '"Odd one".t': 0 },
  schemaFingerprint: sha256,
  capops: '0.1.0',
  verified: { at, how: 'read whole as it was written, and its SHA-256 read back' },
  copies: [{ storage: 'local', key: 'backups/planner/x', bytes: 51_433_004, sha256, verifiedAt: at }],
};

const changed = (change: object) => JSON.stringify({ ...JSON.parse(manifestText(manifest)), ...change });

describe('A manifest', () => {
  test('is written so that people can read it, and read as it was written', () => {
    const text = manifestText(manifest);
    expect(text).toContain('\n  "takenAt": "2026-11-22T02:00:00.123Z",\n');
    expect(text.endsWith('}\n')).toBe(true);
    expect(readManifest(text)).toEqual(manifest);
  });

  test('keeps what a later CapOps of the same version has added', () => {
    expect(readManifest(changed({ later: { a: 1 } }))).toEqual({ ...manifest, later: { a: 1 } });
    expect(manifestText(readManifest(changed({ later: { a: 1 } })))).toContain('"later"');
  });

  test('that was cut off is none', () => {
    const text = manifestText(manifest);
    for (let length = 0; length < text.length - 2; length += 97)
      expect(() => readManifest(text.slice(0, length), 'x.manifest.json')).toThrow(/^x\.manifest\.json is not JSON/);
  });

  test('of a later version says so', () => {
    expect(() => readManifest(changed({ version: 2 }))).toThrow('written by a newer CapOps');
  });

  test.each([
    ['sha256', { sha256: 'A'.repeat(64) }],
    ['bytes', { bytes: -1 }],
    ['bytes', { bytes: 1.5 }],
    ['file', { file: '../x.dump' }],
    ['takenAt', { takenAt: 'yesterday' }],
    ['kind', { kind: 'Nightly run' }],
    ['tables.public.users', { tables: { 'public.users': '3' } }],
    ['encryption.recipients', { encryption: { kind: 'age', recipients: [] } }],
    ['id', { id: '1' }],
    ['database', { database: undefined }],
    ['as a whole', undefined],
  ])('with a wrong %s is none', (path, change) => {
    const text = change ? changed(change) : '[]';
    expect(() => readManifest(text)).toThrow(UserError);
    expect(() => readManifest(text)).toThrow(`is no manifest of CapOps: ${path}:`);
  });

  test('is not written where it could not be read again', () => {
    expect(() => manifestText({ ...manifest, sha256: 'unknown' })).toThrow();
  });
});
