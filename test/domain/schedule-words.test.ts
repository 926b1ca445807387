import { expect, test } from 'vitest';
import { timingWords } from '../../src/domain/schedule-words.ts';

test.each([
  ['0 2 * * *', 'every day at 02:00 Europe/London'],
  ['0 9 * * 1', 'every Monday at 09:00 Europe/London'],
  ['15 3 * * 1,4', 'every Monday and Thursday at 03:15 Europe/London'],
  ['0 2,14 * * *', 'every day at 02:00 and 14:00 Europe/London'],
  ['30 8 * * 1-5', 'at 08:30, Monday through Friday, Europe/London'],
  ['*/15 * * * *', 'every 15 minutes, Europe/London'],
  ['0 0 1 * *', 'at 00:00, on day 1 of the month, Europe/London'],
])('%s is %s', (cron, words) => {
  expect(timingWords({ cron, timeZone: 'Europe/London' })).toBe(words);
});
