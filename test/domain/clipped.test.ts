import { expect, test } from 'vitest';
import { clipped } from '../../src/domain/clipped.ts';

test.each([
  ['a text that fits stays as it is', 'runway', 'runway'],
  ['of a longer one as much stays as fits with its mark', 'runways', 'runwa…'],
  ['a character is not cut through', 'runw🛫🛬', 'runw�…'],
])('%s', (_, text, left) => {
  expect(clipped(text, 6)).toBe(left);
});
