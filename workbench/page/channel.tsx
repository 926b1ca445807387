import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { PageChannel, PageMessage } from '../page-data.ts';
import { Composer } from './composer.tsx';
import { MessageRow } from './message.tsx';
import type { Seen } from './server.ts';

type Props = { seen: Seen; person: string; channel: PageChannel; openMenu: () => void };

/** A channel's messages, with threads under their first message, and the composer. */
export function Channel({ seen, person, channel, openMenu }: Props) {
  const messages = seen.messages.filter((message) => message.channel === channel.id);
  const roots = messages.filter((message) => message.threadTs === null);
  const replies = (ts: string) => messages.filter((message) => message.threadTs === ts);
  const end = useScrollToEnd(messages);
  return (
    <>
      <RoomHeader
        title={channel.direct ? 'CapOps' : `# ${channel.name}`}
        note={channel.direct ? 'Direct messages with the app. Files dropped here reach it.' : roomNote(channel.name)}
        openMenu={openMenu}
      />
      <section className="messages" aria-label="Messages" aria-live="polite" ref={end}>
        {roots.length === 0 ? <Welcome direct={channel.direct} /> : null}
        {roots.map((message, index) => (
          <div key={message.ts}>
            <MessageRow message={message} seen={seen} person={person} follows={follows(roots[index - 1], message)} />
            <Thread replies={replies(message.ts)} seen={seen} person={person} />
          </div>
        ))}
      </section>
      <Composer person={person} channel={channel} commands={seen.commands} />
    </>
  );
}

function Thread({ replies, seen, person }: { replies: PageMessage[]; seen: Seen; person: string }) {
  const [open, setOpen] = useState(true);
  if (replies.length === 0) return null;
  return (
    <div className="thread">
      <button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>
        {replies.length === 1 ? '1 reply' : `${replies.length} replies`}
      </button>
      {open
        ? replies.map((reply) => (
            <MessageRow key={reply.ts} message={reply} seen={seen} person={person} follows={false} />
          ))
        : null}
    </div>
  );
}

export function RoomHeader({ title, note, openMenu }: { title: string; note: string; openMenu: () => void }) {
  return (
    <header className="room">
      <button type="button" className="menu" aria-label="Channels and people" onClick={openMenu}>
        ☰
      </button>
      <h1>{title}</h1>
      <span className="note">{note}</span>
    </header>
  );
}

function Welcome({ direct }: { direct: boolean }) {
  return (
    <div className="welcome">
      <p>Nothing here yet.</p>
      <p>
        {direct ? 'Drop a CSV here to import airports, or type ' : 'Type '}
        <code>/capops</code> to see what you may do, or <code>/capops grant LHR work until 2027-03-31</code>.
      </p>
    </div>
  );
}

function roomNote(name: string): string {
  return name === 'ops' ? 'The one channel where CapOps works in the demo' : 'CapOps is not allowed here';
}

/** Whether the message stands under the same name as the one before: same author within five minutes. */
function follows(before: PageMessage | undefined, message: PageMessage): boolean {
  if (!before || before.user !== message.user || before.ephemeral !== message.ephemeral) return false;
  return Number(message.ts) - Number(before.ts) < 300;
}

/** Stays at the end while the reader is at the end; somebody who scrolled up is left there. */
function useScrollToEnd(messages: PageMessage[]) {
  const list = useRef<HTMLElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const element = list.current;
    const look = () => {
      if (element) atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 80;
    };
    element?.addEventListener('scroll', look, { passive: true });
    return () => element?.removeEventListener('scroll', look);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the messages that move the end
  useLayoutEffect(() => {
    if (atEnd.current && list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [messages.length, messages]);
  return list;
}
