import type { Context } from '../service/operation.ts';
import type { RestoreWork } from './restore-wish.ts';

// What a restore notes on its way is all that is known of it should its process die: it must be true until the next one.

type Noting = Pick<Context, 'noteSoFar'>;
type Work = Pick<RestoreWork, 'desk' | 'isAnew'>;

export async function noteUntouched(
  { noteSoFar }: Noting,
  { desk, isAnew }: Work,
  safetyBackupId: string | undefined,
): Promise<void> {
  const saved = safetyBackupId ? ` It was backed up before (${safetyBackupId.slice(0, 8)}).` : '';
  const words = isAnew ? `There is still no database ${desk.server.live}.` : 'The platform’s database was not touched.';
  await noteSoFar({ words: words + saved });
}

export async function noteAboutTo({ noteSoFar }: Noting, { desk: { server }, isAnew }: Work): Promise<void> {
  const words = isAnew
    ? `${server.live} was about to be made anew. “health-check” says whether it is there.`
    : `${server.live} was about to be replaced. “undo-restore” says whether it was, and puts back what was there before.`;
  await noteSoFar({ words });
}

export function replacedWords({ desk: { server }, isAnew }: Work): string {
  if (isAnew) return `${server.live} is there again.`;
  return `${server.live} was replaced; “undo-restore” puts back what was there before.`;
}
