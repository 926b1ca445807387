import { expect, test } from 'vitest';
import type { DatabaseFacts, TableFacts } from '../../src/domain/database-facts.ts';
import type { Finding } from '../../src/domain/database-finding.ts';
import { drawReport } from '../../src/faces/slack/draw-report.ts';
import { databaseReport } from '../../src/ops/database/database-report.ts';
import { dbReport } from '../../src/ops/db-report.ts';
import { messageComplaints } from '../../workbench/slack/complaints.ts';

const MOMENT = { now: new Date('2026-11-22T12:00:00Z'), timeZone: 'UTC' };
const NAME = `work.${'a_very_long_name_of_a_partition_'.repeat(2)}`;
const table = (place: number): TableFacts => ({
  ...{ name: `${NAME}${place}`, sql: `${NAME}${place}`, heapBytes: 1e9 - place, indexBytes: 0, toastBytes: 0 },
  ...{ isHeld: place === 3, rows: 1e6, deadRows: 0, changedSinceAnalyze: 0, isAutovacuumOff: false, scans: 0 },
  ...{ scannedRows: 0, indexScans: 0, transactionAge: 0 },
});
const finding = (place: number): Finding => ({
  ...{ topic: 'dead rows', severity: place < 2 ? 'act' : 'look', what: `${NAME}${place} is wrong.`, number: place },
  ...{ unit: 'rows', why: 'It matters. '.repeat(10), statement: `VACUUM "${NAME}";` },
});
const unread = { unread: 'It could not be read. CapOps’ user lacks the right to it.' };
const facts: DatabaseFacts = {
  overview: unread,
  tables: { facts: Array.from({ length: 3000 }, (_, place) => table(place)) },
  ...{ indexes: unread, foreignKeys: unread, activity: unread, sequences: unread, slots: unread },
  statements: {
    facts: {
      slowest: [{ statement: 'SELECT 1 '.repeat(40), calls: 3, totalMs: 7_200_000, rows: 1, share: 0.999 }],
      mostFrequent: [],
    },
  },
};
const many = { facts, findings: Array.from({ length: 60 }, (_, place) => finding(place)), growth: undefined };

test('whatever there is, Slack takes the report and each reply', () => {
  const desk = { service: { find: () => undefined }, ports: { settings: { environment: 'production' } } };
  const { thread = [], ...report } = databaseReport(many, MOMENT);
  for (const one of [report, ...thread])
    expect(messageComplaints(drawReport(desk as never, { operation: dbReport, raw: {} }, one).blocks)).toEqual([]);
});

test('urgent ones are all told at once, ten to look at beside them, the rest behind; and what could not be read', () => {
  const { title, tone, parts = [], thread = [] } = databaseReport(many, MOMENT);
  expect([title, tone]).toEqual(['The database answers; 2 things to act on, 58 things to look at.', 'attention']);
  expect(parts[0]).toMatchObject({ kind: 'list' });
  expect(parts[0]?.kind === 'list' && parts[0].items).toHaveLength(12);
  expect(parts.filter((part) => part.kind === 'note' && part.text === unread.unread)).toHaveLength(6);
  expect(thread[0]?.title).toBe('48 more things to look at');
});

test('bars have names that fit, no two the same', () => {
  const chart = databaseReport(many, MOMENT).parts?.find((part) => part.kind === 'chart');
  const labels = chart?.kind === 'chart' ? chart.labels : [];
  expect(new Set(labels).size).toBe(10);
  expect(labels.every((label) => label.length <= 20)).toBe(true);
});

test('bars are called as their tables are, with the schema only where two are called the same, in a unit that fits', () => {
  const named = ['entitlement.entitlements', 'work.items', 'assets.items', 'public.items'].map((name) => ({
    ...{ ...table(0), name, heapBytes: 24_600 },
  }));
  const small = { ...many, facts: { ...facts, tables: { facts: named } } };
  expect(databaseReport(small, MOMENT).parts?.find((part) => part.kind === 'chart')).toMatchObject({
    title: 'The largest tables (KB)',
    labels: ['entitlements', 'work.items', 'assets.items', 'items'],
    series: [{ values: [24.6, 24.6, 24.6, 24.6] }],
  });
});

test('a large table that somebody holds has a star, with what it means', () => {
  const sizes = databaseReport(many, MOMENT).thread?.find(({ title }) => title.startsWith('Sizes'));
  expect(JSON.stringify(sizes)).toContain(`${NAME}3 *`);
  expect(JSON.stringify(sizes)).toContain('* Somebody holds a lock on it');
  expect(JSON.stringify(sizes)).toContain('2,970 smaller tables not shown.');
});

test('where nothing is wrong it says so in one line', () => {
  const calm = databaseReport({ ...many, findings: [] }, MOMENT);
  expect(calm.title).toBe('The database answers; nothing needs you.');
});
