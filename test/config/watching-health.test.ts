import { describe, expect, test } from 'vitest';
import { load, refusal } from './loading.ts';

const file = (section: string) => ({ 'capops.yml': `environment: staging\nhealth: ${section}\n` });

describe('what capops.yml says of watching health', () => {
  test('is nobody’s channel, no quiet hours and no maintenance where nothing is said', () => {
    const { channel, quietHours, maintenance } = load({}, file('{}')).settings.health ?? {};
    expect([channel, quietHours, maintenance]).toEqual([undefined, undefined, []]);
  });

  test('is taken as it is written', () => {
    const window = '{ name: Sunday patches, cron: 0 3 * * 0, for: 2h, services: [database] }';
    const health = `{ channel: C01, quiet_hours: { from: 22:00, to: "06:00" }, maintenance: [${window}] }`;
    expect(load({}, file(health)).settings.health).toMatchObject({
      channel: 'C01',
      quietHours: { from: '22:00', to: '06:00' },
      maintenance: [{ name: 'Sunday patches', cron: '0 3 * * 0', forMs: 7_200_000, services: ['database'] }],
    });
  });

  test.each([
    ['{ channel: ops }', 'health.channel: found “ops”. Allowed: a Slack channel’s id'],
    [
      '{ quiet_hours: { from: "24:00", to: "06:00" } }',
      'health.quiet_hours.from: found “24:00”. Allowed: a time of day',
    ],
    ['{ quiet_hours: { from: "6am", to: "06:00" } }', 'health.quiet_hours.from: found “6am”'],
    ['{ quiet_hours: { from: "06:00", to: "06:00" } }', 'Allowed: a beginning and an end that differ'],
    ['{ quiet_hours: { from: "22:00" } }', 'health.quiet_hours.to: found nothing'],
    [
      '{ maintenance: [{ name: a, cron: 0 3 * * 0, for: 25h }] }',
      'for: found “25h”. Allowed: how long it lasts, from 5m',
    ],
    ['{ maintenance: [{ name: a, cron: sundays, for: 2h }] }', 'cron: found “sundays”. Allowed: a cron expression'],
    ['{ maintenance: [{ name: a, cron: 0 3 * * 0, for: 2h, services: [mail] }] }', 'Allowed: one of database, gateway'],
  ])('refuses %s with the start', (wrong, said) => {
    expect(refusal({}, file(wrong))).toContain(said);
  });
});
