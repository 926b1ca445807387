import { expect, test } from 'vitest';
import type { Access } from '../../src/domain/access-change.ts';
import {
  changesNothing,
  countPlan,
  type PresentOrganisation,
  planDigest,
  planImport,
  planWords,
} from '../../src/domain/import-plan.ts';
import type { ModuleKey } from '../../src/domain/module-keys.ts';

const NOW = new Date('2026-05-01T12:00:00Z');
const OPEN: Access = { status: 'active', validUntil: null };
const row = (code: string, modules: ModuleKey[], name = `Airport ${code}`) => ({ line: 2, code, name, modules });

function present(code: string, access: Record<string, Access>): [string, PresentOrganisation] {
  return [code, { id: `id-${code}`, code, name: `Airport ${code}`, access: new Map(Object.entries(access)) }];
}

test('what is missing is created or added, and what is there stays', () => {
  const plan = planImport(
    [row('AAA', ['work']), row('BBB', ['work', 'assets']), row('CCC', ['work']), row('DDD', [], 'Other')],
    new Map([present('BBB', { work: OPEN }), present('CCC', { work: OPEN, assets: OPEN }), present('DDD', {})]),
    NOW,
  );
  expect(plan.create.map(({ code }) => code)).toEqual(['AAA']);
  expect(plan.add).toEqual([{ organisationId: 'id-BBB', code: 'BBB', modules: ['assets'] }]);
  expect(plan.unchanged).toBe(2);
  expect(plan.renamed).toEqual([{ code: 'DDD', here: 'Airport DDD', inFile: 'Other' }]);
  expect(plan.closed).toEqual([]);
  expect(countPlan(plan)).toEqual({ organisations: 1, modules: 1, extended: 1, extraModules: 1 });
});

test('access that was taken away or has ended is not given back', () => {
  const past = new Date('2026-04-30T23:59:59.999Z');
  const later = new Date('2026-05-31T23:59:59.999Z');
  const access: Record<string, Access> = {
    work: { status: 'suspended', validUntil: null },
    assets: { status: 'expired', validUntil: null },
    capacity: { status: 'active', validUntil: past },
    planning: { status: 'active', validUntil: later },
  };
  const plan = planImport(
    [row('AAA', ['work', 'assets', 'capacity', 'planning'])],
    new Map([present('AAA', access)]),
    NOW,
  );
  expect(changesNothing(plan)).toBe(true);
  expect(plan.closed).toEqual([
    { code: 'AAA', moduleKey: 'work', is: 'suspended' },
    { code: 'AAA', moduleKey: 'assets', is: 'ended' },
    { code: 'AAA', moduleKey: 'capacity', is: 'ended' },
  ]);
});

test('the digest moves with what would be done, and with nothing else', () => {
  const rows = [row('AAA', ['work']), row('BBB', ['work', 'assets'])];
  const digest = (...organisations: [string, PresentOrganisation][]) =>
    planDigest(planImport(rows, new Map(organisations), NOW));
  const first = digest(present('BBB', { work: OPEN }));
  expect(digest(present('BBB', { work: { status: 'suspended', validUntil: null } }))).toBe(first);
  expect(digest(present('BBB', { assets: OPEN }))).not.toBe(first);
  expect(digest(present('BBB', { work: OPEN }), present('AAA', {}))).not.toBe(first);
  expect(digest()).not.toBe(first);
});

test.each([
  [{ organisations: 17_576, modules: 0, extended: 0, extraModules: 0 }, 'import 17,576 organisations'],
  [{ organisations: 0, modules: 0, extended: 9, extraModules: 14 }, 'add 14 modules to 9 organisations'],
  [{ organisations: 1, modules: 3, extended: 1, extraModules: 1 }, 'import 1 organisation and add 1 module to 1 other'],
  [{ organisations: 0, modules: 0, extended: 0, extraModules: 0 }, ''],
])('a plan of %o is “%s”', (counts, words) => {
  expect(planWords(counts)).toBe(words);
});
