import type { Report } from '../../ops/report.ts';
import type { Outcome } from '../../ops/service.ts';
import { sayOpenly } from './answer.ts';
import { type Asker, type Desk, isDirect, type Message } from './desk.ts';
import { rich, section, text } from './draw-part.ts';
import { clip, escaped } from './text.ts';

/**
 * Tells the team what was changed: in the channel of the request (execution has seen that it is an allowed one), or in
 * the configured one where it came from elsewhere. Gives the outcome back, with a note when the team could not be told.
 */
export async function announce(desk: Desk, asker: Asker, outcome: Outcome): Promise<Outcome> {
  if (outcome.kind !== 'done' || outcome.repeated || !outcome.report.announcement) return outcome;
  const { channelId } = asker;
  const channel = channelId && !isDirect(channelId) ? channelId : desk.announcements;
  if (!channel) return outcome;
  try {
    await sayOpenly(desk, channel, drawAnnouncement(asker.userId, outcome.report.announcement));
    return outcome;
  } catch (error) {
    desk.ports.log.warn({ err: error, runId: outcome.runId, channel }, 'the team could not be told of a change');
    return { ...outcome, report: untold(outcome.report) };
  }
}

/** The name is a mention; what follows is shown to the letter. */
function drawAnnouncement(userId: string, announcement: string): Message {
  const told = clip(announcement, 2900);
  return {
    text: `<@${userId}> ${escaped(told)}`,
    blocks: [rich('announcement', [section([{ type: 'user', user_id: userId }, text(` ${told}`)])])],
  };
}

function untold(report: Report): Report {
  const note = 'The change is made, but the team could not be told: Slack did not take the message for the channel.';
  return { ...report, parts: [...(report.parts ?? []), { kind: 'note', text: note }] };
}
