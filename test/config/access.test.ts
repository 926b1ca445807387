import { describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../src/ops/index.ts';
import { checkSchedule } from '../../src/ops/scheduling/check-schedule.ts';
import { load, refusal } from './loading.ts';

const file = (section: string, slack = 'announcements: C01') => ({
  'capops.yml': `environment: staging\ntime_zone: Europe/London\nslack: { ${slack} }\n${section}\n`,
});
const settings = (section: string, slack?: string) => load({}, file(section, slack)).settings;
const entries = (section: string, slack?: string) =>
  settings(section, slack).policy?.schedule.filter(({ operation }) => operation.includes('access'));

describe('the section access in capops.yml', () => {
  test('is what has access that ends looked after', () => {
    expect(settings('').access).toBeUndefined();
    expect(settings('').policy?.byItself).toBeUndefined();
    expect(settings('access: {}').access).toEqual({ remindDaysBefore: [30, 7, 1], channel: 'C01' });
    expect(settings('access: {}').policy?.byItself).toEqual(['expire-access']);
  });

  test('names its own days, the most first, and its own channel', () => {
    expect(settings('access: { remind_days_before: [3, 14, 3], channel: C02 }').access).toEqual({
      remindDaysBefore: [14, 3],
      channel: 'C02',
    });
    expect(settings('access: { remind_days_before: [] }').access?.remindDaysBefore).toEqual([]);
  });

  test('brings the weekly review and the monthly summary, where a channel hears of them', () => {
    expect(entries('')).toEqual([]);
    expect(entries('access: {}', 'audit: C09')).toEqual([]);
    expect(entries('access: { channel: C02 }', 'audit: C09')).toMatchObject([
      { name: 'access-review', operation: 'open-access-review', cron: '0 9 * * 1', timeZone: 'Europe/London' },
      { name: 'access-summary', operation: 'access-summary', cron: '0 9 1 * *', channel: 'C02' },
    ]);
  });

  test('schedules only what can run by itself', () => {
    const clock = { now: () => new Date() };
    expect(() => checkSchedule({ settings: settings('access: {}'), clock }, OPERATIONS)).not.toThrow();
    expect(OPERATIONS.map(({ name }) => name)).toEqual(
      expect.arrayContaining([...(settings('access: {}').policy?.byItself ?? ['none'])]),
    );
  });

  test('gives way to entries of the same names', () => {
    const own = 'schedule:\n  - { name: access-review, cron: 0 9 1 * *, operation: open-access-review }';
    expect(entries(`access: {}\n${own}`)).toMatchObject([{ cron: '0 9 1 * *' }, { name: 'access-summary' }]);
  });

  test.each([
    ['{ remind_days_before: 7 }', 'access.remind_days_before: found 7. Allowed: a list of whole numbers of days'],
    ['{ remind_days_before: [0] }', 'access.remind_days_before[0]: found 0. Allowed: a list of whole numbers of days'],
    ['{ remind_days_before: [400] }', 'found 400. Allowed: a list of whole numbers of days from 1 to 366'],
    ['{ channel: general }', 'access.channel: found “general”. Allowed: a Slack channel’s id'],
    ['{ remind: [7] }', '“remind” is not a setting.'],
  ])('refuses %s with the start', (wrong, said) => {
    expect(refusal({}, file(`access: ${wrong}`))).toContain(said);
  });
});
