import { useRef, useState } from 'react';
import type { PageChannel, PageCommand } from '../page-data.ts';
import { perform, type Uploaded, upload } from './server.ts';

type Props = { person: string; channel: PageChannel; commands: PageCommand[] };

/** Where messages and commands are written. Enter sends, Shift and Enter begins a line, arrow up brings the last one back. */
export function Composer({ person, channel, commands }: Props) {
  const [text, setText] = useState('');
  const [files, setFiles] = useState<Uploaded[]>([]);
  const [trouble, setTrouble] = useState<string>();
  const last = useRef('');
  const box = useRef<HTMLTextAreaElement>(null);
  const attach = async (list: FileList | null) => {
    const kept = await Promise.all([...(list ?? [])].map((file) => upload(person, file)));
    setFiles([...files, ...kept]);
    box.current?.focus();
  };
  const send = async () => {
    const written = text.trim();
    if (written === '' && files.length === 0) return;
    const isCommand = written.startsWith('/');
    const [word = ''] = written.split(/\s/);
    if (isCommand && !commands.some(({ command }) => command === word)) {
      return setTrouble(`${word} is not a command here. Try ${commands.map(({ command }) => command).join(', ')}.`);
    }
    last.current = written;
    setText('');
    setFiles([]);
    const what = isCommand
      ? { do: 'command', channel: channel.id, text: written }
      : { do: 'message', channel: channel.id, text: written, files: files.map((file) => file.id) };
    const { error } = await perform(person, what);
    setTrouble(error && `CapOps did not hear this: ${error}.`);
  };
  const press = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowUp' && text === '') setText(last.current);
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way beside the attach button
    <footer
      className="composer"
      onDragOver={(event) => channel.direct && event.preventDefault()}
      onDrop={(event) => channel.direct && [event.preventDefault(), attach(event.dataTransfer.files)]}
    >
      <CommandHint
        text={text}
        commands={commands}
        complete={(command) => [setText(`${command} `), box.current?.focus()]}
      />
      {trouble ? (
        <p className="trouble" role="alert">
          {trouble}
        </p>
      ) : null}
      <div className="box">
        {files.map((file) => (
          <span key={file.id} className="chip">
            {file.name}
            <button
              type="button"
              className="link"
              aria-label={`Remove ${file.name}`}
              onClick={() => setFiles(files.filter((one) => one.id !== file.id))}
            >
              ×
            </button>
          </span>
        ))}
        <textarea
          ref={box}
          rows={Math.min(6, text.split('\n').length)}
          value={text}
          aria-label={`Message to ${channel.direct ? 'CapOps' : `#${channel.name}`}`}
          placeholder={channel.direct ? 'Message CapOps, or type /capops' : `Message #${channel.name}, or type /capops`}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={press}
        />
        <div className="tools">
          {channel.direct ? (
            <label className="attach">
              <input type="file" multiple onChange={(event) => attach(event.target.files)} />
              <span>Attach a file</span>
            </label>
          ) : null}
          <span className="note">Enter sends</span>
          <button
            type="button"
            className="button solid primary"
            onClick={send}
            disabled={text.trim() === '' && files.length === 0}
          >
            Send
          </button>
        </div>
      </div>
    </footer>
  );
}

type HintProps = { text: string; commands: PageCommand[]; complete: (command: string) => void };

function CommandHint({ text, commands, complete }: HintProps) {
  const matching = text.startsWith('/')
    ? commands.filter(({ command }) => command.startsWith(text.split(' ')[0] ?? ''))
    : [];
  if (matching.length === 0) return null;
  return (
    <div className="hints">
      {matching.map(({ command, description, hint }) => (
        <button type="button" key={command} onClick={() => complete(command)}>
          <strong>{command}</strong> <code>{hint}</code>
          <span className="note">{description}</span>
        </button>
      ))}
    </div>
  );
}
