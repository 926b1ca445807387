import { sayPrivately } from './answer.ts';
import type { Arrival, Ask } from './ask.ts';
import type { Asker, Desk } from './desk.ts';
import { drawWords } from './draw-report.ts';
import { openForm } from './form.ts';
import { run, tell } from './run-wish.ts';
import { sayOf } from './say.ts';

/** Does what was asked for: runs it, opens the form, or says what is wrong. */
export async function perform(
  desk: Desk,
  asker: Asker,
  { ask, receipt }: Pick<Arrival, 'ask' | 'receipt'>,
): Promise<void> {
  if (ask.act === 'form') return openForm(desk, asker, ask.wish);
  if (ask.act === 'words') return sayWhatIsWrong(desk, asker, ask);
  const outcome = await run(desk, asker, { task: ask, receipt });
  await tell(desk, asker, { task: ask, receipt, outcome, say: sayOf(desk, asker, { way: ask, outcome }) });
}

/** Says what is wrong, unless the policy has something to say first. */
async function sayWhatIsWrong(
  desk: Desk,
  asker: Asker,
  { operation, error }: Extract<Ask, { act: 'words' }>,
): Promise<void> {
  const denied = operation && (await desk.service.refusal(operation, asker.actor));
  const [title = error.message, ...items] = error.problems.map(({ message }) => message);
  const message = denied
    ? drawWords(desk, { title: denied.message })
    : drawWords(desk, { title, items, offers: error.offers });
  await sayPrivately(desk, asker, message);
}
