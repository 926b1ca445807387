import { tendReview } from '../reviewing/tend-review.ts';
import { type Chores, openChores } from '../upkeep/chores.ts';
import type { AccessWatch } from './access-watch.ts';
import { tendAccess } from './tend-access.ts';

const LOOK_EVERY_MS = 5 * 60_000;
/** What answers a review, or begins one. */
const ANSWERS = new Set(['open-access-review', 'keep-access', 'grant-module', 'revoke-module']);

/** Looks after access that ends, from now on; nothing where capops.yml has no section `access`. */
export function startAccessUpkeep(board: AccessWatch): Pick<Chores, 'stop'> {
  const { log, settings } = board.ports;
  if (!settings.access) return { stop: async () => undefined };
  const chores = openChores(log);
  const watch = { ...board, stopping: chores.ending };
  chores.add('access that ends could not be looked after', () => tendAccess(watch), { everyMs: LOOK_EVERY_MS });
  const show = chores.add('the access review could not be shown', () => tendReview(watch));
  watch.service.watch({ changed: (operation) => void (ANSWERS.has(operation) && show()) });
  return chores;
}
