import type { Announcer } from '../../ops/service/announcer.ts';
import { amend, sayInThread, sayOpenly } from './answer.ts';
import type { Desk, Message } from './desk.ts';
import { rich, section, text } from './draw-part.ts';
import { drawReport } from './draw-report.ts';

/** Posts reports that nobody asked for in person. */
export function createAnnouncer(desk: Desk): Announcer {
  return {
    post: (channel, wish, report, to = []) => sayOpenly(desk, channel, addressed(drawReport(desk, wish, report), to)),
    reply: (posted, wish, report) => sayInThread(desk, posted, drawReport(desk, wish, report)),
    amend: (posted, wish, report) => amend(desk, posted, drawReport(desk, wish, report)),
  };
}

/** With the people whom it concerns in front, who hear of it then. */
function addressed({ text: title, blocks }: Message, to: readonly string[]): Message {
  if (to.length === 0) return { text: title, blocks };
  const mentions = to.map((id) => ({ type: 'user' as const, user_id: id }));
  const line = mentions.flatMap((mention, place) => (place === 0 ? [mention] : [text(' '), mention]));
  return { text: `${to.map((id) => `<@${id}>`).join(' ')} ${title}`, blocks: [rich('to', [section(line)]), ...blocks] };
}
