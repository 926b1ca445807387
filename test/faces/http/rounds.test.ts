import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { beginRounds } from '../../../src/faces/http/rounds.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('rounds come after a pause each, asked anew, and none after the end', async () => {
  const pauses = [10, 100, 1000];
  let done = 0;
  const rounds = beginRounds({
    work: async () => {
      done += 1;
    },
    pauseMs: () => pauses[done] ?? 1,
  });
  const after = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms);
    return done;
  };
  expect([await after(9), await after(1), await after(99), await after(1), await after(999)]).toEqual([0, 1, 1, 2, 2]);
  await rounds.end();
  expect(await after(10_000)).toBe(2);
  expect(vi.getTimerCount()).toBe(0);
});

it('a round that takes long is waited for: by the next one, and by the end', async () => {
  const work = Promise.withResolvers<void>();
  let begun = 0;
  const rounds = beginRounds({
    work: () => {
      begun += 1;
      return work.promise;
    },
    pauseMs: () => 10,
  });
  await vi.advanceTimersByTimeAsync(1000);
  expect(begun).toBe(1);
  let hasEnded = false;
  const ended = rounds.end().then(() => {
    hasEnded = true;
  });
  await vi.advanceTimersByTimeAsync(10);
  expect(hasEnded).toBe(false);
  work.resolve();
  await ended;
  await vi.advanceTimersByTimeAsync(1000);
  expect([begun, vi.getTimerCount()]).toEqual([1, 0]);
});
