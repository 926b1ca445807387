import { describe, expect, test } from 'vitest';
import type { DatabaseFacts, DatabaseOverview, IndexFacts, TableFacts } from '../../src/domain/database-facts.ts';
import type { Topic } from '../../src/domain/database-finding.ts';
import { databaseFindings } from '../../src/domain/database-findings.ts';

const HERE = { now: new Date('2026-11-22T12:00:00Z'), timeZone: 'Europe/London' };
const DAY_MS = 86_400_000;
const OVERVIEW: DatabaseOverview = {
  ...{ database: 'airport', version: '16.4', bytes: 1e9, isStandby: false, blocksHit: 1e7, blocksRead: 1e4 },
  ...{ deadlocks: 0, temporaryBytes: 0, isAutovacuumOn: true, freezeMaxAge: 2e8 },
  transactionAges: [{ database: 'airport', age: 1e8, rowLockAge: 0 }],
};
const TABLE: TableFacts = {
  ...{ name: 'public.t', sql: 'public.t', heapBytes: 1e8, indexBytes: 0, toastBytes: 0, isHeld: false, rows: 1e6 },
  ...{ deadRows: 0, changedSinceAnalyze: 0, isAutovacuumOff: false, scans: 0, scannedRows: 0, indexScans: 0 },
  transactionAge: 1e8,
};
const INDEX: IndexFacts = {
  ...{ name: 'public.i', sql: 'public.i', table: { name: 'public.t', sql: 'public.t' }, bytes: 2e6, scans: 1 },
  ...{ isNeeded: false, isUnique: false, isValid: true, isBeingMade: false, isPartitioned: false, method: 'btree' },
  ...{ keys: ['1 1978 0 0'], included: [], more: '' },
};
const FACTS: DatabaseFacts = {
  overview: { facts: OVERVIEW },
  tables: { facts: [] },
  indexes: { facts: [] },
  foreignKeys: { facts: [] },
  activity: { facts: { limit: 100, byState: {}, transactions: [] } },
  sequences: { facts: { known: [], hidden: 0 } },
  slots: { facts: [] },
  statements: { unread: 'not there' },
};

const about = (topic: Topic, facts: Partial<DatabaseFacts>) =>
  databaseFindings({ ...FACTS, ...facts }, HERE).filter((finding) => finding.topic === topic);
const severities = (topic: Topic, facts: Partial<DatabaseFacts>) => about(topic, facts).map(({ severity }) => severity);
const overview = (more: Partial<DatabaseOverview>) => ({ overview: { facts: { ...OVERVIEW, ...more } } });
const tables = (...all: Partial<TableFacts>[]) => ({ tables: { facts: all.map((more) => ({ ...TABLE, ...more })) } });
const indexes = (...all: Partial<IndexFacts>[]) => ({
  indexes: { facts: all.map((more, place) => ({ ...INDEX, name: `i${place}`, sql: `i${place}`, ...more })) },
});

describe('what is found in a database', () => {
  test('a healthy one has one fine finding a subject, and nothing else', () => {
    const findings = databaseFindings({ ...FACTS, ...tables({}), ...indexes({}) }, HERE);
    expect(findings.map(({ severity }) => severity)).toEqual(Array(14).fill('fine'));
    expect(new Set(findings.map(({ topic }) => topic)).size).toBe(14);
  });

  test('what could not be read has none, and hides nothing else', () => {
    const unread = { unread: 'no' };
    const nothing = Object.fromEntries(Object.keys(FACTS).map((name) => [name, unread])) as unknown as DatabaseFacts;
    expect(databaseFindings(nothing, HERE)).toEqual([]);
    expect(databaseFindings({ ...nothing, slots: { facts: [] } }, HERE)).toHaveLength(1);
  });

  test('every finding that is not fine has a number, a reason and a sentence', () => {
    const worst = {
      ...overview({ isAutovacuumOn: false, blocksRead: 1e7 }),
      ...tables({ deadRows: 1e6, changedSinceAnalyze: 1e6 }),
      ...indexes({ scans: 0 }, { isValid: false }),
    };
    for (const { what, why, number, severity } of databaseFindings({ ...FACTS, ...worst }, HERE)) {
      expect(what).toMatch(/^\S.*\.$/);
      expect(Number.isFinite(number)).toBe(true);
      expect(why === '').toBe(severity === 'fine');
    }
  });

  test.each([
    [299_999_999, 'fine'],
    [300_000_000, 'look'],
    [2 ** 30, 'act'],
  ])('transaction numbers: %d is %s', (age, severity) => {
    expect(
      severities('wraparound', overview({ transactionAges: [{ database: 'airport', age, rowLockAge: 0 }] })),
    ).toEqual([severity]);
    expect(
      severities('wraparound', overview({ transactionAges: [{ database: 'airport', age: 0, rowLockAge: age }] })),
    ).toEqual([severity]);
  });

  test('the worst database of the server counts, and the oldest table is the one to freeze', () => {
    const ages = [
      { database: 'other', age: 2e9, rowLockAge: 0 },
      { database: 'airport', age: 1e9, rowLockAge: 0 },
    ];
    const all = tables({ sql: 'a' }, { sql: 'b', transactionAge: 9e8 });
    expect(about('wraparound', { ...overview({ transactionAges: ages }), ...all })[0]?.statement).toBe(
      'VACUUM (FREEZE); -- in other',
    );
    expect(about('wraparound', { ...overview({ transactionAges: ages.slice(1) }), ...all })[0]?.statement).toBe(
      'VACUUM (FREEZE) b;',
    );
  });

  test.each([
    [69, 'fine'],
    [70, 'look'],
    [90, 'act'],
  ])('%d of 100 connections is %s', (active, severity) => {
    const activity = { facts: { limit: 100, byState: { active: active - 1, 'not shown': 1 }, transactions: [] } };
    expect(severities('connections', { activity })).toEqual([severity]);
  });

  test('a transaction of an hour is to be acted on; a prepared one is rolled back', () => {
    const one = { user: 'prisma', program: 'api', state: 'active', statement: '', ending: 'END;', pid: 7 };
    const { pid: _, ...prepared } = { ...one, state: 'prepared', ageSeconds: 4000 };
    const transactions = [{ ...one, ageSeconds: 3599 }, { ...one, ageSeconds: 3600, idleSeconds: 600 }, prepared];
    expect(
      about('long transactions', { activity: { facts: { limit: 100, byState: {}, transactions } } }),
    ).toMatchObject([
      {
        severity: 'act',
        what: 'A transaction of prisma (api), process 7, has lasted for 60 minutes: idle for 10 minutes.',
      },
      { severity: 'act', what: 'A prepared transaction of prisma (api) has waited for 66 minutes.' },
      { severity: 'look', what: 'A transaction of prisma (api), process 7, has lasted for 59 minutes: active.' },
    ]);
  });

  test.each([
    [1_610_612_735, 'fine'],
    [1_610_612_736, 'look'],
    [1_932_735_284, 'act'],
  ])('a sequence of whole numbers at %d is %s', (last, severity) => {
    const known = [{ name: 's', sql: 's', last, limit: 2_147_483_647, type: 'integer' }];
    expect(severities('sequences', { sequences: { facts: { known, hidden: 0 } } })).toEqual([severity]);
  });

  test('replication slots: by what they keep, and by what is lost', () => {
    const slot = { name: 's', isActive: false, state: 'reserved', heldBytes: 0, dropping: 'DROP;' };
    const of = (more: object) => severities('replication slots', { slots: { facts: [{ ...slot, ...more }] } });
    expect([of({}), of({ heldBytes: 1e8 }), of({ heldBytes: 1e10 }), of({ state: 'lost' })].flat()).toEqual([
      'fine',
      'look',
      'act',
      'act',
    ]);
  });

  test('dead rows count where they are many, and a good part of the table', () => {
    const of = (rows: number, deadRows: number) => severities('dead rows', tables({ rows, deadRows }));
    expect([of(0, 9999), of(1e6, 2e5), of(8e5, 2e5), of(1e5, 99_999), of(1e5, 1e5)].flat()).toEqual([
      'fine',
      'fine',
      'look',
      'look',
      'act',
    ]);
  });

  test('full reads count by how long they have been counted', () => {
    const scanned = { scans: 400, scannedRows: 400e6, indexScans: 0 };
    const since = (days: number) => overview({ countingSince: new Date(HERE.now.getTime() - days * DAY_MS) });
    const of = (days: number, more = {}) =>
      severities('missing indexes', { ...since(days), ...tables({ ...scanned, ...more }) });
    expect(
      [of(35), of(36), of(1, { indexScans: 7601 }), of(1, { scannedRows: 400 * 9999 }), of(1, { rows: 9999 })].flat(),
    ).toEqual(['look', 'fine', 'fine', 'fine', 'fine']);
  });

  test('an index is of no use where it was not used for a week, is large, and enforces nothing', () => {
    const of = (more: Partial<IndexFacts>, days = 8) =>
      about('unused indexes', {
        ...overview({ countingSince: new Date(HERE.now.getTime() - days * DAY_MS) }),
        ...indexes({ scans: 0, ...more }),
      });
    expect(of({})).toMatchObject([{ severity: 'look', what: 'The index i0 was not used since 14 Nov 2026 (2.0 MB).' }]);
    for (const more of [{ isNeeded: true }, { bytes: 1e6 }, { isPartitioned: true }, { scans: 1 }])
      expect(of(more)).toMatchObject([{ severity: 'fine' }]);
    expect(of({}, 6)).toMatchObject([{ severity: 'fine', what: expect.stringContaining('Too early to tell') }]);
  });

  test.each<[string, Partial<IndexFacts>[], string[]]>([
    ['of two the same the older stays', [{}, {}], ['DROP INDEX CONCURRENTLY i1;']],
    ['of three the same one stays', [{}, {}, {}], ['DROP INDEX CONCURRENTLY i2;', 'DROP INDEX CONCURRENTLY i1;']],
    ['the one that enforces something stays', [{}, { isNeeded: true }], ['DROP INDEX CONCURRENTLY i0;']],
    ['a beginning goes', [{}, { keys: ['1 1978 0 0', '2 1978 0 0'] }], ['DROP INDEX CONCURRENTLY i0;']],
    ['not of another kind', [{ method: 'hash' }, { keys: ['1 1978 0 0', '2 1978 0 0'], method: 'hash' }], []],
    ['not in another direction', [{}, { keys: ['1 1978 0 3'] }], []],
    ['not with another condition', [{}, { more: 'where (a > 1)' }], []],
    [
      'not the beginning of expressions',
      [
        { keys: ['0 1978 0 0'], more: 'x' },
        { keys: ['0 1978 0 0', '0 1978 0 0'], more: 'x' },
      ],
      [],
    ],
    ['not one that carries more', [{ included: ['5'] }, {}], ['DROP INDEX CONCURRENTLY i1;']],
    ['not where the other is half made', [{}, { isValid: false }], []],
    ['not parts of another', [{ isPartitioned: true }, { isPartitioned: true }], []],
  ])('duplicates: %s', (_, all, dropped) => {
    const found = about('duplicate indexes', indexes(...all)).flatMap(({ statement }) => statement ?? []);
    expect(found).toEqual(dropped);
  });

  test('of a duplicate and the one that does its work neither is told as unused', () => {
    const both = indexes({ scans: 0 }, { scans: 0 }, { scans: 0, keys: ['9 1978 0 0'] });
    expect(about('unused indexes', both).map(({ statement }) => statement)).toEqual(['DROP INDEX CONCURRENTLY i2;']);
  });

  test('memory: below 95 of 100 found there is looked at, where enough was read to tell', () => {
    const of = (blocksHit: number, blocksRead: number) => about('cache', overview({ blocksHit, blocksRead }));
    expect(of(95_000, 5000)).toMatchObject([
      { severity: 'fine', what: '95 % of what was read came from the server’s memory.' },
    ]);
    expect(of(94_900, 5100)).toMatchObject([{ severity: 'look', number: 94.9 }]);
    expect(of(0, 99_999)).toMatchObject([{ severity: 'fine', what: expect.stringContaining('Too little was read') }]);
  });
});
