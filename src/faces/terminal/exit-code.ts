/** What the process ends with; `help` documents them. 130 is Ctrl-C's, as everywhere. */
export const EXIT = { done: 0, failed: 1, badInput: 2, declined: 3, waiting: 4, interrupted: 130 } as const;

export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.done, 'done, or there was nothing to do'],
  [EXIT.failed, 'failed'],
  [EXIT.badInput, 'the input is wrong; nothing was changed'],
  [EXIT.declined, 'denied by the policy, or not confirmed; nothing was changed'],
  [EXIT.waiting, 'not done yet: it waits for a second person, or for its turn'],
  [EXIT.interrupted, 'ended by Ctrl-C'],
];
