import { expect, it } from 'vitest';
import { openRateLimit } from '../../src/domain/rate-limit.ts';

const at = (seconds: number) => new Date(1_800_000_000_000 + seconds * 1000);

it('takes so many requests in any 60 s, for each person by themselves, and says how long to wait', () => {
  const limit = openRateLimit(3);
  expect([0, 10, 20].map((seconds) => limit.take('ada', at(seconds)))).toEqual([undefined, undefined, undefined]);
  expect(limit.take('ada', at(30))).toBe(30);
  expect(limit.take('omar', at(30))).toBeUndefined();
  expect(limit.take('ada', at(59.5))).toBe(1);
  expect(limit.take('ada', at(60.5))).toBeUndefined();
  expect(limit.take('ada', at(61))).toBe(9);
});

it('locks nobody out when the clock jumps back', () => {
  const limit = openRateLimit(1);
  limit.take('ada', at(1000));
  expect(limit.take('ada', at(0))).toBeUndefined();
});
