import { describe, expect, test } from 'vitest';
import { load, refusal } from './loading.ts';

const HEAD = 'environment: staging\ntime_zone: Europe/London\nslack: { announcements: C01 }\nschedule:\n';
const HOUR_MS = 3_600_000;

const scheduled = (entries: string, head = HEAD) =>
  load({}, { 'capops.yml': head + entries }).settings.policy?.schedule;
const faultOf = (entries: string) => refusal({}, { 'capops.yml': HEAD + entries });

describe('the schedule in capops.yml', () => {
  test('takes zone and channel from the file where an entry names none, and catches up for an hour', () => {
    expect(scheduled('  - { name: a, cron: 0 9 * * 1, operation: list-orgs }')?.[0]).toEqual({
      name: 'a',
      cron: '0 9 * * 1',
      timeZone: 'Europe/London',
      operation: 'list-orgs',
      input: {},
      channel: 'C01',
      catchUpMs: HOUR_MS,
    });
    const own =
      'cron: "*/5 * * * *", operation: x, time_zone: Asia/Kolkata, channel: C02, input: { expiring: 30 }, catch_up: 2d';
    expect(scheduled(`  - { name: a, ${own} }`)?.[0]).toMatchObject({
      timeZone: 'Asia/Kolkata',
      channel: 'C02',
      input: { expiring: 30 },
      catchUpMs: 48 * HOUR_MS,
    });
  });

  test.each([
    ['cron: 0 9 * *', 'schedule[0].cron: found “0 9 * *”. Allowed: a cron expression of five fields'],
    ['cron: 0 0 9 * * 1', 'schedule[0].cron: found “0 0 9 * * 1”. Allowed: a cron expression of five fields'],
    ['cron: 0 25 * * *', 'schedule[0].cron: found “0 25 * * *”'],
    ['cron: 0 0 30 2 *', 'this one never comes'],
    ['cron: "@daily"', 'schedule[0].cron: found “@daily”'],
    ['cron: 0 9 * * *, time_zone: Europe/Londn', 'schedule[0].time_zone: found “Europe/Londn”'],
    ['cron: 0 9 * * *, catch_up: soon', 'schedule[0].catch_up: found “soon”. Allowed: how late it may still run'],
    ['cron: 0 9 * * *, catch_up: 0m', 'schedule[0].catch_up: found “0m”'],
    ['cron: 0 9 * * *, catch_up: 8d', 'schedule[0].catch_up: found “8d”'],
    ['cron: 0 9 * * *, chanel: C01', '“chanel” is not a setting. Did you mean “channel”?'],
    ['cron: 0 9 * * *, channel: ops', 'schedule[0].channel: found “ops”'],
  ])('refuses %s with the start', (wrong, said) => {
    expect(faultOf(`  - { name: a, operation: list-orgs, ${wrong} }`)).toContain(said);
  });

  test('refuses a name that two entries have, or that cannot be typed', () => {
    const entry = (name: string) => `  - { name: ${name}, cron: 0 9 * * 1, operation: list-orgs }\n`;
    expect(faultOf(entry('a') + entry('b') + entry('a'))).toContain(
      'schedule[2].name: found “a”. Allowed: a name that',
    );
    expect(faultOf(entry('"Weekly ends"'))).toContain('schedule[0].name: found “Weekly ends”');
  });
});

describe('the nightly anchor of the audit', () => {
  const file = (slack: string) => `environment: staging\ntime_zone: Europe/London\nslack: { ${slack} }\nschedule:\n`;
  const anchor = (entries: string, slack: string) =>
    scheduled(entries, file(slack))?.filter(({ name }) => name === 'audit-anchor');
  const OTHER = '  - { name: a, cron: 0 9 * * 1, operation: list-orgs }\n';

  test('is there by itself, in the audit channel, or else where changes are announced', () => {
    const nightly = {
      name: 'audit-anchor',
      cron: '5 0 * * *',
      timeZone: 'Europe/London',
      operation: 'audit-anchor',
      input: {},
      catchUpMs: 24 * HOUR_MS,
    };
    expect(anchor('  []', 'announcements: C01, audit: C09')).toEqual([{ ...nightly, channel: 'C09' }]);
    expect(anchor('  []', 'announcements: C01')).toEqual([{ ...nightly, channel: 'C01' }]);
    expect(load({}, { 'capops.yml': file('audit: C09').replace('schedule:\n', '') }).settings.auditChannel).toBe('C09');
  });

  test('is not there where nobody would get it', () => {
    expect(scheduled(OTHER, file(''))?.map(({ name }) => name)).toEqual(['a']);
  });

  test('gives way to an entry of the same name', () => {
    const own = '  - { name: audit-anchor, cron: 0 12 * * *, operation: audit-anchor, channel: C02 }\n';
    expect(scheduled(own, file('audit: C09'))).toMatchObject([{ cron: '0 12 * * *', channel: 'C02' }]);
  });
});

describe('the digest', () => {
  test('comes by itself on weekdays at 08:00, where changes are announced; else not at all', () => {
    const digest = (slack: string) =>
      scheduled('  []', `environment: staging\ntime_zone: Europe/London\nslack: { ${slack} }\nschedule:\n`)?.find(
        ({ operation }) => operation === 'digest',
      );
    expect(digest('announcements: C01')).toEqual({
      name: 'digest',
      cron: '0 8 * * 1-5',
      timeZone: 'Europe/London',
      operation: 'digest',
      input: {},
      channel: 'C01',
      catchUpMs: 4 * HOUR_MS,
    });
    expect(digest('audit: C09')).toBeUndefined();
  });
});

test('the database report comes by itself on the first of the month at 09:30, where changes are announced; else not at all', () => {
  const report = (slack: string) =>
    scheduled('  []', `environment: staging\ntime_zone: Europe/London\nslack: { ${slack} }\nschedule:\n`)?.find(
      ({ operation }) => operation === 'db-report',
    );
  expect(report('announcements: C01')).toMatchObject({ name: 'db-report', cron: '30 9 1 * *', channel: 'C01' });
  expect(report('audit: C09')).toBeUndefined();
});

describe('the nightly backup', () => {
  const file = (more: string) =>
    `environment: staging\ntime_zone: Europe/London\nslack: { announcements: C01 }\n${more}`;
  const nightly = (more: string) =>
    load({}, { 'capops.yml': file(more) }).settings.policy?.schedule.filter(({ name }) => name === 'nightly-backup');

  test('is there by itself at 02:00 where the file speaks of backups, and told where changes are', () => {
    expect(nightly('backups: {}')).toEqual([
      {
        name: 'nightly-backup',
        cron: '0 2 * * *',
        timeZone: 'Europe/London',
        operation: 'nightly-backup',
        input: {},
        channel: 'C01',
        catchUpMs: 12 * HOUR_MS,
      },
    ]);
    expect(nightly('')).toEqual([]);
  });

  test('gives way to an entry of the same name', () => {
    const own = '  - { name: nightly-backup, cron: 30 3 * * *, operation: nightly-backup }\n';
    expect(nightly(`backups: {}\nschedule:\n${own}`)).toMatchObject([{ cron: '30 3 * * *', catchUpMs: HOUR_MS }]);
  });
});
