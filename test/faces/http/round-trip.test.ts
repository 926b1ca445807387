import { expect, it } from 'vitest';
import { openRoundTrip } from '../../../src/faces/http/round-trip.ts';

it('Slack is asked every five minutes, and at every look while it does not answer', async () => {
  let nowMs = Date.parse('2026-11-22T03:00:00Z');
  const slack = { answers: true, asked: [] as string[] };
  const apiCall = async (method: string) => {
    slack.asked.push(method);
    if (!slack.answers) throw new Error('invalid_auth');
  };
  const { check, works } = openRoundTrip({ apiCall }, { now: () => new Date(nowMs) });
  const after = async (seconds: number) => {
    nowMs += seconds * 1000;
    await check();
    return [slack.asked.length, works()];
  };
  expect(works()).toBe(false);
  expect(await after(0)).toEqual([1, true]);
  expect(await after(299)).toEqual([1, true]);
  slack.answers = false;
  expect(await after(1)).toEqual([2, false]);
  expect(await after(15)).toEqual([3, false]);
  slack.answers = true;
  expect(await after(15)).toEqual([4, true]);
  expect(await after(15)).toEqual([4, true]);
  expect(new Set(slack.asked)).toEqual(new Set(['auth.test']));
});
