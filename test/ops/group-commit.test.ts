import { expect, test } from 'vitest';
import { openGroupCommit } from '../../src/ops/service/group-commit.ts';

function ledger() {
  const groups: number[][] = [];
  const add = openGroupCommit<number>(async (rows) => {
    groups.push([...rows]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (rows.includes(13)) throw new Error('13 is not taken');
  });
  return { groups, add };
}

test('what comes while something is written is written together behind it, in order', async () => {
  const { groups, add } = ledger();
  await Promise.all([1, 2, 3, 4].map(add));
  expect(groups).toEqual([[1], [2, 3, 4]]);
  await add(5);
  expect(groups.at(-1)).toEqual([5]);
});

test('a row that is not taken fails nobody else’s', async () => {
  const { add } = ledger();
  const outcomes = await Promise.allSettled([1, 2, 13, 4].map(add));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
});

test('however many come at once, each is written once', async () => {
  const { groups, add } = ledger();
  const rows = Array.from({ length: 350 }, (_, place) => 1_000 + place);
  await Promise.all(rows.map(add));
  expect(groups.flat()).toEqual(rows);
});
