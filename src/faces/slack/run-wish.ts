import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../errors.ts';
import type { Attachment } from '../../ops/service/report.ts';
import type { Outcome } from '../../ops/service/service.ts';
import type { Progress } from '../../ports.ts';
import { announce, type Told } from './announce.ts';
import { sayPrivately } from './answer.ts';
import { requestOf, type Taken, type Task } from './ask.ts';
import { type Asker, type Desk, isDirect, type Message } from './desk.ts';
import { drawQueued } from './draw-progress.ts';
import { drawOutcome, drawWords } from './draw-report.ts';
import { offerForm } from './form.ts';
import type { Say } from './say.ts';
import { fileOpener, sendAttachments } from './slack-file.ts';

/** Runs an operation for somebody in Slack. Never rejects. */
export function run(
  desk: Desk,
  asker: Asker,
  { task, receipt, progress }: Taken & { progress?: (progress: Progress) => void },
): Promise<Outcome> {
  return desk.service.execute({
    ...requestOf(asker, task, asker.actor),
    openFile: fileOpener(desk, asker),
    ...(receipt === undefined ? {} : { receipt }),
    ...(progress === undefined ? {} : { progress }),
  });
}

/** The asker does not wait longer than this for the team to be told. */
const TEAM_MS = 1_500;

/**
 * Tells whoever must hear of an outcome: the team of a change, the asker of everything, with the files that belong to it.
 * Where the request was stored, it counts as answered then.
 */
export async function tell(
  desk: Desk,
  asker: Asker,
  { task, receipt, outcome, say }: Taken & { outcome: Outcome; say: Say },
): Promise<void> {
  if (isHeardAnyway({ task, receipt }, outcome)) return;
  const telling = announce(desk, asker, outcome);
  const known = await Promise.race([telling, sleep(TEAM_MS, undefined, { ref: false })]);
  const attachments = attachmentsOf(outcome);
  const note = [known && untold(known), whereFiles(asker, task, attachments)].filter(Boolean).join(' ');
  const isTheEnd = receipt?.kind === 'stored' && !isToCome(outcome);
  const under = await say(draw(desk, task, note ? withNote(outcome, note) : outcome)).catch((error: unknown) => {
    if (isTheEnd) desk.service.unanswered(receipt.runId);
    throw error;
  });
  if (isTheEnd) desk.service.answered(receipt.runId);
  if (task.operation.effect === 'changes') desk.homeTabs.refresh(desk, asker);
  await sendAttachments(desk, asker, { attachments, under });
  const late = known ? undefined : untold(await telling);
  if (late) await sayPrivately(desk, asker, drawWords(desk, { title: late }));
}

function attachmentsOf(outcome: Outcome): readonly Attachment[] {
  return outcome.kind === 'done' || outcome.kind === 'preview' ? (outcome.report.attachments ?? []) : [];
}

/** Said where the answer stands elsewhere than its files. */
function whereFiles(
  { channelId }: Asker,
  { manner, posted }: Task,
  { length }: readonly Attachment[],
): string | undefined {
  if (length === 0 || manner === 'direct' || posted || !channelId || isDirect(channelId)) return undefined;
  return `${length === 1 ? 'The file is' : 'The files are'} in your direct messages with CapOps.`;
}

/** Whether its end comes later. */
export function isToCome({ kind }: Outcome): boolean {
  return kind === 'awaiting' || kind === 'queued';
}

/**
 * Whether the same delivery came before and whoever asked has its answer, or will get it. People who ask again are told
 * so; what Slack sends again by itself would only be heard twice.
 */
function isHeardAnyway({ task, receipt }: Taken, outcome: Outcome): boolean {
  if (receipt?.kind !== 'known' || outcome.kind !== 'done' || !outcome.repeated) return false;
  const { deliveryKey, finishedAt } = receipt.run;
  if (deliveryKey === null || deliveryKey !== task.deliveryKey) return false;
  return task.isSentAgain === true || finishedAt === null;
}

function draw(desk: Desk, task: Task, outcome: Outcome): Message {
  if (outcome.kind === 'queued') return drawQueued(desk, task, { ...outcome, isShownHere: task.posted !== undefined });
  return drawOutcome(
    desk,
    task,
    outcome.kind === 'refused' && task.manner === 'form' ? withForm(outcome, task) : outcome,
  );
}

function withForm(outcome: Extract<Outcome, { kind: 'refused' }>, task: Task): Outcome {
  const { problems, offers } = outcome.error;
  return { ...outcome, error: new UserError(problems, [...offers, offerForm(task, 'Open the form again')]) };
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
