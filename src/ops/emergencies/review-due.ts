import type { Offer } from '../../errors.ts';
import type { Emergency } from '../../models/emergency.ts';

export const REVIEW: Offer = { label: 'Fill in the review', operation: 'review-emergency', input: {}, form: true };

/** Whether it has ended, also where nobody has noted that yet. */
export function isOver({ endedAt, endsAt }: Pick<Emergency, 'endedAt' | 'endsAt'>, now: Date): boolean {
  return endedAt !== null || (endsAt !== null && endsAt < now);
}
