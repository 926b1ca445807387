import { useState } from 'react';
import { useActing } from './acting.tsx';
import { type InputProps, useControl } from './inputs.tsx';
import { sizeOf } from './message.tsx';
import type { Uploaded } from './server.ts';

/** Files by choosing or dropping; they are uploaded at once, as on Slack. */
export function FileInput(props: InputProps) {
  const { element, held, change } = props;
  const { keep } = useActing();
  const { placeholder: _, ...control } = useControl(props);
  const [busy, setBusy] = useState(false);
  const files = (held.files ?? []) as Uploaded[];
  const most = element.max_files ?? 10;
  const add = async (list: FileList | null) => {
    setBusy(true);
    const kept = await Promise.all([...(list ?? [])].map(keep));
    change({ files: [...files, ...kept].slice(-most) });
    setBusy(false);
  };
  const accept = (element.filetypes ?? []).map((type) => `.${type}`).join(',');
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way beside the button in it
    <div
      className="drop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => [event.preventDefault(), add(event.dataTransfer.files)]}
    >
      {files.map((file) => (
        <p key={file.id} className="chosen">
          {file.name} <span className="note">{sizeOf(file.size)}</span>
          <button
            type="button"
            className="link"
            aria-label={`Remove ${file.name}`}
            onClick={() => change({ files: files.filter((one) => one.id !== file.id) })}
          >
            Remove
          </button>
        </p>
      ))}
      <label className="attach">
        <input
          type="file"
          multiple={most > 1}
          accept={accept || undefined}
          aria-disabled={busy}
          {...control}
          onChange={(event) => add(event.target.files)}
        />
        <span>{most > 1 ? 'Choose files' : files.length > 0 ? 'Choose another file' : 'Choose a file'}</span>
      </label>{' '}
      <span className="note">{busy ? 'Uploading…' : `or drop ${most > 1 ? 'files' : 'a file'} here`}</span>
    </div>
  );
}
