import { useEffect, useRef } from 'react';
import type { PageMessage } from '../page-data.ts';
import { Composer } from './composer.tsx';
import { useFrame } from './frame.ts';
import { MessageRow } from './message.tsx';
import { Panel } from './panel.tsx';
import type { Seen } from './server.ts';

/** How many replies a message has; the way into its thread. */
export function ThreadLink({ messages, root }: { messages: PageMessage[]; root: string }) {
  const { setAside } = useFrame();
  const count = messages.filter((message) => message.threadTs === root).length;
  if (count === 0) return null;
  return (
    <button type="button" className="link thread-link" onClick={() => setAside({ thread: root })}>
      {count === 1 ? '1 reply' : `${count} replies`}
    </button>
  );
}

/** A message and its replies, beside the channel, with a composer of their own. */
export function Thread({ root, seen, person }: { root: string; seen: Seen; person: string }) {
  const messages = seen.messages.filter(({ ts, threadTs }) => ts === root || threadTs === root);
  const channel = seen.channels.find(({ id }) => id === messages[0]?.channel);
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (messages.length > 0) end.current?.scrollIntoView({ block: 'end' });
  }, [messages.length]);
  return (
    <Panel title="Thread" note={channel?.direct ? 'CapOps' : channel ? `# ${channel.name}` : 'The message is gone'}>
      <div className="panel-body" role="log" aria-label="Thread">
        {messages.map((message) => (
          <MessageRow key={message.ts} message={message} seen={seen} person={person} follows={false} inThread />
        ))}
        <div ref={end} />
      </div>
      {channel ? <Composer person={person} channel={channel} seen={seen} threadTs={root} /> : null}
    </Panel>
  );
}
