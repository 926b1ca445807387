import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openLogFile } from '../../src/adapters/log-source-file.ts';

test('of a large log no more than its end is read where few lines are enough', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'capops-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'api.log');
  const line = (number: number) => `2026-11-22T12:00:00Z line ${number} ${'x'.repeat(100)}`;
  writeFileSync(file, Array.from({ length: 20_000 }, (_, number) => `${line(number)}\n`).join(''));
  const taken: string[] = [];
  const span = { since: new Date('2026-11-01'), now: new Date('2026-11-22T13:00:00Z') };
  const { isPartial } = await openLogFile({ name: 'api', file }).read({ ...span, lines: 10 }, (one) => taken.push(one));
  expect({ isPartial, last: taken.at(-1) }).toEqual({ isPartial: true, last: line(19_999) });
  expect(taken.length).toBeGreaterThanOrEqual(10);
  expect(taken.length).toBeLessThan(1_000);
});
