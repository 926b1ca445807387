/** What stands under a key. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

export interface WriteOptions {
  /** Roughly. Where there comes several times as much, a large object ends with a StorageError. */
  readonly expectedBytes?: number | undefined;
  /** Where the storage locks objects: not before then can it be removed. Elsewhere of no effect. */
  readonly retainUntil?: Date | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told the bytes so far, again and again. */
  readonly progress?: ((bytes: number) => void) | undefined;
}

/** Until when a storage itself refuses to remove an object; `further notice`: until somebody releases it there. */
export type StorageLock = Date | 'further notice';

/**
 * One place that keeps backups. Keys are paths with slashes; one that leaves the place is refused with a UserError. What
 * the place itself refuses, or a place that does not answer, is a StorageError.
 */
export interface BackupStorage {
  /** As configured: `local`, `offsite`. */
  readonly name: string;
  /**
   * Writes an object whole or not at all, with flat memory. Until it resolves nobody finds anything under the key. Content
   * that fails or is aborted leaves nothing; what is there already is never replaced (AlreadyThereError). Content that is
   * not read to its end is closed. Once the last byte is through, an abort comes too late.
   */
  write(
    key: string,
    content: AsyncIterable<Uint8Array>,
    options?: WriteOptions,
  ): Promise<{ readonly bytes: number; readonly sha256: string }>;
  /** Rejects with a NotThereError where there is none; what is cut off rejects, and never just ends. */
  read(key: string, options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<Uint8Array>;
  /** In bytes; undefined where there is none. */
  size(key: string): Promise<number | undefined>;
  /** Everything whose key begins with the prefix, in no order, others' objects too; or rejects: never just a part. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Removes them, and says which could not be and why. What is gone already counts as removed. Rejects for bad keys only. */
  remove(keys: readonly string[]): Promise<{
    readonly removed: readonly string[];
    readonly failed: readonly { readonly key: string; readonly reason: string }[];
  }>;
  /** Removes what writes left behind that were begun (or last heard of) before the moment. Resolves with how many. */
  sweep(prefix: string, before: Date): Promise<number>;
  /**
   * Has the store itself copy an object of another storage, whole or not at all, without its bytes coming here. False where it
   * cannot from there. What is there already is never replaced.
   */
  copyFrom?(
    source: { readonly storage: string; readonly key: string },
    key: string,
    options?: Omit<WriteOptions, 'expectedBytes'>,
  ): Promise<boolean>;
  /** Absent where nothing is locked; undefined: it is not. Rejects with a StorageError where that cannot be said. */
  lockOf?(key: string): Promise<StorageLock | undefined>;
  /** Bytes; undefined where there is no such limit. */
  freeBytes(): Promise<number | undefined>;
}
