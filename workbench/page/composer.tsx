import { useEffect, useRef, useState } from 'react';
import type { PageChannel } from '../page-data.ts';
import { perform, type Seen, type Uploaded, upload } from './server.ts';
import { Suggestions, useSuggestions } from './suggestions.tsx';

type Props = {
  person: string;
  channel: PageChannel;
  seen: Seen;
  /** Files that were dropped on the channel. */
  dropped?: FileList | undefined;
  /** Given where it writes replies. */
  threadTs?: string;
};

/** Where messages and commands are written. Enter sends, Shift and Enter begins a line, arrow up brings the last one back. */
export function Composer({ person, channel, seen, dropped, threadTs }: Props) {
  const { commands, people } = seen;
  const [text, setText] = useState('');
  const { files, attach, drop } = useFiles(person, dropped);
  const { send: post, trouble, last } = useSending({ person, channel, commands, threadTs });
  const { press, field, list, forget } = useSuggestions({ text, setText, commands, people });
  const box = useRef<HTMLTextAreaElement>(null);
  const send = async () => {
    const written = text.trim();
    if (written === '' && files.length === 0) return;
    if (!(await post(written, files, () => setText('')))) return;
    drop(...files);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing || press(event)) return;
    if (event.key === 'ArrowUp' && text === '') setText(last.current);
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    send();
  };
  const to = threadTs ? 'the thread' : channel.direct ? 'CapOps' : `#${channel.name}`;
  return (
    <footer className="composer">
      <Suggestions {...list} />
      {trouble ? (
        <p className="trouble" role="alert">
          {trouble}
        </p>
      ) : null}
      <div className="box">
        <Chips files={files} drop={(file) => drop(file)} />
        <textarea
          ref={box}
          {...field}
          rows={Math.min(6, text.split('\n').length)}
          value={text}
          aria-label={threadTs ? 'Reply to the thread' : `Message to ${to}`}
          placeholder={threadTs ? 'Reply…' : `Message ${to}, or type /capops`}
          onChange={(event) => [setText(event.target.value), forget()]}
          onKeyDown={onKeyDown}
        />
        <div className="tools">
          {channel.direct ? (
            <label className="attach">
              <input type="file" multiple onChange={(event) => [attach(event.target.files), box.current?.focus()]} />
              <span>Attach a file</span>
            </label>
          ) : null}
          <span className="note">Enter sends</span>
          <button
            type="button"
            className="button solid primary"
            onClick={send}
            aria-disabled={text.trim() === '' && files.length === 0}
          >
            Send
          </button>
        </div>
      </div>
    </footer>
  );
}

function Chips({ files, drop }: { files: Uploaded[]; drop: (file: Uploaded) => void }) {
  return files.map((file) => (
    <span key={file.id} className="chip">
      {file.name}
      <button type="button" className="link" aria-label={`Remove ${file.name}`} onClick={() => drop(file)}>
        ×
      </button>
    </span>
  ));
}

/** The files that go with the next message: attached or dropped, and uploaded at once. */
function useFiles(person: string, dropped: FileList | undefined) {
  const [files, setFiles] = useState<Uploaded[]>([]);
  const attach = async (list: FileList | null | undefined) => {
    const kept = await Promise.all([...(list ?? [])].map((file) => upload(person, file)));
    setFiles((before) => [...before, ...kept]);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: each drop is attached once
  useEffect(() => void attach(dropped), [dropped]);
  const drop = (...gone: Uploaded[]) => setFiles((before) => before.filter((one) => !gone.includes(one)));
  return { files, attach, drop };
}

type Sending = { person: string; channel: PageChannel; commands: Seen['commands']; threadTs: string | undefined };

/** Sends commands and messages; `send` says whether it was taken, and `trouble` why not. */
function useSending({ person, channel, commands, threadTs }: Sending) {
  const [trouble, setTrouble] = useState<string>();
  const last = useRef('');
  const send = async (written: string, files: Uploaded[], taken: () => void): Promise<boolean> => {
    const refusal = written.startsWith('/') ? refuse(written, commands, threadTs) : undefined;
    setTrouble(refusal);
    if (refusal) return false;
    last.current = written;
    taken();
    const what = written.startsWith('/')
      ? { do: 'command', channel: channel.id, text: written }
      : { do: 'message', channel: channel.id, text: written, files: files.map((file) => file.id), threadTs };
    const { error } = await perform(person, what);
    setTrouble(error && `CapOps did not hear this: ${error}.`);
    return true;
  };
  return { send, trouble, last };
}

/** What Slack says to a command that it does not pass on. */
function refuse(written: string, commands: Seen['commands'], threadTs: string | undefined): string | undefined {
  const [word = ''] = written.split(/\s/);
  if (threadTs) return `${word} is not supported in threads. Sorry!`;
  if (commands.some(({ command }) => command === word)) return undefined;
  return `${word} is not a command here. Try ${commands.map(({ command }) => command).join(', ')}.`;
}
