import type { Team } from '../../ports.ts';
import type { Announcer } from '../service/announcer.ts';
import type { Report } from '../service/report.ts';

/**
 * Tells of emergencies from where Slack takes sentences only, the terminal: the title, and the notes below it. What was told
 * before is left as it stands, to whoever can change it. `teamOf` opens a channel, or a person’s direct messages, by their id.
 */
export function inSentences(teamOf: (place: string) => Promise<Team | undefined>): Announcer {
  const post = async (place: string, { title, parts = [] }: Report) => {
    const team = await teamOf(place);
    if (!team) throw new Error('Slack is not configured');
    const notes = parts.flatMap((part) => (part.kind === 'note' ? [part.text] : []));
    await team.tell([title, ...notes].join(' '));
    return { channel: place, ts: '' };
  };
  return {
    post: (place, _, report) => post(place, report),
    reply: ({ channel }, _, report) => post(channel, report),
    amend: () => Promise.reject(new Error('what stands in Slack is changed by a bot')),
  };
}
