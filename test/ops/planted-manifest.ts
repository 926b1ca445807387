import type { BackupManifest } from '../../src/domain/backup-manifest.ts';

interface Planted {
  readonly id: string;
  readonly database: string;
  readonly environment: string;
  readonly kind: string;
  readonly takenAt: Date;
  readonly storage: string;
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The manifest of a backup that nobody has made. */
export function plantedManifest(planted: Planted): BackupManifest {
  const { id, database, environment, kind, takenAt, storage, key, bytes, sha256 } = planted;
  return {
    version: 1,
    id,
    database: { name: database, role: 'platform' },
    environment,
    server: { version: '15.18' },
    pgDump: { version: '15.18' },
    format: 'custom',
    compression: 'zstd',
    encryption: null,
    file: key.split('/').at(-1) ?? key,
    ...{ bytes, sha256, takenAt, startedAt: takenAt, finishedAt: takenAt, kind },
    by: { actorId: 'schedule:nightly-backup', name: 'nightly-backup', face: 'schedule' },
    tables: { 'public.organizations': 2 },
    schemaFingerprint: sha256,
    capops: '0.1.0',
    verified: { at: takenAt, how: 'read back whole' },
    copies: [{ storage, key, bytes, sha256, verifiedAt: takenAt }],
  };
}
