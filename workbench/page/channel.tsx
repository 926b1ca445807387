import { useEffect, useState } from 'react';
import type { PageChannel, PageMessage } from '../page-data.ts';
import { Composer } from './composer.tsx';
import { MessageRow } from './message.tsx';
import { RoomHeader } from './room-header.tsx';
import { perform, type Seen } from './server.ts';
import { ThreadLink } from './thread.tsx';
import { useFileDrop } from './use-file-drop.ts';
import { useScrollToEnd } from './use-scroll-to-end.ts';

type Props = { seen: Seen; person: string; channel: PageChannel };

/** A channel's messages, with the way into their threads, and the composer. A file may be dropped anywhere on it. */
export function Channel({ seen, person, channel }: Props) {
  const messages = seen.messages.filter((message) => message.channel === channel.id);
  const roots = messages.filter((message) => message.threadTs === null);
  const list = useScrollToEnd(messages);
  const { dropped, dragging, ...drop } = useFileDrop(channel.direct);
  const firstUnread = useFirstUnread(channel, roots, person);
  useReading(person, channel, messages.length);
  return (
    <div className={dragging ? 'channel dragging' : 'channel'} {...drop}>
      <RoomHeader title={channel.direct ? 'CapOps' : `# ${channel.name}`} note={roomNote(channel)} />
      <div className="messages" role="log" aria-label="Messages" ref={list}>
        {roots.length === 0 ? <Welcome direct={channel.direct} /> : null}
        {roots.map((message, index) => (
          <div key={message.ts}>
            {message.ts === firstUnread ? <p className="new-line">New</p> : null}
            <MessageRow message={message} seen={seen} person={person} follows={follows(roots[index - 1], message)} />
            <ThreadLink messages={messages} root={message.ts} />
          </div>
        ))}
      </div>
      <Composer person={person} channel={channel} seen={seen} dropped={dropped} />
    </div>
  );
}

function Welcome({ direct }: { direct: boolean }) {
  return (
    <div className="welcome">
      <p>Nothing here yet.</p>
      <p>
        {direct ? 'Drop a CSV here to import airports, or type ' : 'Type '}
        <code>/capops</code> to see what you may do, or <code>/capops grant LHR work until 2030-03-31</code>.
      </p>
    </div>
  );
}

function roomNote({ direct, name }: PageChannel): string {
  if (direct) return 'Direct messages with the app. Files dropped here reach it.';
  return name === 'ops' ? 'The one channel where CapOps works in the demo' : 'CapOps is not allowed here';
}

/** Whether the message stands under the same name as the one before: same author within five minutes. */
function follows(before: PageMessage | undefined, message: PageMessage): boolean {
  if (!before || before.user !== message.user || before.ephemeral !== message.ephemeral) return false;
  return Number(message.ts) - Number(before.ts) < 300;
}

/** The message above which “New” stands while the channel stays open: the first that was unread when it was opened. */
function useFirstUnread({ unread }: PageChannel, roots: PageMessage[], person: string): string | undefined {
  const [first] = useState(() => roots.filter(({ user }) => user !== person).at(-unread)?.ts);
  const [had] = useState(unread > 0 && unread < roots.length);
  return had ? first : undefined;
}

/** Whoever looks at a channel has read it. */
function useReading(person: string, { id, unread }: PageChannel, count: number): void {
  useEffect(() => {
    const read = () =>
      void (unread > 0 && count > 0 && !document.hidden && perform(person, { do: 'read', channel: id }));
    read();
    document.addEventListener('visibilitychange', read);
    return () => document.removeEventListener('visibilitychange', read);
  }, [person, id, unread, count]);
}
