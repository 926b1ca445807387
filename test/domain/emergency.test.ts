import { expect, test } from 'vitest';
import { type EmergencyTrace, isLater, openingsIn, readWish, traceReason } from '../../src/domain/emergency.ts';

test.each([
  ['nobody can log in', 'nobody can log in', undefined],
  ['nobody can log in for 4h', 'nobody can log in', 4],
  ['for 12h, because nobody can log in', 'nobody can log in', 12],
  ['because it is dark, for 30h', 'it is dark', 30],
  ['locked out for 3 hours', 'locked out for 3 hours', undefined],
  ['for 4hours of fun', 'for 4hours of fun', undefined],
])('“%s” is why, and for how long where it says so', (typed, why, hours) => {
  expect(readWish(typed)).toEqual({ why, hours });
});

test('no end is later than any', () => {
  const noon = new Date('2026-11-22T12:00:00Z');
  expect([isLater(null, noon), isLater(noon, null), isLater(null, null), isLater(noon, noon)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

const RUN = '0b5c0f44-58a4-4b66-9e4c-2f6a6a3ad6c1';
const row = (at: string, more: Partial<EmergencyTrace> = {}): EmergencyTrace => ({
  moduleKey: 'work',
  by: 'cli:root@desk',
  at: new Date(at),
  reason: null,
  status: 'active',
  until: new Date('2026-11-23T00:00:00Z'),
  ...more,
});

test('what one person opens by hand, module by module, is one opening; each run of ours is one', () => {
  const ours = { by: 'slack:U0OMAR', reason: traceReason('it is dark', RUN) };
  const trail = [
    row('2026-11-22T12:00:00Z', { reason: 'Granted through CapOps' }),
    row('2026-11-22T12:01:00Z', { moduleKey: 'assets', until: new Date('2026-11-24T00:00:00Z') }),
    row('2026-11-22T12:02:00Z', { status: 'suspended' }),
    row('2026-11-22T12:03:00Z', { until: new Date('2026-11-22T12:00:00Z') }),
    row('2026-11-22T12:04:00Z', ours),
    row('2026-11-22T12:04:00Z', { ...ours, moduleKey: 'assets' }),
  ];
  expect(openingsIn(trail)).toEqual([
    {
      by: 'cli:root@desk',
      at: new Date('2026-11-22T12:00:00Z'),
      why: 'Granted through CapOps',
      until: new Date('2026-11-24T00:00:00Z'),
      runId: undefined,
      isOurs: false,
    },
    {
      by: 'slack:U0OMAR',
      at: new Date('2026-11-22T12:04:00Z'),
      why: 'it is dark',
      until: new Date('2026-11-23T00:00:00Z'),
      runId: RUN,
      isOurs: true,
    },
  ]);
});
