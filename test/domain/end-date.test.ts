import { describe, expect, it } from 'vitest';
import { isEndDateWord, isoDate, readEndDate, showDate, showEnd, showTime } from '../../src/domain/end-date.ts';

// 22 Nov 2026, 23:30 in UTC: already the 23rd in Tokyo, still the 22nd in Los Angeles.
const now = new Date('2026-11-22T23:30:00Z');
const utc = { now, timeZone: 'UTC' };

describe('the last day of access', () => {
  it.each([
    ['2026-12-31', '2026-12-31T23:59:59.999Z'],
    ['31 Dec 2026', '2026-12-31T23:59:59.999Z'],
    ['31st December, 2026', '2026-12-31T23:59:59.999Z'],
    ['Dec 31, 2026', '2026-12-31T23:59:59.999Z'],
    ['in 30 days', '2026-12-22T23:59:59.999Z'],
    ['in a month', '2026-12-22T23:59:59.999Z'],
    ['in 2 weeks', '2026-12-06T23:59:59.999Z'],
    ['end of month', '2026-11-30T23:59:59.999Z'],
    ['end of next month', '2026-12-31T23:59:59.999Z'],
    ['end of the year', '2026-12-31T23:59:59.999Z'],
    ['today', '2026-11-22T23:59:59.999Z'],
    ['  TOMORROW ', '2026-11-23T23:59:59.999Z'],
    ['2028-02-29', '2028-02-29T23:59:59.999Z'],
  ])('reads “%s” as the whole of that day', (text, end) => {
    expect(readEndDate(text, utc).toISOString()).toBe(end);
  });

  it('ends with the day of the configured zone, whatever zone the process runs in', () => {
    expect(readEndDate('2026-12-31', { now, timeZone: 'America/Los_Angeles' }).toISOString()).toBe(
      '2027-01-01T07:59:59.999Z',
    );
    expect(readEndDate('today', { now, timeZone: 'Asia/Tokyo' }).toISOString()).toBe('2026-11-23T14:59:59.999Z');
  });

  it('lasts to the end of a day that daylight saving makes 23 hours long', () => {
    expect(readEndDate('2027-03-28', { now, timeZone: 'Europe/London' }).toISOString()).toBe(
      '2027-03-28T22:59:59.999Z',
    );
  });

  it.each(['', 'soon', '2026-13-01', '2026-02-30', '31/12/2026', '31 Foo 2026', 'in 3 fortnights', '99999-01-01'])(
    'refuses “%s” and says what it understands',
    (text) => {
      expect(() => readEndDate(text, utc)).toThrow(
        /Write it like one of these: 2030-12-31, 31 Dec 2030, in 30 days, end of month/,
      );
    },
  );

  it.each(['in 9999 years', '9999-12-31', '8999-01-01'])(
    'refuses “%s”: without an end is said by leaving it out',
    (text) => {
      expect(() => readEndDate(text, { now, timeZone: 'America/Los_Angeles' })).toThrow(
        /is more than 1,000 years ahead. For access without an end, leave the day out./,
      );
    },
  );

  it('refuses a day in the past and says which day it is today, and where', () => {
    expect(() => readEndDate('2024-12-31', utc)).toThrow('31 Dec 2024 has already passed (today is 22 Nov 2026, UTC)');
    expect(() => readEndDate('2026-11-22', { now, timeZone: 'Asia/Tokyo' })).toThrow(
      'today is 23 Nov 2026, Asia/Tokyo',
    );
  });
});

describe('showing dates', () => {
  it('shows a day alone where access lasts to its end, and the time where it does not', () => {
    expect(showEnd(readEndDate('2026-12-31', { now, timeZone: 'Asia/Tokyo' }), 'Asia/Tokyo')).toBe('31 Dec 2026');
    expect(showEnd(new Date('2026-12-31T12:00:00Z'), 'UTC')).toBe('31 Dec 2026, 12:00 UTC');
  });

  it('names the zone beside every time of day', () => {
    expect(showTime(now, 'Europe/Oslo')).toBe('23 Nov 2026, 00:30 Europe/Oslo');
    expect(showDate(now, 'Asia/Tokyo')).toBe('23 Nov 2026');
  });

  it('writes a day that can be read back as the same end', () => {
    const moment = { now, timeZone: 'America/New_York' };
    const end = readEndDate('in 45 days', moment);
    expect(readEndDate(isoDate(end, moment.timeZone), moment)).toEqual(end);
  });
});

it('tells the words of a date from what follows it', () => {
  const words = '31 Dec 2026 in 30 days end of month 2026-12-31 1st sept'.split(' ');
  expect(words.every(isEndDateWord)).toBe(true);
  expect(['work', 'because', 'LHR', '--shorten', 'decide'].some(isEndDateWord)).toBe(false);
});
