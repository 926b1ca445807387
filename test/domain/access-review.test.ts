import { describe, expect, test } from 'vitest';
import { chooseForReview, type ReviewedAccess } from '../../src/domain/access-review.ts';

const END = new Date('2027-12-31T23:59:59.999Z');

function access(code: string, about: Partial<ReviewedAccess> = {}): ReviewedAccess {
  const blank = { moduleKey: 'work', validUntil: END, changedAt: null, changedBy: null, keptAt: null };
  return { organisationId: `id-${code}`, code, name: code, ...blank, ...about };
}

const codes = (all: readonly ReviewedAccess[], limits?: { most?: number; aPart?: number }) =>
  chooseForReview(all, limits).parts.map((part) => part.map(([first]) => first?.code));

describe('a review asks first', () => {
  test('about access without an end', () => {
    expect(codes([access('AAA'), access('BBB', { validUntil: null })])).toEqual([['BBB', 'AAA']]);
  });

  test('about what nobody has kept or changed for longest', () => {
    const all = [
      access('AAA', { keptAt: new Date('2026-11-01') }),
      access('BBB', { changedAt: new Date('2026-10-01') }),
      access('CCC', { changedAt: new Date('2026-09-01'), keptAt: new Date('2026-11-02') }),
      access('DDD'),
    ];
    expect(codes(all)).toEqual([['DDD', 'BBB', 'AAA', 'CCC']]);
  });

  test('about an organisation of which one access was forgotten, though the others were looked at', () => {
    const all = [
      access('AAA', { keptAt: new Date('2026-11-01') }),
      access('BBB', { keptAt: new Date('2026-11-02') }),
      access('BBB', { moduleKey: 'assets' }),
    ];
    expect(codes(all)).toEqual([['BBB', 'AAA']]);
  });
});

test('an organisation stands in one part with all its access, and those that do not fit are counted', () => {
  const all = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF'].flatMap((code) => [
    access(code),
    access(code, { moduleKey: 'assets' }),
  ]);
  const choice = chooseForReview(all, { most: 5, aPart: 2 });
  expect(choice.parts.map((part) => part.map((accesses) => accesses.length))).toEqual([[2, 2], [2, 2], [2]]);
  expect(choice.leftOut).toBe(1);
});
