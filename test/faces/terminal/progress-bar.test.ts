import { describe, expect, test } from 'vitest';
import { barWords } from '../../../src/faces/terminal/progress-bar.ts';

describe('the bar', () => {
  const elapsedMs = 65_500;
  test('shows phase, part, count and time', () => {
    const words = barWords({ phase: 'Importing', done: 30, total: 120 }, { value: 30, all: 120, elapsedMs });
    expect(words).toBe(`Importing ${'█'.repeat(8)}${'░'.repeat(22)} 25% 30/120 1:05`);
  });
  test('shows bytes as people read them, also where nobody knows how many there will be', () => {
    const bytes = { phase: 'Copying', done: 1_234_000_000, unit: 'bytes' } as const;
    expect(barWords({ ...bytes, total: 2e9 }, { value: bytes.done, all: 2e9, elapsedMs })).toMatch(
      /61% 1\.2 GB\/2\.0 GB/,
    );
    expect(barWords(bytes, { value: bytes.done, all: 0, elapsedMs })).toBe('Copying 1.2 GB 1:05');
    expect(barWords({ phase: 'Looking' }, { value: 0, all: 0, elapsedMs })).toBe('Looking 1:05');
  });
});
