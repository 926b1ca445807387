import { counted } from './counted.ts';
import { type DatabaseFacts, type DatabaseOverview, readOr, type TableFacts } from './database-facts.ts';
import { type Finding, fine, orFine, percent } from './database-finding.ts';

const MANY_ROWS = 10_000;
const DEAD_SHARE = { look: 0.2, act: 0.5 };
const VERY_MANY_DEAD = 100_000;
const CHANGED_SHARE = 0.5;
/** A table that is read whole so often: at first, and a day; backups and reports read it whole, too. */
const SCANS = { first: 50, aDay: 10, share: 0.05 };
const DAY_MS = 86_400_000;
/** How long counts have been kept where PostgreSQL does not say: assumed rather too long. */
const UNKNOWN_DAYS = 365;

/** What stands in the tables, and what is not done about it. */
export function tableFindings(facts: DatabaseFacts, now: Date): Finding[] {
  const tables = readOr(facts.tables, undefined);
  if (!tables) return [];
  const overview = readOr(facts.overview, undefined);
  return [
    ...autovacuum(tables, overview),
    ...deadRows(tables),
    ...staleStatistics(tables),
    ...missingIndexes(tables, overview?.countingSince, now),
  ];
}

function autovacuum(tables: readonly TableFacts[], overview: DatabaseOverview | undefined): readonly Finding[] {
  const common = { topic: 'autovacuum', number: 0, unit: 'tables cleared by themselves' } as const;
  if (overview && !overview.isAutovacuumOn) {
    const why =
      'Nothing clears dead rows by itself: the database grows and slows down, and in the end takes no changes.';
    const statement = 'ALTER SYSTEM SET autovacuum = on; SELECT pg_reload_conf();';
    return [{ ...common, severity: 'act', what: 'Autovacuum is off on the whole server.', why, statement }];
  }
  const off = tables.filter(({ isAutovacuumOff }) => isAutovacuumOff);
  const found = off.map(({ name, sql }): Finding => {
    const why = 'Nothing clears its dead rows by itself: it grows, and every search in it slows down.';
    const statement = `ALTER TABLE ${sql} RESET (autovacuum_enabled);`;
    return { ...common, severity: 'look', what: `Autovacuum is off for ${name}.`, why, statement };
  });
  return orFine(found, fine('autovacuum', 'Autovacuum is on.', tables.length, 'tables'));
}

function deadRows(tables: readonly TableFacts[]): readonly Finding[] {
  const dead = tables
    .filter(({ deadRows }) => deadRows >= MANY_ROWS)
    .filter((table) => deadShare(table) >= DEAD_SHARE.look);
  const found = dead.map((table): Finding => {
    const { name, sql, deadRows } = table;
    const share = deadShare(table);
    return {
      topic: 'dead rows',
      severity: share >= DEAD_SHARE.act && deadRows >= VERY_MANY_DEAD ? 'act' : 'look',
      what: `${name} has ${counted(deadRows, 'dead row')}, ${percent(share)} of it.`,
      number: deadRows,
      unit: 'rows',
      why: 'They take up room and slow down every search until a vacuum clears them.',
      statement: `VACUUM (ANALYZE) ${sql};`,
    };
  });
  const all = tables.reduce((sum, table) => sum + table.deadRows, 0);
  return orFine(found, fine('dead rows', `Dead rows are few: ${counted(all, 'row')} in all.`, all, 'rows'));
}

function deadShare({ rows, deadRows }: TableFacts): number {
  return deadRows / Math.max(1, rows + deadRows);
}

function staleStatistics(tables: readonly TableFacts[]): readonly Finding[] {
  const stale = tables.filter(
    ({ rows, changedSinceAnalyze }) => changedSinceAnalyze >= Math.max(MANY_ROWS, rows * CHANGED_SHARE),
  );
  const found = stale.map(
    ({ name, sql, changedSinceAnalyze }): Finding => ({
      topic: 'stale statistics',
      severity: 'look',
      what: `${counted(changedSinceAnalyze, 'row')} of ${name} changed since it was last analysed.`,
      number: changedSinceAnalyze,
      unit: 'rows',
      why: 'PostgreSQL chooses how to search it by what was true before, and may choose badly.',
      statement: `ANALYZE ${sql};`,
    }),
  );
  return orFine(found, fine('stale statistics', 'What PostgreSQL knows of the tables is up to date.'));
}

function missingIndexes(tables: readonly TableFacts[], since: Date | undefined, now: Date): readonly Finding[] {
  const days = since ? Math.max(0, now.getTime() - since.getTime()) / DAY_MS : UNKNOWN_DAYS;
  const many = SCANS.first + days * SCANS.aDay;
  const found = tables
    .filter(({ rows, scans, scannedRows }) => rows >= MANY_ROWS && scans >= many && scannedRows / scans >= MANY_ROWS)
    .filter(({ scans, indexScans }) => scans / (scans + indexScans) >= SCANS.share)
    .map(
      ({ name, sql, scans, scannedRows }): Finding => ({
        topic: 'missing indexes',
        severity: 'look',
        what: `${name} was read from beginning to end ${counted(scans, 'time')}, ${counted(Math.round(scannedRows / scans), 'row')} each time.`,
        number: scans,
        unit: 'full reads',
        why: 'An index on the columns that its statements search by would spare that; the slowest statements show which.',
        statement: `CREATE INDEX CONCURRENTLY ON ${sql} (…);`,
      }),
    );
  return orFine(found, fine('missing indexes', 'No large table is often read from beginning to end.'));
}
