import type { DumpSource, DumpTools } from './dumps.ts';
import type { BackupStorage } from './storage.ts';

/** What backups are made with, and where they are kept. */
export interface BackupDesk {
  readonly sources: Readonly<Record<'platform' | 'ledger', DumpSource>>;
  readonly check: DumpTools['check'];
  /** On this machine. */
  readonly local: BackupStorage;
  /** Undefined without S3_BUCKET. */
  readonly offsite: BackupStorage | undefined;
  /** Where monthly ones go, where capops.yml sends them somewhere. */
  readonly archive?: BackupStorage | undefined;
  /** What an absolute path on this machine means: a key of `local` within its folder; elsewhere, a storage named after its folder. */
  file(path: string): { readonly storage: BackupStorage; readonly key: string };
  /** Public keys of age; none: backups are not encrypted. */
  readonly recipients: readonly string[];
  /** Private keys of age, where they are at hand. */
  readonly identities: readonly string[];
  /** CapOps’ own, for the manifest. */
  readonly version: string;
}
