import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/** What one row of the audit says; everything in it is hashed. */
export interface AuditRecord {
  /** When the outcome was known. */
  readonly at: Date;
  readonly runId: string;
  readonly operation: string;
  readonly effect: string;
  readonly outcome: string;
  readonly rule: string | null;
  readonly message: string | null;
  readonly reference: string | null;
  readonly actorId: string;
  readonly actorName: string;
  readonly face: string;
  readonly channel: string | null;
  readonly input: unknown;
  /** Codes of the organisations that it is about. */
  readonly subjects: readonly string[];
  /** What it was, and what it is now; null where nothing was changed. */
  readonly before: unknown;
  readonly after: unknown;
}

/** A record in its place: `sequence` counts from 1 without gaps, `hash` covers the record, its place and the hash before. */
export interface AuditRow extends AuditRecord {
  readonly sequence: number;
  readonly previousHash: string;
  readonly hash: string;
}

/** Where a chain stands: its last sequence and hash. */
export interface AuditHead {
  readonly sequence: number;
  readonly hash: string;
}

/** Before the first row. */
export const NO_ROWS: AuditHead = { sequence: 0, hash: '0'.repeat(64) };

/** Links records to a chain's head, in order. */
export function link(head: AuditHead, records: readonly AuditRecord[]): AuditRow[] {
  let last = head;
  return records.map((record) => {
    const place = { sequence: last.sequence + 1, previousHash: last.hash };
    const row = { ...record, ...place, hash: hashOf(record, place) };
    last = row;
    return row;
  });
}

/** SHA-256, in hex, of a record in its place. */
function hashOf(record: AuditRecord, place: { sequence: number; previousHash: string }): string {
  return createHash('sha256')
    .update(canonicalJson({ ...record, ...place }))
    .digest('hex');
}

/**
 * The first thing that is wrong with a chain: the row is not what was hashed (`changed`), is not there (`missing`), does
 * not follow the one before (`unlinked`), or differs from a head that was noted elsewhere (`rewritten`); or rows that such
 * a head has seen are gone from the end (`cut`).
 */
export interface AuditFault {
  readonly sequence: number;
  readonly kind: 'changed' | 'missing' | 'unlinked' | 'cut' | 'rewritten';
}

/** Follows a chain row by row; `anchors` are heads that were noted elsewhere, in any order. */
export function openVerifier(anchors: readonly AuditHead[]): {
  /** The first fault, seen at this row; undefined: all well so far. */
  next(row: AuditRow): AuditFault | undefined;
  /** A fault that only the end shows: rows that an anchor has seen are gone. */
  end(): AuditFault | undefined;
  head(): AuditHead;
} {
  let last = NO_ROWS;
  const seen = Map.groupBy(anchors, ({ sequence }) => sequence);
  const faultOf = (row: AuditRow): AuditFault['kind'] | undefined => {
    const { sequence, previousHash, hash, ...record } = row;
    if (sequence > last.sequence + 1) return 'missing';
    if (sequence <= last.sequence || previousHash !== last.hash) return 'unlinked';
    if (hash !== hashOf(record, { sequence, previousHash })) return 'changed';
    return seen.get(sequence)?.some((anchor) => anchor.hash !== hash) ? 'rewritten' : undefined;
  };
  return {
    next: (row) => {
      const kind = faultOf(row);
      if (kind) return { sequence: kind === 'missing' ? last.sequence + 1 : row.sequence, kind };
      last = { sequence: row.sequence, hash: row.hash };
      return undefined;
    },
    end: () => {
      const furthest = anchors.reduce((most, { sequence }) => Math.max(most, sequence), 0);
      return furthest > last.sequence ? { sequence: last.sequence + 1, kind: 'cut' } : undefined;
    },
    head: () => last,
  };
}
