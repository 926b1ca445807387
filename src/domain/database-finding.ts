/** What was looked into; each has at least one finding where it could be read. */
export type Topic =
  | 'wraparound'
  | 'autovacuum'
  | 'connections'
  | 'long transactions'
  | 'sequences'
  | 'replication slots'
  | 'invalid indexes'
  | 'dead rows'
  | 'stale statistics'
  | 'missing indexes'
  | 'foreign keys'
  | 'duplicate indexes'
  | 'unused indexes'
  | 'cache';

/** `act`: somebody should do something now; `look`: somebody should look at it; `fine`: nothing to do. */
export type Severity = 'act' | 'look' | 'fine';

/** Something about the database, in words that need no knowledge of PostgreSQL. */
export interface Finding {
  readonly topic: Topic;
  readonly severity: Severity;
  /** A sentence with the number in it. */
  readonly what: string;
  readonly number: number;
  /** `rows`, `bytes`, `per cent`, … */
  readonly unit: string;
  /** Why it matters; empty where it is fine. */
  readonly why: string;
  /** What would help, for whoever knows the database: nobody runs it by itself. */
  readonly statement?: string;
}

/** `34 %`, never rounded up to all nor down to nothing. */
export function percent(share: number): string {
  const rounded = Math.round(share * 100);
  if (share > 0 && rounded === 0) return 'under 1 %';
  return share < 1 && rounded === 100 ? 'over 99 %' : `${rounded} %`;
}

export function fine(topic: Topic, what: string, number = 0, unit = 'found'): Finding {
  return { topic, severity: 'fine', what, number, unit, why: '' };
}

/** The findings, or that there is none. */
export function orFine(found: readonly Finding[], otherwise: Finding): readonly Finding[] {
  return found.length > 0 ? found : [otherwise];
}
