import type { Outcome } from '../../ops/service.ts';
import { sayOpenly } from './answer.ts';
import { type Asker, type Desk, isDirect, type Message } from './desk.ts';
import { rich, section, text } from './draw-part.ts';
import { clip, escaped } from './text.ts';

/** What became of telling the team. */
export type Told = 'told' | 'nothing to tell' | 'failed';

/**
 * Tells the team what was changed: in the channel of the request (execution has seen that it is an allowed one), or in
 * the configured one where it came from elsewhere. Never rejects.
 */
export async function announce(desk: Desk, asker: Asker, outcome: Outcome): Promise<Told> {
  if (outcome.kind !== 'done' || outcome.repeated || !outcome.report.announcement) return 'nothing to tell';
  const { channelId } = asker;
  const channel = channelId && !isDirect(channelId) ? channelId : desk.announcements;
  if (!channel) return 'nothing to tell';
  try {
    await sayOpenly(desk, channel, drawAnnouncement(asker.userId, outcome.report.announcement));
    return 'told';
  } catch (error) {
    desk.ports.log.warn({ err: error, runId: outcome.runId, channel }, 'the team could not be told of a change');
    return 'failed';
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
