import type { Context } from '../service/operation.ts';

// What a restore notes on its way is all that is known of it should its process die: it must be true until the next one.

type Noting = Pick<Context, 'noteSoFar'>;

export async function noteUntouched({ noteSoFar }: Noting, safetyBackupId: string | undefined): Promise<void> {
  const saved = safetyBackupId ? ` It was backed up before (${safetyBackupId.slice(0, 8)}).` : '';
  await noteSoFar({ words: `The platform’s database was not touched.${saved}` });
}

export async function noteAboutTo({ noteSoFar }: Noting, live: string): Promise<void> {
  const words = `${live} was about to be replaced. “undo-restore” says whether it was, and puts back what was there before.`;
  await noteSoFar({ words });
}

export function replacedWords(live: string): string {
  return `${live} was replaced; “undo-restore” puts back what was there before.`;
}
