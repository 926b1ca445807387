import { type FormEvent, useEffect, useState } from 'react';
import type { PageView } from '../page-data.ts';
import type { Values } from '../slack/inputs.ts';
import { ActingProvider } from './acting.tsx';
import { Blocks } from './blocks.tsx';
import { useDialog } from './dialog.ts';
import { FormContext } from './form-context.ts';
import { perform, type Seen } from './server.ts';

/** `depth` is its place in the stack, from 1; `of` how many there are. Those below keep what was filled in. */
type Props = { view: PageView; depth: number; of: number; seen: Seen; person: string };

export function Modal({ view, depth, of, seen, person }: Props) {
  const dialog = useDialog();
  const values = useState<Values>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [trouble, setTrouble] = useState<string>();
  const [busy, setBusy] = useState(false);
  const dismiss = (all: boolean) => perform(person, { do: 'dismiss', all });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const result = await perform(person, { do: 'submit', view: view.id, values: values[0] });
    setBusy(false);
    setErrors(result.errors ?? {});
    setTrouble(result.trouble ?? result.error);
  };
  // Whoever made a mistake is taken to the first one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: new errors move the focus, nothing else does
  useEffect(() => dialog.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus(), [errors]);
  const first = view.blocks.find((block) => block.type === 'input')?.block_id;
  return (
    <dialog
      ref={dialog}
      className={depth === of ? 'dialog' : 'dialog below'}
      aria-labelledby={`${view.id}-title`}
      onCancel={(event) => [event.preventDefault(), dismiss(false)]}
    >
      <form onSubmit={submit} noValidate>
        <header>
          <h2 id={`${view.id}-title`}>{view.title}</h2>
          <button type="button" className="close" aria-label="Close" onClick={() => dismiss(true)}>
            ×
          </button>
        </header>
        <div className="body">
          {trouble ? (
            <p className="trouble" role="alert">
              {trouble}
            </p>
          ) : null}
          <FormContext value={{ first, errors }}>
            <ActingProvider person={person} target={{ view: view.id }} values={values}>
              <Blocks blocks={view.blocks} seen={seen} errors={errors} />
            </ActingProvider>
          </FormContext>
        </div>
        <footer>
          <button type="button" className="button" onClick={() => dismiss(false)}>
            {view.close ?? (depth > 1 ? 'Back' : view.submit === null ? 'Close' : 'Cancel')}
          </button>
          {view.submit === null ? null : (
            <button type="submit" className="button solid primary" disabled={busy}>
              {busy ? 'One moment…' : view.submit}
            </button>
          )}
        </footer>
      </form>
    </dialog>
  );
}
