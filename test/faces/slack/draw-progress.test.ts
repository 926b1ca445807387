import { expect, it } from 'vitest';
import type { Desk } from '../../../src/faces/slack/desk.ts';
import { drawStand } from '../../../src/faces/slack/draw-progress.ts';
import { bulkImport } from '../../../src/ops/bulk-import.ts';
import { grantModule } from '../../../src/ops/grant-module.ts';
import type { Operation } from '../../../src/ops/service/operation.ts';
import type { Progress } from '../../../src/ports.ts';

const cancel = { ...grantModule, name: 'cancel-run', verb: 'cancel' } as Operation;
const desk = { service: { find: (word: string) => (word === 'cancel-run' ? cancel : undefined) } } as unknown as Desk;
const long = { ...bulkImport, long: true } as Operation;

function words(progress: Progress | undefined, elapsedMs = 0): string {
  const { blocks } = drawStand(desk, { operation: long, raw: {} }, { runId: 'abc', elapsedMs, progress });
  const note = blocks.find(({ type }) => type === 'context') as { elements: { text: string }[] };
  return note.elements[0]?.text ?? '';
}

it('says the phase, how far it is in pieces or bytes, and for how long it has been under way', () => {
  expect(words(undefined)).toBe('0 s');
  expect(words({ phase: 'Reading' }, 12_400)).toBe('Reading · 12 s');
  expect(words({ phase: 'Importing', done: 1_500, total: 20_000 }, 65_000)).toBe(
    'Importing: 1,500 of 20,000 (7%) · 1 min 5 s',
  );
  expect(words({ phase: 'Dumping', done: 1_234_000_000, total: 3_400_000_000, unit: 'bytes' }, 3_900_000)).toBe(
    'Dumping: 1.2 GB of 3.4 GB (36%) · 1 h 5 min',
  );
  expect(words({ phase: 'Sending', done: 999, unit: 'bytes' })).toBe('Sending: 999 B · 0 s');
  expect(words({ phase: 'Sending', done: 0, total: 0, unit: 'bytes' })).toBe('Sending: 0 B of 0 B · 0 s');
});

it('has a Cancel button for a long run that is on record, and for no other', () => {
  const buttons = (operation: Operation, runId: string | undefined) =>
    drawStand(desk, { operation, raw: {} }, { runId, elapsedMs: 0, progress: undefined })
      .blocks.filter(({ type }) => type === 'actions')
      .flatMap((block) => (block as { elements: object[] }).elements);
  expect(buttons(long, 'abc')).toMatchObject([
    { type: 'button', action_id: 'run:cancel-run:0', value: '{"input":{"run":"abc"}}', text: { text: 'Cancel' } },
  ]);
  expect(buttons(long, undefined)).toEqual([]);
  expect(buttons(grantModule as Operation, 'abc')).toEqual([]);
});
