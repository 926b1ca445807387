import { showBytes } from '../../domain/bytes.ts';
import type { Progress } from '../../ports.ts';

/** How many of what a run counts, for people: `1,500`, or `1.2 GB`. */
export function amountWords(count: number, unit: Progress['unit']): string {
  return unit === 'bytes' ? showBytes(count) : count.toLocaleString('en-GB');
}
