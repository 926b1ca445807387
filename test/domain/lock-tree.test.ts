import { expect, test } from 'vitest';
import { rootBlockers, sessionsBehind } from '../../src/domain/lock-tree.ts';
import type { LockWait } from '../../src/ports.ts';

const wait = (pid: number, blockedBy: number[], seconds: number | null = 1): LockWait => ({
  ...{ pid, blockedBy, seconds, mode: 'AccessShareLock', table: null },
});

test('the root of a chain is who blocks and waits for nobody', () => {
  expect(rootBlockers([wait(3, [2], 5), wait(2, [1], 9)])).toEqual([{ pid: 1, blocked: [2, 3], longestSeconds: 9 }]);
});

test('the one that blocks the most comes first; a waiter may have two', () => {
  const roots = rootBlockers([wait(10, [1, 2]), wait(11, [2]), wait(12, [11])]);
  expect(roots.map(({ pid, blocked }) => [pid, blocked.length])).toEqual([
    [2, 3],
    [1, 1],
  ]);
});

test('a prepared transaction may be a root', () => {
  expect(rootBlockers([wait(7, [0])]).map(({ pid }) => pid)).toEqual([0]);
});

test('those that wait for each other have no root, and are counted once', () => {
  const circle = [wait(1, [2]), wait(2, [1])];
  expect(rootBlockers(circle)).toEqual([]);
  expect([...sessionsBehind(1, circle)]).toEqual([2]);
});

test('how long they have waited is left open where PostgreSQL does not say', () => {
  expect(rootBlockers([wait(2, [1], null)])[0]?.longestSeconds).toBeNull();
});
