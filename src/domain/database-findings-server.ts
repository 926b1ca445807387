import { lastingWords } from './age-words.ts';
import { showBytes } from './bytes.ts';
import { counted } from './counted.ts';
import {
  type Activity,
  type DatabaseFacts,
  type DatabaseOverview,
  type LongTransaction,
  readOr,
  type SequenceFacts,
  type Sequences,
  type SlotFacts,
  type TableFacts,
} from './database-facts.ts';
import { type Finding, fine, orFine, percent, type Severity } from './database-finding.ts';

/** PostgreSQL takes no more changes when a database is so many transactions old. */
const END_OF_NUMBERS = 2 ** 31;
const OLD = { look: 1.5, act: 2 ** 30 };
const FULL = { look: 0.7, act: 0.9 };
const USED_UP = { look: 0.75, act: 0.9 };
const HOUR_SECONDS = 3600;
const HELD_BYTES = { look: 1e8, act: 1e10 };
const ENOUGH_BLOCKS = 100_000;
const GOOD_HIT_SHARE = 0.95;

/** How the server is: what runs out, what holds others up, how much it reads from its disk. */
export function serverFindings(facts: DatabaseFacts): Finding[] {
  const overview = readOr(facts.overview, undefined);
  const activity = readOr(facts.activity, undefined);
  const sequences = readOr(facts.sequences, undefined);
  const slots = readOr(facts.slots, undefined);
  return [
    ...(overview ? [wraparound(overview, readOr(facts.tables, []))] : []),
    ...(activity ? [connections(activity), ...transactions(activity)] : []),
    ...(sequences ? runningOut(sequences) : []),
    ...(slots ? holding(slots) : []),
    ...(overview ? [cache(overview)] : []),
  ];
}

function wraparound(
  { transactionAges, freezeMaxAge, database: own }: DatabaseOverview,
  tables: readonly TableFacts[],
): Finding {
  const ages = transactionAges.map(({ database, age, rowLockAge }) => ({ database, age: Math.max(age, rowLockAge) }));
  const { database, age } = ages.toSorted((a, b) => b.age - a.age)[0] ?? { database: own, age: 0 };
  const what = `The database ${database} has used ${percent(age / END_OF_NUMBERS)} of its transaction numbers (${age.toLocaleString('en-GB')}).`;
  const severity = severityOf(age, { look: Math.min(freezeMaxAge * OLD.look, OLD.act), act: OLD.act });
  if (severity === 'fine') return fine('wraparound', what, age, 'transactions');
  const oldest = tables.toSorted((a, b) => b.transactionAge - a.transactionAge)[0];
  const statement =
    database === own && oldest ? `VACUUM (FREEZE) ${oldest.sql};` : `VACUUM (FREEZE); -- in ${database}`;
  const why =
    'When they are used up, the server takes no more changes; a vacuum gives them back, and does not keep up.';
  return { topic: 'wraparound', severity, what, number: age, unit: 'transactions', why, statement };
}

function connections({ limit, byState }: Activity): Finding {
  const used = Object.values(byState).reduce((sum, count) => sum + count, 0);
  const idle = byState.idle ?? 0;
  const what = `${used} of ${limit} connections are in use, ${idle} of them idle.`;
  const severity = severityOf(used / Math.max(1, limit), FULL);
  if (severity === 'fine') return fine('connections', what, used, 'connections');
  const why = 'When none is left, nobody gets in, and the platform answers with errors.';
  const statement =
    'SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;';
  return { topic: 'connections', severity, what, number: used, unit: 'connections', why, statement };
}

function transactions({ transactions: long }: Activity): readonly Finding[] {
  const found = long.map((one): Finding => {
    const { ageSeconds, ending } = one;
    return {
      topic: 'long transactions',
      severity: ageSeconds >= HOUR_SECONDS ? 'act' : 'look',
      what: transactionWords(one),
      number: Math.round(ageSeconds),
      unit: 'seconds',
      why: 'While it lasts, its locks hold others up and no vacuum clears what was deleted since it began. Ask whoever it belongs to first.',
      statement: ending,
    };
  });
  return orFine(found, fine('long transactions', 'No transaction lasts long.'));
}

function transactionWords({ pid, user, program, state, ageSeconds, idleSeconds }: LongTransaction): string {
  const who = [user || 'an unknown user', program && `(${program})`].filter(Boolean).join(' ');
  if (pid === undefined) return `A prepared transaction of ${who} has waited for ${spanWords(ageSeconds)}.`;
  const doing = idleSeconds === undefined ? state : `idle for ${spanWords(idleSeconds)}`;
  return `A transaction of ${who}, process ${pid}, has lasted for ${spanWords(ageSeconds)}: ${doing}.`;
}

function spanWords(seconds: number): string {
  return seconds < 120 ? counted(Math.round(seconds), 'second') : lastingWords(seconds * 1000);
}

function runningOut({ known, hidden }: Sequences): readonly Finding[] {
  const found = known.flatMap((sequence): Finding[] => {
    const { name, last, limit, column } = sequence;
    const severity = severityOf(last / limit, USED_UP);
    if (severity === 'fine') return [];
    const of = column ? ` of ${column.table.name}.${column.name}` : '';
    return [
      {
        topic: 'sequences',
        severity,
        what: `The sequence ${name}${of} has used ${percent(last / limit)} of its numbers (${last.toLocaleString('en-GB')}).`,
        number: last,
        unit: 'numbers',
        why: 'When they are used up, nothing can be added there any more. The change locks the table while it lasts.',
        statement: widening(sequence),
      },
    ];
  });
  return orFine(
    found,
    fine(
      'sequences',
      hidden > 0
        ? `No sequence that CapOps may read is near its end; ${hidden} it may not.`
        : 'No sequence is near its end.',
    ),
  );
}

function widening({ sql, column, type }: SequenceFacts): string {
  const sequence = type === 'bigint' ? `ALTER SEQUENCE ${sql} NO MAXVALUE;` : `ALTER SEQUENCE ${sql} AS bigint;`;
  if (!column || column.type === 'bigint') return sequence;
  return `ALTER TABLE ${column.table.sql} ALTER COLUMN ${column.sql} TYPE bigint; ${sequence}`;
}

function holding(slots: readonly SlotFacts[]): readonly Finding[] {
  const found = slots.flatMap(({ name, isActive, state, heldBytes, dropping }): Finding[] => {
    const isLost = state === 'unreserved' || state === 'lost';
    const severity = isLost ? 'act' : severityOf(heldBytes, HELD_BYTES);
    if (severity === 'fine') return [];
    const held = isLost ? 'has lost what it was to read' : `keeps ${showBytes(heldBytes)} of the server’s log`;
    const why =
      'What its reader does not read stays on the disk until the disk is full. Drop it only if its reader is gone for good.';
    const what = `The replication slot ${name} ${held}, and ${isActive ? 'is being read' : 'nobody reads it'}.`;
    return [{ topic: 'replication slots', severity, what, number: heldBytes, unit: 'bytes', why, statement: dropping }];
  });
  return orFine(found, fine('replication slots', `No replication slot keeps much (${slots.length} there).`));
}

function cache({ blocksHit, blocksRead }: DatabaseOverview): Finding {
  const all = blocksHit + blocksRead;
  if (all < ENOUGH_BLOCKS)
    return fine('cache', 'Too little was read to say how much of it came from memory.', all, 'blocks');
  const share = blocksHit / all;
  const number = Math.round(share * 1000) / 10;
  const what = `${number} % of what was read came from the server’s memory.`;
  if (share >= GOOD_HIT_SHARE) return fine('cache', what, number, 'per cent');
  const why =
    'The rest was asked of the disk, which is slower: the server has too little memory for what is read, or reads too much.';
  return { topic: 'cache', severity: 'look', what, number, unit: 'per cent', why, statement: 'SHOW shared_buffers;' };
}

function severityOf(value: number, { look, act }: { readonly look: number; readonly act: number }): Severity {
  if (value >= act) return 'act';
  return value >= look ? 'look' : 'fine';
}
