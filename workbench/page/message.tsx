import { memo } from 'react';
import type { PageFile, PageMessage } from '../page-data.ts';
import type { Block } from '../slack/blocks.ts';
import { ActingProvider } from './acting.tsx';
import { Blocks } from './blocks.tsx';
import { useFrame } from './frame.ts';
import { perform, type Seen } from './server.ts';
import { Avatar, Logo } from './sidebar.tsx';

type Props = { message: PageMessage; seen: Seen; person: string; follows: boolean; inThread?: boolean };

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

function Row({ message, seen, person, follows, inThread = false }: Props) {
  const author = seen.people.find((one) => one.id === message.user);
  const byApp = !author;
  const name = author?.name ?? (message.user === 'USLACKBOT' ? 'Slackbot' : 'CapOps');
  const blocks = message.blocks.length > 0 ? message.blocks : textBlocks(message.text);
  const target = { message: message.ts };
  return (
    <article
      className={`message${message.ephemeral ? ' private' : ''}${follows ? ' follows' : ''}`}
      aria-label={`${name}${message.ephemeral ? ', only visible to you' : ''}`}
    >
      {message.ephemeral ? <PrivateMark person={person} ts={message.ts} /> : null}
      <div className="portrait">{follows ? null : author ? <Avatar person={author} /> : <Logo />}</div>
      <div className="content">
        {follows ? null : (
          <p className="byline">
            <strong>{name}</strong>
            {byApp ? <span className="app-mark">App</span> : null}
            <time dateTime={new Date(Number(message.ts) * 1000).toISOString()}>
              {CLOCK.format(Number(message.ts) * 1000)}
            </time>
          </p>
        )}
        <ActingProvider person={person} target={target}>
          <Blocks blocks={blocks} seen={seen} />
        </ActingProvider>
        {message.files.map((file) => (
          <FileCard key={file.id} file={file} />
        ))}
        {message.edited && !message.ephemeral ? <span className="note">(edited)</span> : null}
      </div>
      {message.ephemeral || inThread ? null : <Reply ts={message.threadTs ?? message.ts} />}
    </article>
  );
}

/** Drawn again only when it or its readers changed: a channel holds hundreds. */
export const MessageRow = memo(Row, (a, b) => {
  return a.message === b.message && a.person === b.person && a.follows === b.follows;
});

function Reply({ ts }: { ts: string }) {
  const { setAside } = useFrame();
  return (
    <button type="button" className="button reply" onClick={() => setAside({ thread: ts })}>
      Reply in thread
    </button>
  );
}

function PrivateMark({ person, ts }: { person: string; ts: string }) {
  return (
    <p className="private-mark">
      <span aria-hidden="true">◉</span> Only visible to you
      <button type="button" className="link" onClick={() => perform(person, { do: 'hide', message: ts })}>
        Dismiss
      </button>
    </p>
  );
}

function FileCard({ file }: { file: PageFile }) {
  return (
    <a className="file" href={`/page/files/${file.id}`} download={file.name}>
      <span className="file-sign" aria-hidden="true">
        {file.name.split('.').at(-1)?.slice(0, 4)}
      </span>
      <span>
        {file.name}
        <span className="note">{sizeOf(file.size)}</span>
      </span>
    </a>
  );
}

export function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1_048_576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
}

function textBlocks(text: string): Block[] {
  return text === '' ? [] : [{ type: 'section', block_id: 'text', text: { type: 'mrkdwn', text } }];
}
