import type { Announcer } from '../../ops/service/announcer.ts';
import { amend, post, sayInThread, sayThread } from './answer.ts';
import type { Desk, Message } from './desk.ts';
import { rich, section, text } from './draw-part.ts';
import { drawReport, framed } from './draw-report.ts';

/** Posts reports that nobody asked for in person. */
export function createAnnouncer(desk: Desk): Announcer {
  return {
    post: async (channel, wish, report, to = []) => {
      const message = addressed(drawReport(desk, wish, report), to);
      const posted = await post(desk, { channel }, message);
      // It stands: whoever posted it must not take it for untold.
      await sayThread(desk, posted, message).catch((error: unknown) =>
        desk.ports.log.warn({ err: error, channel }, 'a report stands, and Slack did not take all of its thread'),
      );
      return posted;
    },
    reply: (posted, wish, report) => sayInThread(desk, posted, drawReport(desk, wish, report)),
    amend: (posted, wish, report) => amend(desk, posted, drawReport(desk, wish, report)),
  };
}

/** With the people whom it concerns in front, who hear of it then. */
function addressed(message: Message, to: readonly string[]): Message {
  if (to.length === 0) return message;
  const mentions = to.map((id) => ({ type: 'user' as const, user_id: id }));
  const line = mentions.flatMap((mention, place) => (place === 0 ? [mention] : [text(' '), mention]));
  const title = `${to.map((id) => `<@${id}>`).join(' ')} ${message.text}`;
  return framed({ ...message, text: title }, { before: [rich('to', [section(line)])] });
}
