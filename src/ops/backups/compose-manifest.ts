import { randomUUID } from 'node:crypto';
import type { BackupFormat } from '../../domain/backup-format.ts';
import type { BackupManifest } from '../../domain/backup-manifest.ts';
import type { ArchiveCheck, BackupDesk, BackupStorage, DumpFacts, DumpSource } from '../../ports.ts';
import type { Context } from '../service/operation.ts';

interface Made {
  readonly wanted: {
    readonly source: DumpSource;
    readonly storage: BackupStorage;
    readonly format: BackupFormat;
    readonly kind: string;
    readonly note?: string | undefined;
    readonly key: string;
    readonly because?: string;
    readonly startedAt: Date;
  };
  readonly facts: DumpFacts;
  readonly check: ArchiveCheck;
}

/** What is known of a backup that was just read back whole. */
export function composeManifest(context: Context, { recipients, version }: BackupDesk, made: Made): BackupManifest {
  const { wanted, facts, check } = made;
  const { format, source, storage, key, note, because, startedAt } = wanted;
  const { actor, clock, runId, settings } = context;
  const { bytes, sha256 } = check;
  const now = clock.now();
  return {
    version: 1,
    id: randomUUID(),
    database: { name: source.database, role: source.role },
    environment: settings.environment,
    server: { version: facts.serverVersion },
    pgDump: { version: facts.pgDumpVersion },
    format: format.format,
    compression: format.compression,
    ...(because === undefined ? {} : { formatChosen: because }),
    encryption: format.isEncrypted ? { kind: 'age', recipients: [...recipients] } : null,
    file: key.split('/').at(-1) ?? key,
    bytes,
    sha256,
    ...(facts.archive ? { archiveBytes: facts.archive.bytes, archiveSha256: facts.archive.sha256 } : {}),
    takenAt: facts.takenAt,
    startedAt,
    finishedAt: now,
    kind: wanted.kind,
    by: { actorId: actor.id, name: actor.name, face: actor.face },
    ...(note === undefined ? {} : { note }),
    runId,
    tables: { ...facts.tables },
    schemaFingerprint: facts.schemaFingerprint,
    ...(facts.leftOut.length === 0 ? {} : { leftOut: [...facts.leftOut] }),
    capops: version,
    verified: { at: now, how: proofOf(check, facts) },
    copies: [{ storage: storage.name, key, bytes, sha256, verifiedAt: now }],
  };
}

/** Encrypted, it was read whole while it was written, and by its SHA-256 since. */
function proofOf({ proof }: ArchiveCheck, { isReadWhole }: DumpFacts): string {
  if (proof === 'read whole') return 'read back whole';
  return isReadWhole ? 'read whole as it was written, then read back by its SHA-256' : 'read back by its SHA-256';
}
