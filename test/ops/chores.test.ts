import { describe, expect, test } from 'vitest';
import { openChores } from '../../src/ops/upkeep/chores.ts';

const SOON = { timeout: 5000, interval: 5 };

function listening() {
  const complaints: string[] = [];
  const quiet = () => undefined;
  const warn = (_: object, message: string) => void complaints.push(message);
  return { complaints, chores: openChores({ debug: quiet, info: quiet, warn, error: quiet }) };
}

describe('a chore', () => {
  test('is done at once and again, though it failed, which is complained of', async () => {
    const { complaints, chores } = listening();
    let times = 0;
    const work = () => {
      times += 1;
      return Promise.reject(new Error('no'));
    };
    chores.add('it could not be done', work, { everyMs: 5 });
    expect(times).toBe(1);
    await expect.poll(() => times, SOON).toBeGreaterThan(2);
    await chores.stop();
    const before = times;
    expect(complaints.length).toBeGreaterThan(1);
    expect(new Set(complaints)).toEqual(new Set(['it could not be done']));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(times).toBe(before);
  });

  test('is never done twice at once, and once more where it was asked for meanwhile', async () => {
    const { chores } = listening();
    const waiting: (() => void)[] = [];
    const ask = chores.add('', () => new Promise<void>((resolve) => void waiting.push(resolve)));
    expect(waiting).toHaveLength(0);
    for (let n = 0; n < 3; n++) ask();
    expect(waiting).toHaveLength(1);
    waiting[0]?.();
    await expect.poll(() => waiting.length, SOON).toBe(2);
    waiting[1]?.();
    await chores.stop();
    ask();
    expect(waiting).toHaveLength(2);
  });

  test('that goes on when they are stopped is waited for, hears of it, and is not complained of', async () => {
    const { complaints, chores } = listening();
    let isOver = false;
    const work = () =>
      new Promise<void>((_, reject) => {
        chores.ending.addEventListener('abort', () =>
          setTimeout(() => {
            isOver = true;
            reject(chores.ending.reason);
          }, 20),
        );
      });
    chores.add('it could not be done', work, { everyMs: 60_000 });
    await chores.stop();
    expect([isOver, complaints]).toEqual([true, []]);
  });

  test('that is to be done later is not done at once', async () => {
    const { chores } = listening();
    let times = 0;
    const work = async () => {
      times += 1;
    };
    chores.add('', work, { everyMs: 60_000, first: 'later' });
    await chores.stop();
    expect(times).toBe(0);
  });
});
