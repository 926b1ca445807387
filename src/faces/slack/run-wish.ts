import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../../ops/service.ts';
import type { Progress } from '../../ports.ts';
import { announce, type Told } from './announce.ts';
import { amend, type Posted, sayDirectly, sayPrivately } from './answer.ts';
import { type Asker, type Desk, isDirect, type Message, type Wish } from './desk.ts';
import { drawOutcome, drawWords } from './draw-report.ts';
import { fileOpener, sendAttachments } from './slack-file.ts';

/** What makes a wish one request, and what it brings along. */
export interface Particulars {
  readonly requestKey: string;
  readonly confirmation?: string | undefined;
  readonly progress?: (progress: Progress) => void;
}

/** Runs an operation for somebody in Slack. Never rejects. */
export function run(desk: Desk, asker: Asker, wish: Wish & Particulars): Promise<Outcome> {
  const { operation, raw, requestKey, confirmation, progress } = wish;
  return desk.service.execute({
    operation,
    raw,
    actor: asker.actor,
    requestKey,
    openFile: fileOpener(desk, asker),
    ...(confirmation === undefined ? {} : { confirmation }),
    ...(progress === undefined ? {} : { progress }),
  });
}

/** Puts an answer somewhere; where it can be changed later, says where it stands. */
export type Say = (message: Message) => Promise<Posted | undefined>;

/** The asker does not wait longer than this for the team to be told. */
const TEAM_MS = 1_500;

/** Tells whoever must hear of an outcome: the team of a change, the asker of everything, with the files that belong to it. */
export async function tell(
  desk: Desk,
  asker: Asker,
  { wish, outcome, say }: { wish: Wish; outcome: Outcome; say: Say },
): Promise<void> {
  const telling = announce(desk, asker, outcome);
  const known = await Promise.race([telling, sleep(TEAM_MS, undefined, { ref: false })]);
  const note = known && untold(known);
  const under = await say(drawOutcome(desk, wish, note ? withNote(outcome, note) : outcome));
  const attachments = outcome.kind === 'done' || outcome.kind === 'preview' ? (outcome.report.attachments ?? []) : [];
  await sendAttachments(desk, asker, { attachments, under });
  const late = known ? undefined : untold(await telling);
  if (late) await sayPrivately(desk, asker, drawWords(desk, { title: late }));
}

function untold(told: Told): string | undefined {
  if (told !== 'failed') return undefined;
  return 'The change is made, but the team could not be told: Slack did not take the message for the channel.';
}

function withNote(outcome: Outcome, note: string): Outcome {
  if (outcome.kind !== 'done') return outcome;
  const parts = [...(outcome.report.parts ?? []), { kind: 'note', text: note } as const];
  return { ...outcome, report: { ...outcome.report, parts } };
}

/** Where the request was made, for the asker alone. */
export function sayWhereAsked(desk: Desk, asker: Asker): Say {
  return async (message) => {
    await sayPrivately(desk, asker, message);
    return undefined;
  };
}

/** In the direct messages, where it stays and can show how far it is; said where the request was made, if that is elsewhere. */
export function sayInDirectMessages(desk: Desk, asker: Asker): Say {
  return async (message) => {
    const posted = await sayDirectly(desk, asker.userId, message);
    if (asker.channelId && !isDirect(asker.channelId)) {
      await sayPrivately(desk, asker, drawWords(desk, { title: 'The answer is in your direct messages with CapOps.' }));
    }
    return posted;
  };
}

const UPDATE_EVERY_MS = 1_200;

/** Shows progress by changing a message: Slack takes about one change a second. `stop` waits for the last one. */
export function showProgress(
  desk: Desk,
  at: Posted,
  title: string,
): { progress: (progress: Progress) => void; stop: () => Promise<void> } {
  let changing: Promise<void> | undefined;
  let nextMs = performance.now() + UPDATE_EVERY_MS;
  const progress = ({ phase, done, total }: Progress) => {
    if (changing || performance.now() < nextMs) return;
    nextMs = performance.now() + UPDATE_EVERY_MS;
    const far =
      done === undefined
        ? ''
        : `: ${done.toLocaleString('en-GB')}${total === undefined ? '' : ` of ${total.toLocaleString('en-GB')}`}`;
    changing = amend(desk, at, drawWords(desk, { title, note: `${phase}${far}` }))
      .catch((error: unknown) => desk.ports.log.warn({ err: error }, 'progress could not be shown'))
      .finally(() => {
        changing = undefined;
      });
  };
  return { progress, stop: async () => changing };
}
