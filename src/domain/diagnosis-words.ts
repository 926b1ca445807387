import type { Sight } from '../ports.ts';
import { lastingWords } from './age-words.ts';
import type { Step } from './diagnosis.ts';

/** How long something has lasted: `40 s`, `12 minutes`, `3 hours`, `2 days`. */
export function showSeconds(seconds: number): string {
  return seconds < 120 ? `${Math.max(0, Math.round(seconds))} s` : lastingWords(seconds * 1000);
}

/** Who a session is: `app as gateway`, or either. */
export function showWho({ user, application }: { user: string; application: string }): string {
  if (application === '') return user === '' ? 'nobody known' : user;
  return user === '' ? application : `${user} (${application})`;
}

type Named = Pick<Step, 'name' | 'label'>;

/** A step that there was no way to: `failed` is the one that stood in it. */
export function skipped(named: Named, failed: Step | undefined): Step {
  const because = failed ? `because of step “${failed.label}”` : 'since there was no time left';
  return { ...named, state: 'skipped', says: `Not looked at, ${because}` };
}

/** A question that was asked and not answered. */
export function unasked(named: Named, sight: Extract<Sight<object>, { isAnswered: false }>): Step {
  const says =
    sight.because === 'silent'
      ? 'Asked, and not answered in time'
      : 'It could not be asked; CapOps’ log has the reason';
  return { ...named, state: 'look', says };
}
