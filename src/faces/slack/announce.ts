import type { Outcome } from '../../ops/service/service.ts';
import { sayDirectly, sayOpenly } from './answer.ts';
import { type Asker, type Desk, isDirect, type Message } from './desk.ts';
import { rich, section, text } from './draw-part.ts';
import { clip, escaped } from './text.ts';

/** What became of telling the team. */
export type Told = 'told' | 'nothing to tell' | 'failed';

/**
 * Tells the team what was changed: in the channel of the request (execution has seen that it is an allowed one), or in
 * the configured one where it came from elsewhere or the channel does not take it. Never rejects.
 */
export async function announce(desk: Desk, asker: Asker, outcome: Outcome): Promise<Told> {
  if (outcome.kind !== 'done' || outcome.repeated || !outcome.report.announcement) return 'nothing to tell';
  const { channelId, userId } = asker;
  const own = channelId && !isDirect(channelId) ? [channelId] : [];
  const channels = new Set([...own, ...(desk.announcements ? [desk.announcements] : [])]);
  const message = drawAnnouncement(userId, outcome.report.announcement);
  // A message that Slack is slow to take holds up no other.
  const people = (outcome.report.announceTo ?? []).map((person) =>
    sayDirectly(desk, person, message).catch((error: unknown) =>
      desk.ports.log.warn({ err: error, runId: outcome.runId, person }, 'somebody could not be told of a change'),
    ),
  );
  const told = await announceIn(desk, channels, { message, runId: outcome.runId });
  await Promise.all(people);
  return told;
}

/** In the first channel that takes it. */
async function announceIn(
  desk: Desk,
  channels: ReadonlySet<string>,
  { message, runId }: { message: Message; runId: string },
): Promise<Told> {
  for (const channel of channels) {
    try {
      await sayOpenly(desk, channel, message);
      return 'told';
    } catch (error) {
      desk.ports.log.warn({ err: error, runId, channel }, 'a channel could not be told of a change');
    }
  }
  return channels.size === 0 ? 'nothing to tell' : 'failed';
}

/** The name is a mention; what follows is shown to the letter. */
function drawAnnouncement(userId: string, announcement: string): Message {
  const told = clip(announcement, 2900);
  return {
    text: `<@${userId}> ${escaped(told)}`,
    blocks: [rich('announcement', [section([{ type: 'user', user_id: userId }, text(` ${told}`)])])],
  };
}
