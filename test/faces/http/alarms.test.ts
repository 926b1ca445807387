import { expect, it } from 'vitest';
import { openAlarms } from '../../../src/faces/http/alarms.ts';

function watched() {
  let nowMs = Date.parse('2026-11-22T03:00:00Z');
  const told: string[] = [];
  const note = (what: string) => (trouble: string, summary: string) => void told.push(`${what} ${trouble}: ${summary}`);
  const look = openAlarms({ wake: note('wake'), over: note('over') }, { now: () => new Date(nowMs) });
  return {
    told,
    /** One look, so many seconds after the one before. */
    sees: (afterSeconds: number, platform: boolean, ledger = true) => {
      nowMs += afterSeconds * 1000;
      told.length = 0;
      look({ platform, ledger });
      return told.filter((line) => line.startsWith('wake'));
    },
  };
}

it('a database that is down for two minutes wakes somebody, one that restarts does not', () => {
  const { sees } = watched();
  expect(sees(0, false)).toEqual([]);
  expect(sees(119, false)).toEqual([]);
  expect(sees(1, true)).toEqual([]);
  expect(sees(15, false)).toEqual([]);
  expect(sees(119, false)).toEqual([]);
  expect(sees(1, false)).toEqual(['wake platform: The platform’s database has not answered for 2 minutes.']);
  expect(sees(3600, false)).toEqual(['wake platform: The platform’s database has not answered for 62 minutes.']);
});

it('the ledger is watched for itself', () => {
  const { sees } = watched();
  sees(0, true, false);
  expect(sees(60, false, false)).toEqual([]);
  expect(sees(60, false, false)).toEqual([
    'wake ledger: CapOps’ own record (the ledger) has not answered for 2 minutes.',
  ]);
});

it('what answers again is over', () => {
  const { sees, told } = watched();
  sees(0, false);
  sees(120, true);
  expect(told).toEqual([
    'over platform: The platform’s database answers again.',
    'over ledger: CapOps’ own record (the ledger) answers again.',
  ]);
});
