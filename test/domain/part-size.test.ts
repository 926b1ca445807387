import { expect, test } from 'vitest';
import { planParts } from '../../src/domain/part-size.ts';

const MB = 2 ** 20;
const GB = 2 ** 30;

test('what is small, or of unknown size, goes in the smallest parts', () => {
  expect(planParts(0, 10_000)).toEqual({ partBytes: 5 * MB, limitBytes: 50_000 * MB });
  expect(planParts(2 * GB, 10_000).partBytes).toBe(5 * MB);
});

test('there is room for four times what is expected, in stores with few parts too', () => {
  for (const maxParts of [100, 1000, 10_000]) {
    for (const expected of [0, 1, 100 * MB, 1.5 * GB, 49 * GB, 100 * GB]) {
      const { partBytes, limitBytes } = planParts(expected, maxParts);
      expect(limitBytes).toBeGreaterThanOrEqual(4 * expected);
      expect(limitBytes).toBe(partBytes * maxParts);
      expect(partBytes % MB).toBe(0);
      expect(partBytes).toBeGreaterThanOrEqual(5 * MB);
    }
  }
});

test('no part is larger than S3 takes', () => {
  expect(planParts(10 ** 15, 100).partBytes).toBe(5 * GB);
});
